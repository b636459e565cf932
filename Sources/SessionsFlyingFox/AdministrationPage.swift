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
public import Sessions
public import SessionsHTTP

/// A page and a JSON API where administrators find the sessions of all users, and end them with a reason.
///
/// ```swift
/// let page = AdministrationPage(engine, for: AdministrationGuard { _, subject in subject == "grace" })
/// page.addPage(to: &routes, at: "/admin/sessions")
/// page.addAPI(to: &routes, at: "/api/admin/sessions")
/// ```
///
/// Neither shows a token. The routes must be inside of ``SessionsMiddleware`` and ``CSRFMiddleware``. The guard is a
/// part of the page, which cannot be created without it. Each ending is a `SessionEvent` that names the administrator
/// and the reason.
public struct AdministrationPage: Sendable {
    /// The maximum size of a form of the page, in bytes.
    private static let maximumFormSize = 65_536

    private let responder: AdministrationResponder
    private let storage: SessionsMiddleware.Storage

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - engine: The engine whose sessions are listed.
    ///   - administrators: Who may use it.
    ///   - configuration: The options of the page. The default is the default configuration.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    public init(
        _ engine: SessionEngine,
        for administrators: AdministrationGuard,
        _ configuration: AdministrationPageConfiguration = AdministrationPageConfiguration(),
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session
    ) {
        self.responder = AdministrationResponder(engine, for: administrators, configuration)
        self.storage = storage
    }

    /// Adds the page to a path. GET shows it, and its form POSTs to the same path.
    public func addPage(to routes: inout RoutedHTTPHandler, at path: String) {
        routes.appendRoute(path, for: [.GET, .HEAD]) { request in
            try await self.respond(request) {
                try await self.responder.page(for: $0, session: $1, logger: SessionsMiddleware.requestLogger)
            }
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
    /// | GET | Lists sessions: `user`, `device`, `address`, `older` and `newer` (in minutes) are the filter, `from` the page | 200 and an object with `sessions` and `next` |
    /// | DELETE with `/{id}?reason=…` after the path | Ends one session | 204, or 404 |
    public func addAPI(to routes: inout RoutedHTTPHandler, at path: String) {
        routes.appendRoute(path, for: [.GET, .HEAD]) { request in
            try await self.respond(request) {
                try await self.responder.list(for: $0, session: $1, logger: SessionsMiddleware.requestLogger)
            }
        }
        routes.appendRoute("\(path)/:id", for: [.DELETE]) { request in
            let id = request.routeParameters["id"]
            return try await self.respond(request) {
                try await self.responder.endSession(
                    withID: id, for: $0, session: $1, logger: SessionsMiddleware.requestLogger)
            }
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
