//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOHTTP1
import Sessions
public import SessionsHTTP
public import Vapor

/// A page and a JSON API where users see the devices on which they are logged in, and end sessions.
///
/// ```swift
/// let page = ActiveSessionsPage()
/// page.addPage(to: app.grouped("account", "sessions"))
/// page.addAPI(to: app.grouped("api", "sessions"))
/// ```
///
/// Both show only the sessions of the user who is logged in. Neither shows a token. The routes must be inside of
/// ``SessionEngineMiddleware`` and ``CSRFMiddleware``. A request without a login gets 401.
public struct ActiveSessionsPage: Sendable {
    /// The maximum size of a form of the page, in bytes.
    private static let maximumFormSize = 65_536

    private let responder: ActiveSessionsResponder
    private let slot: SessionSlot

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - configuration: The options of the page. The default is the default configuration.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(
        _ configuration: ActiveSessionsPageConfiguration = ActiveSessionsPageConfiguration(),
        in slot: SessionSlot = .standard
    ) {
        self.responder = ActiveSessionsResponder(configuration)
        self.slot = slot
    }

    /// Adds the page to the path of a group. GET shows it, and its forms POST to the same path.
    public func addPage(to routes: any RoutesBuilder) {
        routes.get { request async throws -> Response in
            try await self.respond(request) { try await self.responder.page(for: $0, session: $1) }
        }
        routes.on(.POST, body: .stream) { request async throws -> Response in
            try await self.respond(request) { head, session in
                try await self.responder.submit(head, session: session, logger: request.logger) {
                    try await request.bodyBytes(upTo: Self.maximumFormSize)
                }
            }
        }
    }

    /// Adds the JSON API to the path of a group.
    ///
    /// | Request | What it does | Response |
    /// |---|---|---|
    /// | GET | Lists the user's sessions, this one first, a page at a time | 200 and an array; if there are more, a `Link` field with `rel="next"` |
    /// | DELETE with `/{id}` after the path | Ends one session, which may be this one | 204 |
    /// | DELETE with `?others=true` | Ends all sessions but this one, which gets a new token | 204; 200 and `{"token": "…"}` for a bearer token |
    ///
    /// The response is 404 for another user's id, an unknown id, and a malformed id, so a client learns nothing about
    /// other users. A DELETE with neither an id nor `others` gets 400, and so does a `from` that is not a cursor of the
    /// list. If the backend does not support the operation, the response is 501.
    public func addAPI(to routes: any RoutesBuilder) {
        routes.get { request async throws -> Response in
            try await self.respond(request) { try await self.responder.list(for: $0, session: $1) }
        }
        routes.delete { request async throws -> Response in
            try await self.respond(request) { try await self.responder.endOthers(for: $0, session: $1) }
        }
        routes.delete(":id") { request async throws -> Response in
            let id = request.parameters.get("id")
            return try await self.respond(request) { try await self.responder.endSession(withID: id, session: $1) }
        }
    }

    /// The response to a request, with the session that is open.
    private func respond(
        _ request: Request,
        _ makeReply: (HTTPTypes.HTTPRequest, Sessions.Session) async throws -> HTTPReply
    ) async throws -> Response {
        Response(try await makeReply(request.head, request.currentSession(in: self.slot)))
    }
}
#endif
