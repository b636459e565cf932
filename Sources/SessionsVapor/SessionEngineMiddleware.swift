//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import Logging
import NIOHTTP1
public import Sessions
import SessionsHTTP
public import Vapor

/// Opens a session before the handler and closes it before the head of the response is sent.
///
/// ```swift
/// let engine = try SessionEngine(.stored(in: MemorySessionStore()))
/// app.middleware.use(SessionEngineMiddleware(engine))
/// app.get { request in
///     let session = try request.currentSession
///     session[.views] += 1
///     return "Visit number \(session[.views])"
/// }
/// ```
///
/// Handlers find the session in the request's `currentSession`. If an outer middleware of the same engine has opened
/// the session, an inner one uses it. An inner middleware with `isPassive` makes the request passive from there on. An
/// inner one with `onStoreFailure` is rejected, because the session is already open.
///
/// A request that asks for another protocol, as for a WebSocket, is passive.
///
/// Add it inside of Vapor's `ErrorMiddleware`, as `app.middleware.use(_:)` does.
public struct SessionEngineMiddleware: AsyncMiddleware {
    /// The application's own response to a session error. Nil is the standard one.
    public typealias Refusals = @Sendable (SessionError, Request) throws -> Response?

    private let engine: SessionEngine
    private let slot: SessionSlot
    private let isPassive: Bool
    private let onStoreFailure: StoreFailurePolicy?
    private let refusals: Refusals?

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - engine: The engine that opens and closes the sessions.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads. Give
    ///     the second of two middlewares another one.
    ///   - isPassive: Whether these requests are passive: they read the session and never extend or renew it. Use it
    ///     for polling, prefetching and event streams. The default is false.
    ///   - onStoreFailure: What these requests get while the store does not answer. The default is nil: the policy of
    ///     the engine's configuration.
    ///   - refusals: The responses to session errors. The default is nil: a small page for clients that ask for HTML,
    ///     and problem details (RFC 9457) for others. The middleware adds the header fields that the error and the
    ///     session need.
    public init(
        _ engine: SessionEngine,
        in slot: SessionSlot = .standard,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil,
        refusals: Refusals? = nil
    ) {
        self.engine = engine
        self.slot = slot
        self.isPassive = isPassive
        self.onStoreFailure = onStoreFailure
        self.refusals = refusals
    }

    /// Opens the session, runs the handler, and closes the session before the response is sent.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        let open = request.openSessions
        let outer = open[self.slot]
        let session: Sessions.Session
        do {
            if try self.engine.continues(outer, isPassive: self.isPassive, onStoreFailure: self.onStoreFailure) {
                return try await next.respond(to: request)
            }
            session = try await self.engine.open(
                SessionRequest(
                    method: request.methodOfSessions,
                    headerFields: HTTPFields(request.headers),
                    // Asked only if the cookie depends on it, because Vapor copies its configuration for the answer.
                    isSecure: self.engine.needsConnectionSecurity ? request.isSecureConnection : false,
                    peer: RequestPeer(of: request),
                    isPassive: self.isPassive || request.asksForUpgrade,
                    onStoreFailure: self.onStoreFailure
                ),
                logger: request.logger
            )
        } catch let error as any HTTPReplyError {
            return try self.response(to: request, after: error)
        }
        open[self.slot] = session
        // A middleware of another engine around this one finds its own session again.
        defer { if let outer { open[self.slot] = outer } }
        let response: Response
        do {
            response = try await next.respond(to: request)
        } catch {
            return try await self.close(session, after: error, request)
        }
        // Whether a streamed body reads the session is not known yet.
        if response.isStreamed { session.markAccessed() }
        return try await self.close(session, with: response, request)
    }

    /// The response of the handler, with the header fields that the session needs.
    private func close(
        _ session: Sessions.Session,
        with response: Response,
        _ request: Request
    ) async throws -> Response {
        let before = HTTPFields(response.headers)
        var fields = before
        do {
            try await self.engine.close(session, response: &fields)
        } catch {
            return try self.failure(error, of: session, request)
        }
        response.replaceFields(before, with: fields)
        return response
    }

    /// The response to an error of the handler, or the same error, with the header fields that the session needs.
    ///
    /// If the error is a response, the handler's changes are stored. With any other error, the handler failed half-way.
    private func close(
        _ session: Sessions.Session,
        after error: any Error,
        _ request: Request
    ) async throws -> Response {
        if let error = error as? any HTTPReplyError {
            return try await self.close(session, with: try self.response(to: request, after: error), request)
        }
        // An inner middleware of another engine may have wrapped it.
        let wrapped = error as? SessionResponseError
        let underlying = wrapped?.underlying ?? error
        let abort = underlying as? any AbortError
        var headers = wrapped?.headers ?? abort?.headers ?? [:]
        let before = HTTPFields(headers)
        var fields = before
        do {
            try await self.engine.close(session, outcome: abort == nil ? .failed : .responded, response: &fields)
        } catch let closingError {
            request.logger.debug("A handler failed, and closing its session too", metadata: Self.metadata(underlying))
            return try self.failure(closingError, of: session, request)
        }
        if fields == before { throw error }
        headers.replace(before, with: fields)
        // An `Abort` keeps its type, for outer middleware that checks for it.
        if var abort = error as? Abort {
            abort.headers = headers
            throw abort
        }
        throw SessionResponseError(underlying, headers: headers, in: request.application.environment)
    }

    /// The response for a session that could not be closed, in place of the handler's.
    private func failure(
        _ error: any Error,
        of session: Sessions.Session,
        _ request: Request
    ) throws -> Response {
        guard let replyError = error as? any HTTPReplyError else {
            var headers = HTTPHeaders()
            headers.change { self.engine.writeFields(of: session, to: &$0) }
            throw SessionResponseError(error, headers: headers, in: request.application.environment)
        }
        let response = try self.response(to: request, after: replyError)
        let before = HTTPFields(response.headers)
        var fields = before
        self.engine.writeFields(of: session, to: &fields)
        response.replaceFields(before, with: fields)
        return response
    }

    /// The response that an error is.
    private func response(to request: Request, after error: any HTTPReplyError) throws -> Response {
        guard let error = error as? SessionError else { return Response(error.reply(to: request.head)) }
        // Vapor logs what its own middleware answers.
        request.logger.log(
            level: error.code == .configuration ? .error : .debug, "A session error was answered",
            metadata: ["error": "\(error)"])
        guard let response = try self.refusals?(error, request) else {
            return Response(error.reply(to: request.head))
        }
        let before = HTTPFields(response.headers)
        var fields = before
        error.addRequiredFields(to: &fields)
        response.replaceFields(before, with: fields)
        return response
    }

    private static func metadata(_ error: any Error) -> Logger.Metadata {
        ["error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"]
    }
}
#endif
