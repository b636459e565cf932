//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// An active session of a user, as lists show it: enough to recognize a device, and nothing that opens the session.
public struct ActiveSession: Sendable, Equatable, Identifiable {
    /// The public id of the session. Use it to end the session.
    public let id: SessionID
    /// Who is logged in.
    public var subject: String { self.subjectBytes.text }
    private let subjectBytes: ByteString
    /// Whether this is the session that requested the list.
    public let isCurrent: Bool
    /// When the session began, which is when the user logged in.
    public let createdAt: SessionInstant
    /// When the user last proved who they are.
    public let authenticatedAt: SessionInstant
    /// When the session was last known to be in use. The precision is the share of the idle limit after which sessions
    /// are touched.
    public let lastAccessedAt: SessionInstant
    /// When the session ends unless it is used again.
    public let idleExpiresAt: SessionInstant
    /// When the session ends even if it is used.
    public let absoluteExpiresAt: SessionInstant
    /// Whether the visitor asked to be remembered after the browser closes.
    public let isRemembered: Bool
    /// The client that logged in.
    public let firstClient: SessionClient
    /// The client that last used the session. It is ``firstClient`` unless ``SessionConfiguration/tracksClients`` is
    /// set.
    public let lastClient: SessionClient
    /// The visitor's name for the device.
    public var deviceLabel: String? { self.labelBytes?.text }
    private let labelBytes: ByteString?
    /// The administrator who acts in the session as its user (``Session/act(as:reason:for:)``); nil if it is the user's
    /// own.
    public var actor: String? { self.actorBytes?.text }
    private let actorBytes: ByteString?
    /// Whether the session is bound to the device on which it began, so that a copy of its cookie soon opens nothing.
    public let isDeviceBound: Bool
    /// When the user first logged in from the device; nil unless ``KnownDevices`` has recognized it, and in a store
    /// that is encrypted at rest.
    public let deviceFirstUsedAt: SessionInstant?

    /// Returns nil if no one is logged in to the session.
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
        self.isDeviceBound = record.isDeviceBound
        self.deviceFirstUsedAt = DeviceFacts(in: record.values).map {
            SessionInstant(millisecondsSince1970: $0.firstUse)
        }
        self.actorBytes = record.impersonation.map { ByteString($0.actor) }
    }
}
