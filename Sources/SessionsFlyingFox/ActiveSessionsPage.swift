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
import Logging
import Sessions
public import SessionsHTTP

/// A page and a JSON API where users see the devices on which they are logged in, and end sessions.
///
/// ```swift
/// let page = ActiveSessionsPage()
/// page.addPage(to: &routes, at: "/account/sessions")
/// page.addAPI(to: &routes, at: "/api/sessions")
/// ```
///
/// Both show only the sessions of the user who is logged in. Neither shows a token. The routes must be inside of
/// ``SessionsMiddleware`` and ``CSRFMiddleware``. A request without a login gets 401.
public struct ActiveSessionsPage: Sendable {
    /// The maximum size of a form of the page, in bytes.
    private static let maximumFormSize = 65_536

    private let responder: ActiveSessionsResponder
    private let storage: SessionsMiddleware.Storage

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - configuration: The options of the page. The default is the default configuration.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    public init(
        _ configuration: ActiveSessionsPageConfiguration = ActiveSessionsPageConfiguration(),
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session
    ) {
        self.responder = ActiveSessionsResponder(configuration)
        self.storage = storage
    }

    /// Adds the page to a path. GET shows it, and its forms POST to the same path.
    public func addPage(to routes: inout RoutedHTTPHandler, at path: String) {
        routes.appendRoute(path, for: [.GET, .HEAD]) { request in
            try await self.respond(request) { try await self.responder.page(for: $0, session: $1) }
        }
        routes.appendRoute(path, for: [.POST]) { request in
            try await self.respond(request) { head, session in
                try await self.responder.submit(head, session: session, logger: SessionsMiddleware.requestLogger) {
                    try await request.body(upTo: Self.maximumFormSize)
                }
            }
        }
    }

    /// Adds the JSON API to a path.
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
    public func addAPI(to routes: inout RoutedHTTPHandler, at path: String) {
        routes.appendRoute(path, for: [.GET, .HEAD]) { request in
            try await self.respond(request) { try await self.responder.list(for: $0, session: $1) }
        }
        routes.appendRoute(path, for: [.DELETE]) { request in
            try await self.respond(request) { try await self.responder.endOthers(for: $0, session: $1) }
        }
        routes.appendRoute("\(path)/:id", for: [.DELETE]) { request in
            let id = request.routeParameters["id"]
            return try await self.respond(request) { try await self.responder.endSession(withID: id, session: $1) }
        }
    }

    /// The response to a request, with the session that is open.
    private func respond(
        _ request: FlyingFox.HTTPRequest,
        _ makeReply: (HTTPTypes.HTTPRequest, Session) async throws -> HTTPReply
    ) async throws -> FlyingFox.HTTPResponse {
        let reply = try await makeReply(HTTPTypes.HTTPRequest(request), self.storage.accessedSession)
        return FlyingFox.HTTPResponse(reply, to: request)
    }
}
#endif
