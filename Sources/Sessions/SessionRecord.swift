//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What is remembered of a session: the thing a ``SessionStore`` keeps.
///
/// It holds the hash of the secret, never the secret: a record, or a dump of all of them, lets no one in.
public struct SessionRecord: Sendable, Equatable {
    /// The public name of the session, stable for its life.
    public internal(set) var id: SessionID
    /// The hash of the secret that opens the session.
    public var secretHash: SecretHash
    /// When that secret was made.
    public var secretIssuedAt: Instant
    /// The secret before a timed renewal, which still opens the session for a short while.
    public var previousSecret: PreviousSecret?
    /// The version of this record.
    public var version: SessionVersion
    /// When the session began.
    public let createdAt: Instant
    /// When the session was last known to be in use: exact to the share of the idle limit after which it is touched.
    public var lastAccessedAt: Instant
    /// When the session ends unless it is used: never later than ``absoluteExpiresAt``.
    public var expiresAt: Instant
    /// When the session ends in any case.
    public var absoluteExpiresAt: Instant
    /// Whether the visitor asked to be remembered: a persistent cookie and limits of its own.
    public var isRemembered: Bool
    /// When the visitor last proved who they are; nil while nobody is logged in.
    public var authenticatedAt: Instant?
    /// Who is logged in; nil while nobody is.
    public var subject: String?
    /// The attributes that this session's cookie has instead of the configured ones.
    public var cookieOverrides: SessionCookie.Overrides?
    /// The client that logged in; nil while nobody is logged in.
    public var firstClient: SessionClient?
    /// The client that last used the session, if that is noted and it is another than the first.
    public var lastClient: SessionClient?
    /// What the visitor calls the device.
    public var deviceLabel: String?
    /// What the application remembers. In a store that is encrypted at rest there are none: they are sealed for the
    /// holder of the session's secret.
    public var values: SessionValues
    /// The values in a store that is encrypted at rest.
    var sealedValues: [UInt8] = []
    /// What the values are sealed with while a request uses the record. No store ever sees it.
    var valuesKey: ValuesKey?
    /// Where the login stands among the endings of all sessions of the user; only sealed sessions have one.
    var loginMark: Int64 = 0
    /// Where the session stands among the endings of all sessions of everybody; only sealed sessions have one.
    var everyoneMark: Int64 = 0
    /// The form in which another system keeps the session as well.
    package var foreign: ForeignRecord?
    /// What a newer version of this library wrote and this one does not know; it is written back as it was.
    var unknownFields: [UInt8] = []

    /// A secret that was followed by another.
    public struct PreviousSecret: Sendable, Equatable {
        /// The hash of the secret.
        public var hash: SecretHash
        /// Until when it still opens the session.
        public var validUntil: Instant
        /// What, with the previous secret itself, gives the one that followed it.
        public var nonce: UInt64

        /// Creates a previous secret.
        public init(hash: SecretHash, validUntil: Instant, nonce: UInt64) {
            self.hash = hash
            self.validUntil = validUntil
            self.nonce = nonce
        }
    }

    /// Creates a record. Applications have no need to; stores and their tests do.
    public init(
        id: SessionID,
        secretHash: SecretHash,
        secretIssuedAt: Instant,
        previousSecret: PreviousSecret? = nil,
        version: SessionVersion,
        createdAt: Instant,
        lastAccessedAt: Instant,
        expiresAt: Instant,
        absoluteExpiresAt: Instant,
        isRemembered: Bool = false,
        authenticatedAt: Instant? = nil,
        subject: String? = nil,
        cookieOverrides: SessionCookie.Overrides? = nil,
        values: SessionValues = SessionValues()
    ) {
        self.id = id
        self.secretHash = secretHash
        self.secretIssuedAt = secretIssuedAt
        self.previousSecret = previousSecret
        self.version = version
        self.createdAt = createdAt
        self.lastAccessedAt = lastAccessedAt
        self.expiresAt = expiresAt
        self.absoluteExpiresAt = absoluteExpiresAt
        self.isRemembered = isRemembered
        self.authenticatedAt = authenticatedAt
        self.subject = subject
        self.cookieOverrides = cookieOverrides
        self.values = values
    }

    /// Whether the session is over by its own limits: at ``expiresAt`` itself it is.
    public func isExpired(at now: Instant) -> Bool {
        now >= self.expiresAt || now >= self.absoluteExpiresAt
    }

    /// Whether this user is logged in: compared byte by byte, unlike Swift's strings, which take different spellings of
    /// a letter for the same.
    public func belongs(to subject: String) -> Bool {
        self.subject?.utf8.elementsEqual(subject.utf8) ?? false
    }

    /// How the subjects of records begin that are the library's own and no sessions. No visitor can log in under one.
    static let reservedPrefix = "\u{0}swift-sessions "

    /// Whether this is a session, and not something else that the library keeps in the same store.
    var isSession: Bool { !(self.subject?.utf8.starts(with: Self.reservedPrefix.utf8) ?? false) }

    /// Applies a touch: never earlier, and never past the absolute limit.
    public mutating func apply(_ touch: SessionTouch) {
        self.lastAccessedAt = max(self.lastAccessedAt, touch.lastAccessedAt)
        self.expiresAt = max(self.expiresAt, min(touch.expiresAt, self.absoluteExpiresAt))
    }
}
