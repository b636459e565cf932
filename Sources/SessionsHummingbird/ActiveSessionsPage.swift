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
import Sessions
public import SessionsHTTP

/// A page and a JSON API where users see the devices on which they are logged in, and end sessions.
///
/// ```swift
/// let page = ActiveSessionsPage<AppContext>()
/// page.addPage(to: pages.group("account/sessions"))
/// page.addAPI(to: api.group("sessions"))
/// ```
///
/// Both show only the sessions of the user who is logged in. Neither shows a token. Add them after the middleware that
/// opens the session, and after the guards and the CSRF protection of your other pages. Without a guard, a request
/// without a login gets 401.
///
/// The backend determines what can be listed and ended: see <doc:Active-sessions-page>.
public struct ActiveSessionsPage<Context: SessionsRequestContext>: Sendable {
    private let responder: ActiveSessionsResponder
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - configuration: The options of the page. The default is the default configuration.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ configuration: ActiveSessionsPageConfiguration = ActiveSessionsPageConfiguration(),
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.responder = ActiveSessionsResponder(configuration)
        self.storage = storage
    }

    /// Adds the page to the path of a group. GET shows it, and its forms POST to the same path.
    public func addPage(to group: some RouterMethods<Context>) {
        group.get { request, context in
            try await self.respond(context) { try await self.responder.page(for: request.head, session: $0) }
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
    /// | GET | Lists the user's sessions, this one first, a page at a time | 200 and an array; if there are more, a `Link` field with `rel="next"` |
    /// | DELETE with `/{id}` after the path | Ends one session, which may be this one | 204 |
    /// | DELETE with `?others=true` | Ends all sessions but this one, which gets a new token | 204; 200 and `{"token": "…"}` for a bearer token |
    ///
    /// The response is 404 for another user's id, an unknown id, and a malformed id, so a client learns nothing about
    /// other users. A DELETE with neither an id nor `others` gets 400, and so does a `from` that is not a cursor of the
    /// list. If the backend does not support the operation, the response is 501.
    public func addAPI(to group: some RouterMethods<Context>) {
        group.get { request, context in
            try await self.respond(context) { try await self.responder.list(for: request.head, session: $0) }
        }
        group.delete { request, context in
            try await self.respond(context) { try await self.responder.endOthers(for: request.head, session: $0) }
        }
        group.delete(":id") { _, context in
            try await self.respond(context) { session in
                try await self.responder.endSession(withID: context.parameters.get("id"), session: session)
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
