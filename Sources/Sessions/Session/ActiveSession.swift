//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A living session of a user, as a list shows it: enough to recognise a device by, and nothing that opens a session.
public struct ActiveSession: Sendable, Equatable, Identifiable {
    /// The public name of the session, to end it by.
    public let id: SessionID
    /// Who is logged in.
    public var subject: String { self.subjectBytes.text }
    private let subjectBytes: ByteString
    /// Whether it is the session that asked for the list.
    public let isCurrent: Bool
    /// When the session began: when the user logged in.
    public let createdAt: Instant
    /// When the user last proved who they are.
    public let authenticatedAt: Instant
    /// When the session was last known to be in use: exact to the share of the idle limit after which it is touched.
    public let lastAccessedAt: Instant
    /// When the session ends unless it is used again.
    public let idleExpiresAt: Instant
    /// When the session ends in any case.
    public let absoluteExpiresAt: Instant
    /// Whether the visitor asked to be remembered beyond the life of the browser.
    public let isRemembered: Bool
    /// The client that logged in.
    public let firstClient: SessionClient
    /// The client that last used the session; the first one unless ``SessionConfiguration/tracksClients`` is set.
    public let lastClient: SessionClient
    /// What the visitor calls the device.
    public var deviceLabel: String? { self.labelBytes?.text }
    private let labelBytes: ByteString?

    /// Nil for a session in which nobody is logged in.
    init?(_ record: SessionRecord, isCurrent: Bool = false) {
        guard let subject = record.subject else { return nil }
        self.id = record.id
        self.subjectBytes = ByteString(subject)
        self.isCurrent = isCurrent
        self.createdAt = record.createdAt
        self.authenticatedAt = record.authenticatedAt ?? record.createdAt
        self.lastAccessedAt = record.lastAccessedAt
        self.idleExpiresAt = record.expiresAt
        self.absoluteExpiresAt = record.absoluteExpiresAt
        self.isRemembered = record.isRemembered
        self.firstClient = record.firstClient ?? SessionClient(address: nil, userAgent: nil)
        self.lastClient = record.lastClient ?? self.firstClient
        self.labelBytes = record.deviceLabel.map { ByteString($0) }
    }
}
