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
public import Sessions
public import SessionsHTTP

/// A page and a JSON API where administrators find the sessions of all users, and end them with a reason.
///
/// ```swift
/// let administrators = AdministrationGuard { _, subject in subject == "grace" }
/// let page = AdministrationPage<AppContext>(engine, for: administrators)
/// page.addPage(to: pages.group("admin/sessions"))
/// page.addAPI(to: api.group("admin/sessions"))
/// ```
///
/// Neither shows a token. Add them after the middleware that opens the session and after the CSRF protection. The guard
/// is a part of the page, which cannot be created without it. Each ending is a `SessionEvent` that names the
/// administrator and the reason.
public struct AdministrationPage<Context: SessionsRequestContext>: Sendable {
    private let responder: AdministrationResponder
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - engine: The engine whose sessions are listed.
    ///   - administrators: Who may use it.
    ///   - configuration: The options of the page. The default is the default configuration.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ engine: SessionEngine,
        for administrators: AdministrationGuard,
        _ configuration: AdministrationPageConfiguration = AdministrationPageConfiguration(),
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.responder = AdministrationResponder(engine, for: administrators, configuration)
        self.storage = storage
    }

    /// Adds the page to the path of a group. GET shows it, and its form POSTs to the same path.
    public func addPage(to group: some RouterMethods<Context>) {
        group.get { request, context in
            try await self.respond(context) {
                try await self.responder.page(for: request.head, session: $0, logger: context.logger)
            }
        }
        group.post { request, context in
            try await self.respond(context) { session in
                try await self.responder.submit(request.head, session: session, logger: context.logger) {
                    Array(try await request.body.collect(upTo: context.maxUploadSize).readableBytesView)
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
    public func addAPI(to group: some RouterMethods<Context>) {
        group.get { request, context in
            try await self.respond(context) {
                try await self.responder.list(for: request.head, session: $0, logger: context.logger)
            }
        }
        group.delete(":id") { request, context in
            try await self.respond(context) { session in
                try await self.responder.endSession(
                    withID: context.parameters.get("id"), for: request.head, session: session, logger: context.logger)
            }
        }
    }

    /// The response to a request, with the session that the storage of the context has.
    private func respond(
        _ context: Context,
        _ makeReply: (Session) async throws -> HTTPReply
    ) async throws -> Response {
        do {
            return Response(try await makeReply(context[keyPath: self.storage].session))
        } catch let refusal as HTTPRefusal {
            throw HTTPError(refusal.status, headers: refusal.headerFields, message: refusal.message)
        }
    }
}
#endif
