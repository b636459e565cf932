//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Something that happened to a session: what logs, metrics and traces are made of, and an audit log can be.
///
/// An event names sessions and users by their identifiers. It never has a token, a secret, a hash, a value or an address.
public struct SessionEvent: Sendable, Hashable {
    /// What happened.
    public let kind: Kind
    /// Why, of a fixed set for each kind; nil where there is nothing to choose from.
    public let reason: Reason?
    /// The session it is about; nil when it is about none that there is, or about all of a user or of everybody.
    public let sessionID: SessionID?
    /// The other sessions it is about: where one request came as several visitors, and the id that a sealed session had
    /// before its renewal.
    public let otherSessionIDs: [SessionID]
    /// The user it is about; nil when nobody is logged in, and where it is not known.
    public let subject: String?
    /// The code of the error beneath, if there was one: of a ``SessionStoreError`` or ``SessionError``, and `other` for
    /// those of strangers.
    public let errorCode: String?
    /// When it happened, by the clock of the configuration.
    public let time: Instant

    /// Creates an event. Engines do it; observers need it in their tests.
    public init(
        _ kind: Kind,
        reason: Reason? = nil,
        sessionID: SessionID? = nil,
        otherSessionIDs: [SessionID] = [],
        subject: String? = nil,
        errorCode: String? = nil,
        time: Instant
    ) {
        self.kind = kind
        self.reason = reason
        self.sessionID = sessionID
        self.otherSessionIDs = otherSessionIDs
        self.subject = subject
        self.errorCode = errorCode
        self.time = time
    }
}

extension SessionEvent: CustomStringConvertible {
    /// One line: `ended reason=logged_out session=… subject="ada"`. A subject cannot break out of it.
    public var description: String {
        let parts = [
            self.reason.map { "reason=\($0)" },
            self.sessionID.map { "session=\($0)" },
            self.otherSessionIDs.isEmpty
                ? nil : "others=\(self.otherSessionIDs.map(\.description).joined(separator: ","))",
            self.subject.map { "subject=\($0.debugDescription)" },
            self.errorCode.map { "error=\($0)" },
        ]
        return ([self.kind.description] + parts.compactMap(\.self)).joined(separator: " ")
    }
}
