//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Sessions

/// Everything that a active sessions page's page says, prepared for a template. Nothing of it is escaped yet; much of
/// it is what clients say of themselves: use ``ActiveSessionsPageTemplate/escape(_:)``.
///
/// The page's forms are sent with POST to the page's own path, with the field ``endField``, and with ``hiddenFields``.
public struct ActiveSessionsPageContent: Sendable {
    /// One of the user's sessions.
    public struct Item: Sendable, Identifiable {
        /// The facts.
        public let session: ActiveSession
        /// What to call it: the label that its user gave the device, or "Firefox on Windows", or "Unknown device".
        public let name: String
        /// More to recognise it by, if there is more than the name: the client of a device with a label, and what an
        /// unknown client says of itself.
        public let detail: String?
        /// When the user logged in.
        public let loggedInAt: ActiveSessionsPageTime
        /// When it was last known to be in use.
        public let lastUsedAt: ActiveSessionsPageTime
        /// When it ends unless it is used again.
        public let endsAt: ActiveSessionsPageTime

        /// The public name of the session, and the value of ``ActiveSessionsPageContent/endField`` that ends it.
        public var id: SessionID { self.session.id }

        init(_ session: ActiveSession, _ configuration: ActiveSessionsPageConfiguration) {
            let client = session.lastClient.name ?? session.firstClient.name
            self.session = session
            self.name = session.displayName
            self.detail =
                if client != nil {
                    session.deviceLabel == nil ? nil : client
                } else {
                    session.lastClient.userAgent ?? session.firstClient.userAgent
                }
            self.loggedInAt = ActiveSessionsPageTime(session.createdAt, configuration.formatTime)
            self.lastUsedAt = ActiveSessionsPageTime(session.lastAccessedAt, configuration.formatTime)
            self.endsAt = ActiveSessionsPageTime(session.idleExpiresAt, configuration.formatTime)
        }
    }

    /// A field that every form of the page must send back.
    public struct HiddenField: Sendable, Hashable {
        /// The name of the field.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The name of the field that says which session is to end: by its ``Item/id``, or ``endOthersValue``.
    public static let endField = "end"
    /// The value of ``endField`` that ends all sessions but this one.
    public static let endOthersValue = "others"

    /// The parameter of the query that says where a page of the list begins.
    static let fromParameter = "from"

    /// A link to the page of the list that begins at a cursor, as seen from the page itself.
    static func link(to cursor: SessionCursor) -> String { "?\(self.fromParameter)=\(cursor)" }

    /// The session in which the page is shown.
    public let current: Item
    /// The user's other sessions, or a part of them: those first that were used last.
    public let others: [Item]
    /// A link to the first page of the list; nil on that page.
    public let firstPage: String?
    /// A link to the next page of the list; nil on the last page.
    public let nextPage: String?
    /// Whether the backend knows the other sessions; else ``others`` is empty whether or not there are any.
    public let listsOthers: Bool
    /// Whether the backend can end all other sessions at once.
    public let endsOthers: Bool
    /// What to tell the visitor once: what the form before this page did, and what else was waiting.
    public let messages: [FlashMessage]
    /// The fields that every form must send back: the token against forged requests, where there is one.
    public let hiddenFields: [HiddenField]
    /// The way back to the application.
    public let backLink: ActiveSessionsPageConfiguration.Link?
}

extension ActiveSessionsPageContent.HiddenField: CustomStringConvertible, CustomReflectable {
    /// Its name. The value may be a token against forged requests.
    public var description: String { "HiddenField(\(self.name), <redacted>)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
