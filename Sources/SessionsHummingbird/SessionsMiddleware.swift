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
import SessionsHTTP

/// Opens a session before the handler and closes it before the head of the response is sent.
///
/// ```swift
/// let engine = try SessionEngine(.stored(in: MemorySessionStore()))
/// let router = Router(context: AppRequestContext.self)
/// router.add(middleware: SessionsMiddleware(engine))
/// ```
///
/// Handlers find the session in the context's `session`. If an outer middleware of the same engine has opened the
/// session, an inner one uses it. An inner middleware with `isPassive` makes the request passive from there on. An
/// inner one with `onStoreFailure` is rejected, because the session is already open.
public struct SessionsMiddleware<Context: SessionsRequestContext>: RouterMiddleware {
    /// Where a context keeps a session.
    public typealias StoragePath = any WritableKeyPath<Context, SessionsStorage> & Sendable

    private let engine: SessionEngine
    private let storage: StoragePath
    /// Whether the storage is the default, which is read without a key path: following a key path takes longer than
    /// finding a session.
    private let isDefaultStorage: Bool
    private let isPassive: Bool
    private let onStoreFailure: StoreFailurePolicy?
    private let refusals: RefusalResponse

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - engine: The engine that opens and closes the sessions.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`, which `context.session` reads.
    ///     Give the second of two middlewares another one.
    ///   - isPassive: Whether these requests are passive: they read the session and never extend or renew it. Use it
    ///     for polling, prefetching, event streams, and endpoints whose cookie a proxy drops
    ///     (<doc:Forward-authentication>). The default is false.
    ///   - onStoreFailure: What these requests get while the store does not answer. The default is nil: the policy of
    ///     the engine's configuration.
    ///   - refusals: The responses to session errors. The default is ``RefusalResponse/standard``.
    public init(
        _ engine: SessionEngine,
        in storage: StoragePath = \.sessions,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil,
        refusals: RefusalResponse = .standard
    ) {
        self.engine = engine
        self.storage = storage
        self.isDefaultStorage = storage == \Context.sessions
        self.isPassive = isPassive
        self.onStoreFailure = onStoreFailure
        self.refusals = refusals
    }

    /// Opens the session, runs the handler, and closes the session before the response is sent.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let session: Session
        do {
            let storage = self.isDefaultStorage ? context.sessions : context[keyPath: self.storage]
            if try self.engine.continues(
                storage.openSession, isPassive: self.isPassive, onStoreFailure: self.onStoreFailure)
            {
                return try await next(request, context)
            }
            session = try await self.engine.open(
                SessionRequest(
                    method: request.method,
                    headerFields: request.headers,
                    // Asked only if the cookie depends on it, because the answer may need a hop to the event loop.
                    isSecure: self.engine.needsConnectionSecurity ? try await storage.connection.isSecure : false,
                    peer: storage.connection,
                    isPassive: self.isPassive,
                    onStoreFailure: self.onStoreFailure
                ),
                logger: context.logger
            )
        } catch let error as SessionError where !self.refusals.isStandard {
            throw SessionResponseError(error, response: try self.rendered(error, to: request, context))
        }
        if self.isDefaultStorage {
            context.sessions.openSession = session
        } else {
            context[keyPath: self.storage].openSession = session
        }
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            throw try await self.close(session, after: error, request, context)
        }
        // Whether a streamed body reads the session is not known yet.
        if response.body.contentLength == nil { session.markAccessed() }
        do {
            try await self.engine.close(session, response: &response.headers)
        } catch {
            throw try self.failure(error, of: session, request, context)
        }
        return response
    }

    /// The error that replaces the handler's error: the same error, with the header fields that the session needs.
    ///
    /// If the error is a response, the handler's changes are stored. With any other error, the handler failed half-way.
    private func close(
        _ session: Session,
        after error: any Error,
        _ request: Request,
        _ context: Context
    ) async throws -> any Error {
        // An inner middleware of another engine may have wrapped it.
        let wrapped = error as? SessionResponseError
        let handlers = wrapped?.underlying ?? error
        // An `HTTPError` keeps its type, for outer middleware that checks for it.
        var usual = error as? HTTPError
        var response = Response(status: .internalServerError)
        if usual == nil { response = try wrapped?.response ?? self.rendered(handlers, to: request, context) }
        let before = usual?.headers ?? response.headers
        var fields = before
        do {
            let isResponse = handlers is any HTTPResponseError
            try await self.engine.close(session, outcome: isResponse ? .responded : .failed, response: &fields)
        } catch let closingError {
            context.logger.debug(
                "A handler failed, and closing its session too",
                metadata: ["error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"])
            return try self.failure(closingError, of: session, request, context)
        }
        // The server answers its own parser errors, and must find the error unchanged.
        if error is HTTPParserError { return error }
        if usual != nil {
            usual?.headers = fields
            return usual ?? error
        }
        let isOwn = handlers is SessionError && !self.refusals.isStandard
        if fields == before, !isOwn { return error }
        response.headers = fields
        return SessionResponseError(handlers, response: response)
    }

    /// The response to an error: 500 without a body if the error is not a response.
    private func rendered(_ error: any Error, to request: Request, _ context: Context) throws -> Response {
        if let error = error as? SessionError {
            return try self.refusals.response(to: request, refusedBy: error, context)
        }
        if let error = error as? any HTTPResponseError {
            return try error.response(from: request, context: context)
        }
        // The server logs unhandled errors in the same way.
        context.logger.debug(
            "A handler failed",
            metadata: ["error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"])
        return Response(status: .internalServerError)
    }

    /// The error for a session that could not be closed. The handler's response is not sent.
    private func failure(
        _ error: any Error,
        of session: Session,
        _ request: Request,
        _ context: Context
    ) throws -> SessionResponseError {
        var response = try self.rendered(error, to: request, context)
        self.engine.writeFields(of: session, to: &response.headers)
        return SessionResponseError(error, response: response)
    }
}
#endif
