//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Something that happened to a session: what logs, metrics and traces are made of, and an audit log can be.
///
/// An event names sessions and users by their identifiers. It never has a token, a secret, a hash or a value, and the
/// address of a client only where ``SessionConfiguration/namesClientsInEvents`` asks for it.
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
    public var subject: String? { self.subjectBytes?.text }
    private let subjectBytes: ByteString?
    /// The code of the error beneath, if there was one: of a ``SessionStoreError`` or ``SessionError``, and `other` for
    /// those of strangers.
    public let errorCode: String?
    /// The client whose request it comes from; nil unless ``SessionConfiguration/namesClientsInEvents`` is set, and for
    /// what belongs to no request.
    public let client: SessionClient?
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
        client: SessionClient? = nil,
        time: Instant
    ) {
        self.kind = kind
        self.reason = reason
        self.sessionID = sessionID
        self.otherSessionIDs = otherSessionIDs
        self.subjectBytes = subject.map { ByteString($0) }
        self.errorCode = errorCode
        self.client = client
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
            (self.client?.address).map { "address=\($0.debugDescription)" },
            (self.client?.userAgent).map { "agent=\($0.debugDescription)" },
        ]
        return ([self.kind.description] + parts.compactMap(\.self)).joined(separator: " ")
    }
}
