//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
import Sessions

/// Where users see on which devices they are logged in, and end what they do not know: a page, and the same as JSON.
///
/// ```swift
/// let page = ActiveSessionsPage<AppContext>()
/// page.addPage(to: pages.group("account/sessions"))
/// page.addAPI(to: api.group("sessions"))
/// ```
///
/// Both show the sessions of the user who is logged in, and of nobody else. Neither shows a token. Put them behind the
/// middleware that opens the session, and behind the guards and the protection against forged requests that your other
/// pages are behind; a request in which nobody is logged in gets 401 where no guard answers it.
///
/// What can be listed and ended depends on the backend: see <doc:Active-sessions-page>.
public struct ActiveSessionsPage<Context: SessionsRequestContext>: Sendable {
    let configuration: ActiveSessionsPageConfiguration
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - configuration: What is not as the defaults are.
    ///   - storage: Where in the context the session is kept. The default is `\.sessions`.
    public init(
        _ configuration: ActiveSessionsPageConfiguration = ActiveSessionsPageConfiguration(),
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.configuration = configuration
        self.storage = storage
    }

    /// Adds the page to the path of a group: GET shows it, and its forms POST to the same path.
    public func addPage(to group: some RouterMethods<Context>) {
        group.get(use: self.showPage)
        group.post(use: self.actOnPage)
    }

    /// Adds the JSON twin to the path of a group.
    ///
    /// | Request | What it does | Answer |
    /// |---|---|---|
    /// | GET | Lists the user's sessions, this one first, a page at a time | 200 and an array; where there are more, a `Link` field with `rel="next"` |
    /// | DELETE with `/{id}` behind the path | Ends one of them, which may be this | 204 |
    /// | DELETE with `?others=true` | Ends all of them but this, which gets a new token | 204; 200 and `{"token": "…"}` for a bearer token |
    ///
    /// An id that is another user's, of no session, or no id at all is 404; so nothing can be learned of other users. A
    /// DELETE without either is 400, and so is a `from` that is no cursor of the list. Where the backend cannot do it,
    /// 501.
    public func addAPI(to group: some RouterMethods<Context>) {
        group.get(use: self.list)
        group.delete(use: self.endOthers)
        group.delete(":id", use: self.endOne)
    }

    /// The session of a request.
    ///
    /// - Throws: `SessionError` when nobody is logged in.
    func session(in context: Context) throws(SessionError) -> Session {
        let session = try context[keyPath: self.storage].session
        try session.requireAuthenticated()
        return session
    }

    /// A page of the user's sessions.
    func list(of session: Session, from cursor: SessionCursor?) async throws -> ActiveSessionList {
        try await session.activeSessions(from: cursor, limit: self.configuration.sessionsPerPage)
    }

    /// - Throws: `SessionError` when the login is older than it may be of somebody who ends other sessions.
    func requireRecentLogin(_ session: Session) throws(SessionError) {
        guard let age = self.configuration.requiresLoginWithin else { return }
        try session.requireAuthentication(within: age)
    }
}
#endif
