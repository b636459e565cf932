//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import HTTPTypes
public import Logging
public import Sessions
import SessionsHTTP

/// Opens a session before a handler and closes it before the head of the response is sent.
///
/// ```swift
/// var routes = RoutedHTTPHandler()
/// routes.appendRoute("GET /") { request in
///     let session = try request.session
///     session[.views] += 1
///     return HTTPResponse(statusCode: .ok, body: Data("Visit number \(session[.views])".utf8))
/// }
/// let server = HTTPServer(port: 8080, handler: SessionsMiddleware(engine, handler: routes))
/// ```
///
/// The handler finds the session in the request's `session`. If an outer middleware of the same engine has opened the
/// session, an inner one uses it. An inner middleware with `isPassive` makes the request passive from there on. An
/// inner one with `onStoreFailure` is rejected, because the session is already open.
///
/// A request that asks for another protocol, as for a WebSocket, is passive.
public struct SessionsMiddleware: HTTPHandler {
    /// Where the session of a request is kept while its handler runs.
    public typealias Storage = TaskLocal<Session?>
    /// The application's own response to a session error. Nil is the standard one.
    public typealias Refusals = @Sendable (SessionError, FlyingFox.HTTPRequest) throws -> FlyingFox.HTTPResponse?

    /// The session of the request that the current task handles. Nil outside of a handler.
    @TaskLocal public static var session: Session?
    /// The logger of the outermost middleware that handles the request. Nil outside of a middleware.
    @TaskLocal private static var logger: Logger?
    /// The logger of the request that the current task handles.
    static var requestLogger: Logger { self.logger ?? Logger(label: "sessions") }

    private let engine: SessionEngine
    private let storage: Storage
    private let isPassive: Bool
    private let onStoreFailure: StoreFailurePolicy?
    private let logger: Logger
    private let refusals: Refusals?
    private let handler: any HTTPHandler

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - engine: The engine that opens and closes the sessions.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads. Give the second of
    ///     two middlewares another one.
    ///   - isPassive: Whether these requests are passive: they read the session and never extend or renew it. Use it
    ///     for polling, prefetching and event streams. The default is false.
    ///   - onStoreFailure: What these requests get while the store does not answer. The default is nil: the policy of
    ///     the engine's configuration.
    ///   - logger: The logger. The default has the label `sessions`.
    ///   - refusals: The responses to session errors. The default is nil: a small page for clients that ask for HTML,
    ///     and problem details (RFC 9457) for others. The middleware adds the header fields that the error and the
    ///     session need.
    ///   - handler: The handler of the requests.
    public init(
        _ engine: SessionEngine,
        in storage: Storage = SessionsMiddleware.$session,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil,
        logger: Logger = Logger(label: "sessions"),
        refusals: Refusals? = nil,
        handler: any HTTPHandler
    ) {
        self.engine = engine
        self.storage = storage
        self.isPassive = isPassive
        self.onStoreFailure = onStoreFailure
        self.logger = logger
        self.refusals = refusals
        self.handler = handler
    }

    /// Opens the session, runs the handler, and closes the session before the response is sent.
    ///
    /// FlyingFox answers every error with 500 and no header fields. So the outermost middleware turns an error that is
    /// a response into that response, and any other one into 500 if the session needs header fields.
    public func handleRequest(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
        guard Self.logger == nil else { return try await self.handle(request) }
        do {
            return try await Self.$logger.withValue(self.logger) { try await self.handle(request) }
        } catch let error as SessionResponseError {
            return error.response
        } catch let error as any HTTPReplyError {
            return try self.response(to: request, after: error)
        }
    }

    private func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
        if try self.engine.continues(
            self.storage.get(), isPassive: self.isPassive, onStoreFailure: self.onStoreFailure)
        {
            return try await self.handler.handleRequest(request)
        }
        let session = try await self.engine.open(
            SessionRequest(
                request,
                isPassive: self.isPassive || request.asksForUpgrade,
                onStoreFailure: self.onStoreFailure
            ),
            logger: self.logger
        )
        var response: FlyingFox.HTTPResponse
        do {
            response = try await self.storage.withValue(session) { try await self.handler.handleRequest(request) }
        } catch {
            throw try await self.close(session, after: error, request)
        }
        // Whether a streamed body reads the session is not known yet.
        if response.isStreamed { session.markAccessed() }
        let before = HTTPFields(response.headers)
        var fields = before
        do {
            try await self.engine.close(session, response: &fields)
        } catch {
            throw try self.failure(error, of: session, request)
        }
        response.headers.replace(before, with: fields)
        return response
    }

    /// The error that replaces the handler's error: the same error, with the header fields that the session needs.
    ///
    /// If the error is a response, the handler's changes are stored. With any other error, the handler failed half-way.
    private func close(
        _ session: Session,
        after error: any Error,
        _ request: FlyingFox.HTTPRequest
    ) async throws -> any Error {
        // An inner middleware of another engine may have wrapped it.
        let wrapped = error as? SessionResponseError
        let underlying = wrapped?.underlying ?? error
        var response = try wrapped?.response ?? self.response(to: request, after: underlying)
        let before = HTTPFields(response.headers)
        var fields = before
        let isResponse = underlying is any HTTPReplyError || underlying is HTTPUnhandledError
        do {
            try await self.engine.close(session, outcome: isResponse ? .responded : .failed, response: &fields)
        } catch let closingError {
            self.logger.debug("A handler failed, and closing its session too", metadata: Self.metadata(underlying))
            return try self.failure(closingError, of: session, request)
        }
        // FlyingFox then answers by itself, or asks the next route, whose response does not depend on this session.
        let isUnchanged =
            underlying is HTTPUnhandledError
            ? fields.allSatisfy { $0.name == .vary || $0.name == .cacheControl } : fields == before
        if isUnchanged, !(underlying is any HTTPReplyError) { return error }
        if !isResponse { self.logger.error("A handler failed", metadata: Self.metadata(underlying)) }
        response.headers.replace(before, with: fields)
        return SessionResponseError(underlying: underlying, response: response)
    }

    /// The error for a session that could not be closed. The handler's response is not sent.
    private func failure(
        _ error: any Error,
        of session: Session,
        _ request: FlyingFox.HTTPRequest
    ) throws -> SessionResponseError {
        var response = try self.response(to: request, after: error)
        response.headers.change { self.engine.writeFields(of: session, to: &$0) }
        return SessionResponseError(underlying: error, response: response)
    }

    /// The response to an error: what FlyingFox would answer if the error is not a response.
    private func response(
        to request: FlyingFox.HTTPRequest,
        after error: any Error
    ) throws -> FlyingFox.HTTPResponse {
        if let error = error as? SessionError, var response = try self.refusals?(error, request) {
            response.headers.change { error.addRequiredFields(to: &$0) }
            return response
        }
        if let error = error as? any HTTPReplyError {
            return FlyingFox.HTTPResponse(error.reply(to: HTTPTypes.HTTPRequest(request)), to: request)
        }
        return FlyingFox.HTTPResponse(statusCode: error is HTTPUnhandledError ? .notFound : .internalServerError)
    }

    private static func metadata(_ error: any Error) -> Logger.Metadata {
        ["error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"]
    }
}

/// An error on its way to the outermost middleware, with its response and the header fields that a session needs.
private struct SessionResponseError: Error {
    /// The error of the handler, or the error of closing the session.
    let underlying: any Error
    let response: FlyingFox.HTTPResponse
}

extension FlyingFox.HTTPResponse {
    /// Whether the body is of unknown length, or another protocol follows.
    fileprivate var isStreamed: Bool {
        switch self.payload {
        case .httpBody(let body): body.count == nil
        case .webSocket: true
        }
    }
}
#endif
