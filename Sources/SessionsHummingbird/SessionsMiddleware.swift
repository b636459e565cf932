//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
import HTTPTypes
import Logging
import NIOHTTP1
public import Sessions

/// Opens a session before the handler and closes it before the head of the response leaves.
///
/// ```swift
/// let engine = try SessionEngine(.stored(in: MemorySessionStore()))
/// let router = Router(context: AppRequestContext.self)
/// router.add(middleware: SessionsMiddleware(engine))
/// ```
///
/// Handlers find the session in the context's `session`. Where an outer middleware has opened a session already, an
/// inner one of the same engine does nothing.
public struct SessionsMiddleware<Context: SessionsRequestContext>: RouterMiddleware {
    /// Where in a context a session is kept.
    public typealias StoragePath = any WritableKeyPath<Context, SessionsStorage> & Sendable

    private let engine: SessionEngine
    private let storage: StoragePath
    /// Whether that is the usual place, which is had without following a path: that takes longer than finding a session.
    private let isUsualStorage: Bool
    private let isPassive: Bool
    private let onStoreFailure: StoreFailurePolicy?

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - engine: The engine that opens and closes the sessions.
    ///   - storage: Where in the context the session is kept. The default is `\.sessions`, which `context.session`
    ///     reads; give another to the second of two middlewares.
    ///   - isPassive: Whether these requests only look: they read the session and never extend or renew it. For
    ///     polling, prefetching and event streams. The default is false.
    ///   - onStoreFailure: What these requests get while the store does not answer. The default is nil: what the
    ///     engine's configuration says.
    public init(
        _ engine: SessionEngine,
        in storage: StoragePath = \.sessions,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil
    ) {
        self.engine = engine
        self.storage = storage
        self.isUsualStorage = storage == \Context.sessions
        self.isPassive = isPassive
        self.onStoreFailure = onStoreFailure
    }

    /// Opens the session, lets the handler run, and closes the session before the response goes on.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        // Asked only when the cookie depends on it: the answer may take a turn on the event loop.
        let isSecure = self.engine.needsConnectionSecurity ? try await self.isSecure(context) : false
        let logger = context.logger
        let opening =
            self.isUsualStorage
            ? try self.begin(request, isSecure: isSecure, logger: logger, in: &context.sessions)
            : try self.begin(request, isSecure: isSecure, logger: logger, in: &context[keyPath: self.storage])
        let session: Session
        switch opening {
        case .opened(let opened):
            session = opened
        case .waiting(let opening):
            session = try await self.engine.open(opening)
            if self.isUsualStorage {
                context.sessions.openSession = session
            } else {
                context[keyPath: self.storage].openSession = session
            }
        case nil:
            return try await next(request, context)
        }
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            throw await self.close(session, after: error, context)
        }
        if self.engine.closeAtOnce(session, response: &response.headers) { return response }
        do {
            try await self.engine.closeByWaiting(session, response: &response.headers)
        } catch {
            // The handler's response does not go out; but the cookie of another engine's session may be in it.
            throw SessionResponseError(error, headers: response.headers)
        }
        return response
    }

    private func isSecure(_ context: Context) async throws -> Bool {
        let storage = context[keyPath: self.storage]
        if storage.isOpen(by: self.engine) { return false }
        return try await storage.connection.isSecure
    }

    /// Opens the session as far as that goes without suspending.
    ///
    /// - Returns: Nil where this engine's is open already.
    @inline(__always)
    private func begin(
        _ request: Request,
        isSecure: Bool,
        logger: Logger,
        in storage: inout SessionsStorage
    ) throws(SessionError) -> SessionOpening? {
        if storage.isOpen(by: self.engine) { return nil }
        let opening = try self.engine.begin(
            SessionRequest(
                headerFields: request.headers,
                isSecure: isSecure,
                peer: storage.connection,
                isPassive: self.isPassive,
                onStoreFailure: self.onStoreFailure
            ),
            logger: logger
        )
        if case .opened(let session) = opening { storage.openSession = session }
        return opening
    }

    /// The error that leaves in place of the handler's: the same, with the header fields that the session is due.
    ///
    /// An error that is a response is a way to answer, and what the handler set is stored. Any other is a handler that
    /// failed half-way.
    private func close(_ session: Session, after error: any Error, _ context: Context) async -> any Error {
        // An inner middleware, of another engine, may have wrapped it.
        let wrapped = error as? SessionResponseError
        let handlers = wrapped?.underlying ?? error
        var fields = wrapped?.headers ?? (handlers as? HTTPError)?.headers ?? HTTPFields()
        let before = fields
        do {
            let isResponse = handlers is any HTTPResponseError
            try await self.engine.close(session, outcome: isResponse ? .responded : .failed, response: &fields)
            // The server itself answers what it could not parse, and must find the error as it was.
            if fields == before || error is HTTPParserError { return error }
            // The usual error stays of its own type, for middleware outside that looks at it.
            if var error = handlers as? HTTPError {
                error.headers = fields
                return error
            }
            return SessionResponseError(handlers, headers: fields)
        } catch let closingError {
            context.logger.debug("A handler failed, and closing its session too", metadata: ["error": "\(error)"])
            return SessionResponseError(closingError, headers: fields)
        }
    }
}
#endif
