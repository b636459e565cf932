//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
public import Hummingbird
import Logging
import NIOHTTP1
import Sessions
public import SessionsHTTP

/// Answers errors with a page where the client is a browser: an `HTTPError` of a handler or of the router, such as 404,
/// a session error, such as 503, and an error that is no response, which is 500.
///
/// ```swift
/// router.add(middleware: ErrorPages())
/// router.add(middleware: SessionsMiddleware(engine))
/// ```
///
/// Add it before ``SessionsMiddleware`` and all other middleware. A client is a browser if it asks for `text/html` by
/// name. Other clients get the response that they get without this middleware. Errors of other types that have their
/// own response keep it.
public struct ErrorPages<Context: RequestContext>: RouterMiddleware {
    private let page: @Sendable (HTTPRefusal, Request) throws -> Response?

    /// Creates a middleware with small standard pages.
    public init() {
        self.page = { _, _ in nil }
    }

    /// Creates a middleware with the application's own pages.
    ///
    /// ```swift
    /// ErrorPages { error, request in
    ///     Response(
    ///         status: error.status,
    ///         headers: [.contentType: "text/html; charset=utf-8"],
    ///         body: .init(byteBuffer: ByteBuffer(string: render(error.message)))
    ///     )
    /// }
    /// ```
    ///
    /// - Parameter page: Makes the response to a browser, or returns nil for the standard page. Escape the message. The
    ///   middleware adds the header fields of the error that the response does not have, such as `Set-Cookie` and
    ///   `Retry-After`.
    public init(_ page: @escaping @Sendable (_ error: HTTPRefusal, _ request: Request) throws -> Response?) {
        self.page = page
    }

    /// Runs the handler, and turns its error into a page.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            // The server answers its own parser errors.
            guard !(error is HTTPParserError), !(error is CancellationError),
                let refusal = self.refusal(for: error, context)
            else { throw error }
            let standard = refusal.reply(to: request.head)
            guard standard.headerFields[.contentType]?.hasPrefix("text/html") == true else { throw error }
            var response = try self.page(refusal, request) ?? Response(standard)
            for name in Set(refusal.headerFields.map(\.name)) where !response.headers.contains(name) {
                response.headers[values: name] = refusal.headerFields[values: name]
            }
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    /// What the page says; nil for an error that has its own response.
    private func refusal(for error: any Error, _ context: Context) -> HTTPRefusal? {
        let wrapped = error as? SessionResponseError
        var fields = wrapped?.response.headers ?? [:]
        let underlying = wrapped?.underlying ?? error
        if let error = underlying as? HTTPError {
            if wrapped == nil { fields = error.headers }
            return self.refusal(error.status, error.body ?? Self.message(for: error.status), fields)
        }
        if let error = underlying as? SessionError {
            error.addRequiredFields(to: &fields)
            return self.refusal(error.status, error.advice, fields)
        }
        guard !(underlying is any HTTPResponseError) else { return nil }
        context.logger.error(
            "A handler failed",
            metadata: ["error": "\(UntrustedText.escaped("\(underlying)", limit: UntrustedText.descriptionLimit))"])
        return self.refusal(.internalServerError, Self.message(for: .internalServerError), fields)
    }

    private func refusal(_ status: HTTPResponse.Status, _ message: String, _ fields: HTTPFields) -> HTTPRefusal {
        var fields = fields
        // They describe the body that the page replaces.
        for name in [HTTPField.Name.contentType, .contentLength, .contentSecurityPolicy] { fields[name] = nil }
        return HTTPRefusal(status, message, headerFields: fields)
    }

    private static func message(for status: HTTPResponse.Status) -> String {
        switch status {
        case .unauthorized: "Log in first."
        case .forbidden: "You may not open this page."
        case .notFound: "There is no page at this address."
        case .tooManyRequests, .serviceUnavailable: "The server is busy. Try again in a moment."
        default: status.code < 500 ? "The request cannot be served." : "The server could not complete the request."
        }
    }
}
#endif
