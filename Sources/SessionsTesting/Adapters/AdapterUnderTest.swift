//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// An adapter as its author shows it to the rules of ``AdapterConformance``: a server of the framework, with the
/// adapter's middleware on it.
///
/// Required: what ``serve(_:_:)`` says. Whoever can send the requests over a real socket should: the rules about
/// departures say more then.
public protocol AdapterUnderTest: Sendable {
    /// Serves routes while a body runs.
    ///
    /// Register each of the routes under its method and path, behind its middlewares. The handler of the framework
    ///
    /// 1. calls ``AdapterRoute/answer(_:second:)`` with the sessions that the middlewares opened,
    /// 2. throws an ``AdapterHTTPError`` on as an error that is a response in the framework, with the same status,
    ///    header fields and message,
    /// 3. lets every other error through as it is, and
    /// 4. turns the ``AdapterHandlerResult`` into a response of the framework.
    ///
    /// It returns when the body has returned, and every handler and every body of a response has come to its end.
    ///
    /// - Parameters:
    ///   - routes: The routes.
    ///   - body: What visits the server.
    /// - Returns: What the body returned.
    /// - Throws: What the body threw.
    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value
}

/// A client in front of an ``AdapterUnderTest``.
///
/// It sends what it is told and nothing of its own that concerns sessions: no cookies, no forwarded fields.
public protocol AdapterClient: Sendable {
    /// The address that the server has to take the client for, without a port: `127.0.0.1`.
    var address: String { get }

    /// Whether the server itself speaks TLS with the client.
    var isSecure: Bool { get }

    /// Sends a request and waits for the whole response.
    ///
    /// Requests that follow one another should share a connection. It is also called several times at once; one request
    /// must then not wait for another.
    ///
    /// - Throws: When the connection breaks before the response is whole.
    func send(_ request: AdapterRequest) async throws -> AdapterResponse

    /// Sends a request and breaks the connection off, without waiting for more of the response, when a moment has come.
    func abandon(_ request: AdapterRequest, when isTime: @escaping @Sendable () async -> Void) async throws

    /// Asks the server to stop as it would for a new release: it finishes the requests that it has begun. Returns
    /// without waiting for them.
    func shutDown() async
}
