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
public import SessionsHTTP
public import Vapor

/// A page and a JSON API where administrators find the sessions of all users, and end them with a reason.
///
/// ```swift
/// let page = AdministrationPage(engine, for: AdministrationGuard { _, subject in subject == "grace" })
/// page.addPage(to: app.grouped("admin", "sessions"))
/// page.addAPI(to: app.grouped("api", "admin", "sessions"))
/// ```
///
/// Neither shows a token. The routes must be inside of ``SessionEngineMiddleware`` and ``CSRFMiddleware``. The guard is
/// a part of the page, which cannot be created without it. Each ending is a `SessionEvent` that names the administrator
/// and the reason.
public struct AdministrationPage: Sendable {
    /// The maximum size of a form of the page, in bytes.
    private static let maximumFormSize = 65_536

    private let responder: AdministrationResponder
    private let slot: SessionSlot

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - engine: The engine whose sessions are listed.
    ///   - administrators: Who may use it.
    ///   - configuration: The options of the page. The default is the default configuration.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(
        _ engine: SessionEngine,
        for administrators: AdministrationGuard,
        _ configuration: AdministrationPageConfiguration = AdministrationPageConfiguration(),
        in slot: SessionSlot = .standard
    ) {
        self.responder = AdministrationResponder(engine, for: administrators, configuration)
        self.slot = slot
    }

    /// Adds the page to the path of a group. GET shows it, and its form POSTs to the same path.
    public func addPage(to routes: any RoutesBuilder) {
        routes.get { request async throws -> Response in
            try await self.respond(request) {
                try await self.responder.page(for: $0, session: $1, logger: request.logger)
            }
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
    /// | GET | Lists sessions: `user`, `device`, `address`, `older` and `newer` (in minutes) are the filter, `from` the page | 200 and an object with `sessions` and `next` |
    /// | DELETE with `/{id}?reason=…` after the path | Ends one session | 204, or 404 |
    public func addAPI(to routes: any RoutesBuilder) {
        routes.get { request async throws -> Response in
            try await self.respond(request) {
                try await self.responder.list(for: $0, session: $1, logger: request.logger)
            }
        }
        routes.delete(":id") { request async throws -> Response in
            let id = request.parameters.get("id")
            return try await self.respond(request) {
                try await self.responder.endSession(withID: id, for: $0, session: $1, logger: request.logger)
            }
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
