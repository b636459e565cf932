//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

/// The requests and responses of an active sessions page and its JSON API, for the `ActiveSessionsPage` of an adapter.
///
/// An adapter registers a route for each method, opens the session, and turns the ``HTTPReply`` into a response. All
/// methods throw `SessionError` when no one is logged in, and ``HTTPRefusal`` for a request that they cannot serve.
///
/// | Request | Method |
/// |---|---|
/// | GET of the page | ``page(for:session:)`` |
/// | POST to the page | ``submit(_:session:logger:form:)`` |
/// | GET of the API | ``list(for:session:)`` |
/// | DELETE of the API | ``endOthers(for:session:)`` |
/// | DELETE of the API with `/{id}` after the path | ``endSession(withID:session:)`` |
public struct ActiveSessionsResponder: Sendable {
    let configuration: ActiveSessionsPageConfiguration

    /// Creates a responder.
    ///
    /// - Parameter configuration: The options of the page. The default is the default configuration.
    public init(_ configuration: ActiveSessionsPageConfiguration = ActiveSessionsPageConfiguration()) {
        self.configuration = configuration
    }

    /// A page of the user's sessions.
    func list(of session: Session, from cursor: SessionCursor?) async throws -> ActiveSessionList {
        try await session.activeSessions(from: cursor, limit: self.configuration.sessionsPerPage)
    }

    /// - Throws: `SessionError` when the login is too old for ending other sessions.
    func requireRecentLogin(_ session: Session) throws(SessionError) {
        guard let age = self.configuration.requiresLoginWithin else { return }
        try session.requireAuthentication(within: age)
    }
}

extension HTTPRequest {
    /// The requested start of the list: `.some(nil)` for the first page, and nil for an invalid cursor.
    var listCursor: SessionCursor?? {
        guard let text = self.queryValues(of: ActiveSessionsPageContent.fromParameter).first else { return .some(nil) }
        return SessionCursor(text).map { .some($0) }
    }
}
