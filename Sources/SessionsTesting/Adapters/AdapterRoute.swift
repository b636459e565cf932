//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Sessions

/// A route that an ``AdapterUnderTest`` serves.
public struct AdapterRoute: Sendable {
    typealias Handler =
        @Sendable (_ session: () throws -> Session, _ second: () -> Session?) async throws -> AdapterHandlerResult

    /// The method.
    public let method: HTTPRequest.Method
    /// The path: a slash and one segment.
    public let path: String
    /// The middlewares before the handler, the outermost first.
    public let middlewares: [AdapterMiddleware]
    private let handler: Handler

    init(
        _ method: HTTPRequest.Method = .get,
        _ path: String = "/way",
        behind middlewares: [AdapterMiddleware],
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.middlewares = middlewares
        self.handler = handler
    }

    /// A route behind one middleware.
    init(
        _ method: HTTPRequest.Method = .get,
        _ path: String = "/way",
        of harness: AdapterHarness,
        _ handler: @escaping @Sendable (Session) async throws -> AdapterHandlerResult
    ) {
        self.init(method, path, behind: [AdapterMiddleware(harness.engine)]) { session, _ in
            try await handler(try session())
        }
    }

    /// The result of the handler.
    ///
    /// Both sessions are looked up each time the handler uses them, as real handlers do.
    ///
    /// - Parameters:
    ///   - session: Returns the session of the request.
    ///   - second: Returns the session of a middleware with ``AdapterMiddleware/isSecond``. Nil if there is none.
    /// - Throws: ``AdapterHTTPError`` for an error that is a response. Any other error is unexpected.
    public func answer(
        _ session: @autoclosure () throws -> Session,
        second: @autoclosure () -> Session? = nil
    ) async throws -> AdapterHandlerResult {
        try await self.handler(session, second)
    }
}

/// A middleware of the adapter in front of a route.
public struct AdapterMiddleware: Sendable {
    /// The engine that opens and closes the sessions.
    public let engine: SessionEngine
    /// Whether its session is kept beside the session of another middleware, in a storage of its own.
    public let isSecond: Bool
    /// Whether the requests are passive.
    public let isPassive: Bool
    /// What the requests get while the store does not answer. Nil for the policy of the engine's configuration.
    public let onStoreFailure: StoreFailurePolicy?

    init(
        _ engine: SessionEngine,
        isSecond: Bool = false,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil
    ) {
        self.engine = engine
        self.isSecond = isSecond
        self.isPassive = isPassive
        self.onStoreFailure = onStoreFailure
    }
}
