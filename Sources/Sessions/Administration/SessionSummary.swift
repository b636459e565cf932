//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A stored session, as administrators see it: enough to recognize it, and nothing that opens it.
public struct SessionSummary: Sendable, Equatable, Identifiable {
    /// The public id of the session. Use it to end the session.
    public let id: SessionID
    /// Who is logged in; nil for an anonymous session.
    public var subject: String? { self.subjectBytes?.text }
    private let subjectBytes: ByteString?
    /// When the session began.
    public let createdAt: SessionInstant
    /// When the session was last known to be in use. The precision is the share of the idle limit after which sessions
    /// are touched.
    public let lastAccessedAt: SessionInstant
    /// When the session ends unless it is used again.
    public let idleExpiresAt: SessionInstant
    /// When the session ends even if it is used.
    public let absoluteExpiresAt: SessionInstant
    /// Whether the visitor asked to be remembered after the browser closes.
    public let isRemembered: Bool
    /// Whether the session is bound to the device on which it began.
    public let isDeviceBound: Bool
    /// The client that logged in.
    public let firstClient: SessionClient
    /// The client that last used the session. It is ``firstClient`` unless ``SessionConfiguration/tracksClients`` is
    /// set.
    public let lastClient: SessionClient
    /// The visitor's name for the device.
    public var deviceLabel: String? { self.labelBytes?.text }
    private let labelBytes: ByteString?

    init(_ record: SessionRecord, _ configuration: SessionConfiguration) {
        self.id = record.id
        self.subjectBytes = record.subject.map { ByteString($0) }
        self.createdAt = record.createdAt
        self.lastAccessedAt = record.lastAccessedAt
        self.idleExpiresAt = configuration.idleEnd(of: record)
        self.absoluteExpiresAt = configuration.absoluteEnd(of: record)
        self.isRemembered = record.isRemembered
        self.isDeviceBound = record.isDeviceBound
        self.firstClient = record.firstClient ?? SessionClient(address: nil, userAgent: nil)
        self.lastClient = record.lastClient ?? self.firstClient
        self.labelBytes = record.deviceLabel.map { ByteString($0) }
    }
}

/// A page of the sessions of a store.
public struct SessionSummaryPage: Sendable, Equatable {
    /// The sessions of this page. A page may be empty and not be the last.
    public let sessions: [SessionSummary]
    /// The cursor of the next page; nil after the last page.
    public let next: SessionCursor?
    /// How many sessions were read for this page. Those that match the filter are in it.
    public let examinedCount: Int
}
