//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The content of an active sessions page, prepared for a template. Nothing is escaped yet, and much of it comes from
/// clients: use ``ActiveSessionsPageTemplate/escape(_:)``.
///
/// The forms of the page POST to the page's own path, with the field ``endField`` and with ``hiddenFields``.
public struct ActiveSessionsPageContent: Sendable {
    /// One of the user's sessions.
    public struct Item: Sendable, Identifiable {
        /// The session.
        public let session: ActiveSession
        /// The name to show: the label that the user gave the device, or "Firefox on Windows", or "Unknown device".
        public let name: String
        /// More details, if there are any: the administrator who acts in the session, the client of a device with a
        /// label, or the user agent of an unknown client.
        public let detail: String?
        /// When the user logged in.
        public let loggedInAt: ActiveSessionsPageTime
        /// When the session was last known to be in use.
        public let lastUsedAt: ActiveSessionsPageTime
        /// When the session ends unless it is used again.
        public let endsAt: ActiveSessionsPageTime

        /// Whether the user has logged in from the device for a week at most. False if the device is not recognized
        /// (`KnownDevices`).
        public let isNewThisWeek: Bool

        /// The public id of the session, and the value of ``ActiveSessionsPageContent/endField`` that ends it.
        public var id: SessionID { self.session.id }

        init(_ session: ActiveSession, _ configuration: ActiveSessionsPageConfiguration, now: SessionInstant) {
            let client = session.lastClient.name ?? session.firstClient.name
            self.session = session
            self.name = session.displayName
            self.detail =
                if let actor = session.actor {
                    "\(actor) acts as \(session.subject)"
                } else if client != nil {
                    session.deviceLabel == nil ? nil : client
                } else {
                    session.lastClient.userAgent ?? session.firstClient.userAgent
                }
            self.loggedInAt = ActiveSessionsPageTime(session.createdAt, configuration.formatTime)
            self.lastUsedAt = ActiveSessionsPageTime(session.lastAccessedAt, configuration.formatTime)
            self.endsAt = ActiveSessionsPageTime(session.idleExpiresAt, configuration.formatTime)
            self.isNewThisWeek = session.deviceFirstUsedAt.map { now < $0 + .seconds(7 * 86_400) } ?? false
        }
    }

    /// A field that every form of the page must send back.
    public struct HiddenField: Sendable, Hashable {
        /// The name of the field.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The name of the field that says which session to end: an ``Item/id``, or ``endOthersValue``.
    public static let endField = "end"
    /// The value of ``endField`` that ends all sessions but this one.
    public static let endOthersValue = "others"

    /// The query parameter with the cursor at which a page of the list begins.
    static let fromParameter = "from"

    /// A link to the page of the list that begins at a cursor, relative to the page itself.
    static func link(to cursor: SessionCursor) -> String { "?\(self.fromParameter)=\(cursor)" }

    /// The session that shows the page.
    public let current: Item
    /// The user's other sessions, or one page of them. The most recently used come first.
    public let others: [Item]
    /// A link to the first page of the list. Nil on that page.
    public let firstPage: String?
    /// A link to the next page of the list. Nil on the last page.
    public let nextPage: String?
    /// Whether the backend can list other sessions. If false, ``others`` is always empty.
    public let supportsListing: Bool
    /// Whether the backend can end all other sessions at once.
    public let supportsRevokingOthers: Bool
    /// Messages to show once: the result of the last form, and any other pending flash messages.
    public let messages: [FlashMessage]
    /// The fields that every form must send back: the CSRF token, if there is one.
    public let hiddenFields: [HiddenField]
    /// A link back to the application.
    public let backLink: ActiveSessionsPageConfiguration.Link?
}

extension ActiveSessionsPageContent.HiddenField: CustomStringConvertible, CustomReflectable {
    /// The name of the field. The value may be a CSRF token.
    public var description: String { "HiddenField(\(self.name), <redacted>)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
