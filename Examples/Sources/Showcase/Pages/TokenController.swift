//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Hummingbird
import Sessions
import SessionsHummingbird
import ShowcaseKit

/// The page and the API for the backend with only tokens.
struct TokenController {
    static let whatIsMissing = """
        This server gives out tokens and remembers nothing (--store token-only): there is no one to log in, and nothing \
        to count. Start it with another store.
        """

    /// The paths that need a server with sessions.
    private static let otherPaths: [RouterPath] = [
        "login", "logout", "account", "account/sessions", "api/login", "api/logout", "api/me",
        "api/sessions", "api/sessions/:id", "auth/check", "auth/use", "payment/return",
        "api/session/:operation", "api/session/increment/:key", "api/session/values/:key",
    ]

    private let pages: PageLibrary

    init(_ pages: PageLibrary) {
        self.pages = pages
    }

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.get("/", use: self.home)
        group.get("api/session") { _, context in try Response.json(context.session.json(in: .tokenOnly)) }
        group.post("api/session/reset", use: self.reset)
        for path in Self.otherPaths {
            for method in [HTTPRequest.Method.get, .post, .put, .delete] {
                group.on(path, method: method) { _, _ -> Response in
                    throw HTTPError(.notImplemented, message: Self.whatIsMissing)
                }
            }
        }
    }

    @Sendable func home(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let session = try context.session
        let wasReset = request.uri.queryParameters["did"] == "reset"
        return try self.pages.page(
            "token",
            TokenView(
                footer: self.pages.footer,
                notice: wasReset ? "You have another token. What belonged to the one before is not yours." : nil,
                id: session.id.map { "\($0)" },
                isNew: session.isNew
            )
        )
    }

    @Sendable func reset(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        try await context.session.regenerate()
        return request.isFromBrowser
            ? Response.redirect(to: "/?did=reset") : Response.json(try context.session.json(in: .tokenOnly))
    }
}
