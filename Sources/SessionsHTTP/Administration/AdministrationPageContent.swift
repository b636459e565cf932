//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// The content of a page of all sessions, prepared for a template. Nothing is escaped yet, and much of it comes from
/// clients: use ``ActiveSessionsPageTemplate/escape(_:)``.
///
/// One form with GET has the parameters of ``query``. Another with POST to the page's own address has the fields
/// ``endField``, ``reasonField`` and ``hiddenFields``.
public struct AdministrationPageContent: Sendable {
    /// A session.
    public struct Item: Sendable, Identifiable {
        /// The session.
        public let session: SessionSummary
        /// The device: its label, or "Firefox on Windows", or "Unknown device".
        public let device: String
        /// When the session began.
        public let beganAt: ActiveSessionsPageTime
        /// When the session was last known to be in use.
        public let lastUsedAt: ActiveSessionsPageTime
        /// When the session ends unless it is used again.
        public let endsAt: ActiveSessionsPageTime
        /// Whether this is the administrator's own session.
        public let isCurrent: Bool

        /// The public id of the session, and a value of ``AdministrationPageContent/endField``.
        public var id: SessionID { self.session.id }

        init(_ session: SessionSummary, current: SessionID?, _ format: (SessionInstant) -> String) {
            self.session = session
            self.device = session.displayName
            self.beganAt = ActiveSessionsPageTime(session.createdAt, format)
            self.lastUsedAt = ActiveSessionsPageTime(session.lastAccessedAt, format)
            self.endsAt = ActiveSessionsPageTime(session.idleExpiresAt, format)
            self.isCurrent = session.id == current
        }
    }

    /// The name of the field that says which session to end: an ``Item/id``, as often as needed, or ``allValue``.
    public static let endField = "end"
    /// The value of ``endField`` that ends all sessions of the user of ``query``.
    public static let allValue = "all"
    /// The name of the field with the reason, which is required.
    public static let reasonField = "reason"
    /// The maximum size of a reason, in bytes.
    public static let maximumReasonByteCount = 1_024

    /// Who looks at the page.
    public let administrator: String
    /// What they look for.
    public let query: AdministrationQuery
    /// The sessions that were found, in no particular order.
    public let items: [Item]
    /// How many sessions were read for this page.
    public let examinedCount: Int
    /// A link to the first page of the list. Nil on that page.
    public let firstPage: String?
    /// A link to the next page of the list. Nil on the last page.
    public let nextPage: String?
    /// Whether the backend can list the sessions of all users. If false, a user must be given.
    public let supportsListingAll: Bool
    /// Messages to show once: the result of the last form.
    public let messages: [FlashMessage]
    /// The fields that the form with POST must send back: the CSRF token.
    public let hiddenFields: [ActiveSessionsPageContent.HiddenField]
    /// A link back to the application.
    public let backLink: ActiveSessionsPageConfiguration.Link?
}

extension SessionSummary {
    /// The name to show: the session's label, or its client, or a text for an unknown client.
    var displayName: String {
        self.deviceLabel ?? self.lastClient.name ?? self.firstClient.name ?? "Unknown device"
    }
}
