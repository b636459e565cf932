//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Something that happened to a session: the basis of logs, metrics, traces and audit logs.
///
/// An event names sessions and users by their identifiers. It never has a token, a secret, a hash or a value. It has
/// the address of a client only if ``SessionConfiguration/namesClientsInEvents`` is set.
public struct SessionEvent: Sendable, Hashable {
    /// What happened.
    public let kind: Kind
    /// Why, from a fixed set for each kind; nil if the kind has no reasons.
    public let reason: Reason?
    /// The session; nil if there is none, or if the event is about all sessions of a user or of all users.
    public let sessionID: SessionID?
    /// What was done about it; nil unless the kind is ``Kind/unboundUse``.
    public let action: Action?
    /// Further sessions: those of a request that came as several visitors, and the id that a sealed session had before
    /// its renewal.
    public let otherSessionIDs: [SessionID]
    /// The user; nil if no one is logged in, or if the user is unknown.
    public var subject: String? { self.subjectBytes?.text }
    private let subjectBytes: ByteString?
    /// The code of the underlying error, if there is one: of a ``SessionStoreError`` or ``SessionError``, and `other`
    /// for any other type.
    public let errorCode: String?
    /// The client of the request; nil unless ``SessionConfiguration/namesClientsInEvents`` is set, and for events
    /// outside requests.
    public let client: SessionClient?
    /// The administrator who ended the session of another user, with ``SessionEngine/revoke(_:by:because:)``; nil for
    /// everything else.
    public var administrator: String? { self.administratorBytes?.text }
    private let administratorBytes: ByteString?
    /// Why, in the words of the administrator, which nothing has checked; nil if none was given.
    public var comment: String? { self.commentBytes?.text }
    private let commentBytes: ByteString?
    /// The administrator who acts as the ``subject`` (``Session/act(as:reason:for:)``); nil if none does.
    public var actor: String? { self.actorBytes?.text }
    private let actorBytes: ByteString?
    /// The administrator's reason; nil if none acts. It is untrusted text.
    public var actingReason: String? { self.actingReasonBytes?.text }
    private let actingReasonBytes: ByteString?
    /// The time, by the clock of the configuration.
    public let time: SessionInstant

    /// Creates an event. Engines create events; tests of observers need this initializer.
    public init(
        _ kind: Kind,
        reason: Reason? = nil,
        sessionID: SessionID? = nil,
        otherSessionIDs: [SessionID] = [],
        subject: String? = nil,
        action: Action? = nil,
        errorCode: String? = nil,
        client: SessionClient? = nil,
        administrator: String? = nil,
        comment: String? = nil,
        actor: String? = nil,
        actingReason: String? = nil,
        time: SessionInstant
    ) {
        self.kind = kind
        self.reason = reason
        self.sessionID = sessionID
        self.otherSessionIDs = otherSessionIDs
        self.action = action
        self.subjectBytes = subject.map { ByteString($0) }
        self.errorCode = errorCode
        self.client = client
        self.administratorBytes = administrator.map { ByteString($0) }
        self.commentBytes = comment.map { ByteString($0) }
        self.actorBytes = actor.map { ByteString($0) }
        self.actingReasonBytes = actingReason.map { ByteString($0) }
        self.time = time
    }
}

extension SessionEvent: CustomStringConvertible {
    /// One line: `ended reason=logged_out session=… subject="ada"`. The subject is escaped.
    public var description: String {
        let parts = [
            self.reason.map { "reason=\($0)" },
            self.action.map { "action=\($0)" },
            self.sessionID.map { "session=\($0)" },
            self.otherSessionIDs.isEmpty
                ? nil : "others=\(self.otherSessionIDs.map(\.description).joined(separator: ","))",
            self.subject.map { "subject=\($0.debugDescription)" },
            self.actor.map { "actor=\($0.debugDescription)" },
            self.actingReason.map { "acting_reason=\($0.debugDescription)" },
            self.errorCode.map { "error=\($0)" },
            (self.client?.address).map { "address=\($0.debugDescription)" },
            (self.client?.userAgent).map { "agent=\($0.debugDescription)" },
            self.administrator.map { "administrator=\($0.debugDescription)" },
            self.comment.map { "comment=\($0.debugDescription)" },
        ]
        return ([self.kind.description] + parts.compactMap(\.self)).joined(separator: " ")
    }
}
