//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The options of an active sessions page: its look and its links.
public struct ActiveSessionsPageConfiguration: Sendable {
    /// A link to another page of the application.
    public struct Link: Sendable, Hashable {
        /// The text of the link.
        public var title: String
        /// The target: a path or a whole URL. It must come from the application, never from a visitor.
        public var location: String

        /// Creates a link.
        public init(_ title: String, to location: String) {
            self.title = title
            self.location = location
        }
    }

    /// The template that renders the page as HTML. The default is ``ActiveSessionsPageTemplate/standard``.
    public var template: ActiveSessionsPageTemplate = .standard

    /// A link back to the application. The default is nil: no link.
    public var backLink: Link?

    /// Where a visitor goes after logging out on the page. The default is `/`.
    public var loggedOutLocation = "/"

    /// The maximum age of the user's login or re-authentication for ending other sessions. The default is nil: any
    /// login is enough, so that a user who finds an unknown session in the list can act at once. ASVS 5.0, 7.5.2,
    /// requires re-authentication for applications of level 2: set it, together with ``onOldLogin``, if there is a page
    /// that asks for the password again and calls `reauthenticate()`.
    public var requiresLoginWithin: Duration?

    /// The response of the page when the login is older than that. The JSON API always responds with 401. The default
    /// is 401.
    public var onOldLogin: GuardResponse = .unauthorized

    /// The name of the form field that carries the session's CSRF token. It must be the name that `CSRFProtection`
    /// uses. The default is `_csrf`.
    public var csrfField = "_csrf"

    /// The maximum number of sessions on a page and in a JSON list, not counting the current one: 1 to 1,000. The
    /// default is 100.
    public var sessionsPerPage = ActiveSessionList.defaultLimit

    /// Formats times for people. Each time also has a machine-readable ISO 8601 form. The default writes "21 Nov 2026,
    /// 18:13 UTC".
    public var formatTime: @Sendable (SessionInstant) -> String = { ActiveSessionsPageTime.text(of: $0) }

    /// Creates a configuration with the defaults.
    public init() {}
}
