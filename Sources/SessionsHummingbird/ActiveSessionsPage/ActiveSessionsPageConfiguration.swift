//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Sessions

/// How a active sessions page looks, and where it leads.
public struct ActiveSessionsPageConfiguration: Sendable {
    /// A link to another page of the application.
    public struct Link: Sendable, Hashable {
        /// What the link says.
        public var title: String
        /// Where it leads: a path, or a whole URL. The application's own, never a visitor's.
        public var location: String

        /// Creates a link.
        public init(_ title: String, to location: String) {
            self.title = title
            self.location = location
        }
    }

    /// What makes HTML of the page. The default is ``ActiveSessionsPageTemplate/standard``.
    public var template: ActiveSessionsPageTemplate = .standard

    /// The way back from the page. The default is nil: none.
    public var backLink: Link?

    /// Where a visitor goes who has logged out on the page. The default is `/`.
    public var loggedOutLocation = "/"

    /// How recently the user must have proven who they are to end other sessions than the one they use. The default is
    /// nil: being logged in is enough, so that whoever finds a stranger in the list can act at once. ASVS 5.0, 7.5.2,
    /// wants a proof for applications of level 2: set it, together with ``onOldLogin``, where there is a page that asks
    /// for the password again and calls `reauthenticate()`.
    public var requiresLoginWithin: Duration?

    /// What the page answers when the login is older than that. The JSON is always 401. The default is 401.
    public var onOldLogin: GuardResponse = .unauthorized

    /// The name of the form field that carries the session's token against forged requests. It must be that of
    /// `CSRFProtection`. The default is `_csrf`.
    public var csrfField = "_csrf"

    /// The most sessions of a page, and of a JSON list, besides the one that asks: 1 to 1,000. The default is 100.
    public var sessionsPerPage = ActiveSessionList.defaultLimit

    /// How times are written for people; machines get ISO 8601 beside it. The default writes "21 Nov 2026, 18:13 UTC".
    public var formatTime: @Sendable (Instant) -> String = { ActiveSessionsPageTime.text(of: $0) }

    /// The defaults.
    public init() {}
}
#endif
