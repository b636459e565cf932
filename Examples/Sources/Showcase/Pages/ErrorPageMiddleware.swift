//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Logging

/// Shows errors to people as a page. API clients get the error's own response.
struct ErrorPageMiddleware: RouterMiddleware {
    private let pages: PageLibrary

    init(_ pages: PageLibrary) {
        self.pages = pages
    }

    func handle(
        _ request: Request,
        context: ShowcaseRequestContext,
        next: (Request, ShowcaseRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where request.isFromBrowser {
            let response = try error.response(from: request, context: context)
            return try self.page(for: response)
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            // Further out it would be a 500 that is not logged.
            context.logger.error("A request failed", metadata: ["error": "\(error)"])
            throw error
        }
    }

    /// The page in place of a response. It keeps the response's header fields, such as a session's cookie and
    /// `Retry-After`.
    private func page(for response: Response) throws -> Response {
        let explanation =
            switch response.status {
            case .badRequest: "The server does not understand the request."
            case .forbidden:
                "This is not allowed, or may come from another site. Nothing of it was done."
            case .notFound: "There is nothing here."
            case .conflict: "The session ended while this was under way. Nothing of it was stored."
            case .tooManyRequests: "Too many logins have failed. Wait a little before you try again."
            case .serviceUnavailable: "The sessions cannot be reached. No one was logged out: try again in a moment."
            case .notImplemented: TokenController.whatIsMissing
            default: "The server could not do this."
            }
        let view = ErrorView(
            footer: self.pages.footer,
            status: response.status.code,
            title: response.status.reasonPhrase,
            explanation: explanation
        )
        var page = try self.pages.page("error", view, status: response.status)
        for field in response.headers where page.headers[field.name] == nil || field.name == .setCookie {
            page.headers.append(field)
        }
        return page
    }
}
