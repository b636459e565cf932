//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// An adapter in the form that the rules of ``AdapterConformance`` need: a server of the framework, with the adapter's
/// middleware.
///
/// Required: ``serve(_:_:)``. Send the requests over a real socket if you can: the rules about disconnects then check
/// more.
public protocol AdapterUnderTest: Sendable {
    /// Serves routes while a body runs.
    ///
    /// Register each route under its method and path, behind its middlewares. The handler of the framework
    ///
    /// 1. calls ``AdapterRoute/answer(_:second:)`` with the sessions that the middlewares opened,
    /// 2. turns an ``AdapterHTTPError`` into an error that is a response in the framework, with the same status, header
    ///    fields and message, and throws it,
    /// 3. rethrows every other error unchanged, and
    /// 4. turns the ``AdapterHandlerResult`` into a response of the framework.
    ///
    /// The method returns when the body has returned and every handler and every response body has ended.
    ///
    /// - Parameters:
    ///   - routes: The routes.
    ///   - body: Sends requests to the server.
    /// - Returns: The result of the body.
    /// - Throws: The error of the body.
    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value
}

/// A client of an ``AdapterUnderTest``.
///
/// It sends the given fields and adds nothing that concerns sessions: no cookies, no forwarded fields.
public protocol AdapterClient: Sendable {
    /// The client address that the server must see, without a port: `127.0.0.1`.
    var address: String { get }

    /// Whether the server itself terminates TLS.
    var isSecure: Bool { get }

    /// Sends a request and waits for the whole response.
    ///
    /// Consecutive requests should share a connection. The method may also be called concurrently. One request must
    /// then not wait for another.
    ///
    /// - Throws: An error when the connection breaks before the response is complete.
    func send(_ request: AdapterRequest) async throws -> AdapterResponse

    /// Sends a request and breaks the connection when `isTime` returns, without waiting for the rest of the response.
    func abandon(_ request: AdapterRequest, when isTime: @escaping @Sendable () async -> Void) async throws

    /// Asks the server to shut down gracefully, as for a new release: it finishes the requests that have begun. Returns
    /// without waiting for them.
    func shutDown() async
}
