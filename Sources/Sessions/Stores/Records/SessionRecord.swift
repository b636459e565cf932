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
    /// All of it in one place, so that a record is as large as a reference wherever it is handed on: an array of one is
    /// the standard library's copy on write.
    private var box: [Fields]

    /// The public name of the session, stable for its life.
    public internal(set) var id: SessionID {
        get { self.box[0].id }
        set { self.box[0].id = newValue }
    }
    /// The hash of the secret that opens the session.
    public package(set) var secretHash: SecretHash {
        get { self.box[0].secretHash }
        set { self.box[0].secretHash = newValue }
    }
    /// When that secret was made.
    public package(set) var secretIssuedAt: Instant {
        get { self.box[0].secretIssuedAt }
        set { self.box[0].secretIssuedAt = newValue }
    }
    /// The secret before a timed renewal, which still opens the session for a short while.
    public package(set) var previousSecret: PreviousSecret? {
        get { self.box[0].rare.read { $0.previousSecret } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.previousSecret = newValue } }
    }
    /// The version of this record.
    public package(set) var version: SessionVersion {
        get { self.box[0].version }
        set { self.box[0].version = newValue }
    }
    /// When the session began.
    public var createdAt: Instant { self.box[0].createdAt }
    /// When the session was last known to be in use: exact to the share of the idle limit after which it is touched.
    public package(set) var lastAccessedAt: Instant {
        get { self.box[0].lastAccessedAt }
        set { self.box[0].lastAccessedAt = newValue }
    }
    /// When the session ends unless it is used: never later than ``absoluteExpiresAt``.
    public package(set) var expiresAt: Instant {
        get { self.box[0].expiresAt }
        set { self.box[0].expiresAt = newValue }
    }
    /// When the session ends in any case.
    public package(set) var absoluteExpiresAt: Instant {
        get { self.box[0].absoluteExpiresAt }
        set { self.box[0].absoluteExpiresAt = newValue }
    }
    /// Whether the visitor asked to be remembered: a persistent cookie and limits of its own.
    public package(set) var isRemembered: Bool {
        get { self.box[0].isRemembered }
        set { self.box[0].isRemembered = newValue }
    }
    /// How long a remembered session lives without being used, if that was asked for this one; nil for the configured
    /// limit, and for a session that is not remembered. In whole milliseconds.
    public package(set) var rememberedFor: Duration? {
        get { self.box[0].rememberedMilliseconds.map { .milliseconds($0) } }
        set { self.box[0].rememberedMilliseconds = newValue?.wholeMilliseconds }
    }
    /// When the visitor last proved who they are; nil while nobody is logged in.
    public package(set) var authenticatedAt: Instant? {
        get { self.box[0].rare.read { $0.authenticatedAt } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.authenticatedAt = newValue } }
    }
    /// Who is logged in; nil while nobody is.
    public package(set) var subject: String? {
        get { self.box[0].rare.read { $0.subject?.text } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.subject = newValue.map { ByteString($0) } } }
    }
    /// The attributes that this session's cookie has instead of the configured ones.
    public package(set) var cookieOverrides: SessionCookie.Overrides? {
        get { self.box[0].rare.read { $0.cookieOverrides } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.cookieOverrides = newValue } }
    }
    /// The client that logged in; nil while nobody is logged in.
    public package(set) var firstClient: SessionClient? {
        get { self.box[0].rare.read { $0.firstClient } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.firstClient = newValue } }
    }
    /// The client that last used the session, if that is noted and it is another than the first.
    public package(set) var lastClient: SessionClient? {
        get { self.box[0].rare.read { $0.lastClient } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.lastClient = newValue } }
    }
    /// What the visitor calls the device.
    public package(set) var deviceLabel: String? {
        get { self.box[0].rare.read { $0.deviceLabel?.text } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.deviceLabel = newValue.map { ByteString($0) } } }
    }
    /// What the application remembers. In a store that is encrypted at rest there are none: they are sealed for the
    /// holder of the session's secret.
    public package(set) var values: SessionValues {
        get { self.box[0].values }
        set { self.box[0].values = newValue }
    }
    /// The values in a store that is encrypted at rest.
    var sealedValues: [UInt8] {
        get { self.box[0].rare.read { $0.sealedValues } ?? [] }
        set { self.box[0].rare.change(keeping: newValue == []) { $0.sealedValues = newValue } }
    }
    /// What the values are sealed with while a request uses the record. No store ever sees it.
    var dataKey: DataKey? {
        get { self.box[0].rare.read { $0.dataKey } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.dataKey = newValue } }
    }
    /// Where the login stands among the endings of all sessions of the user; only sealed sessions have one.
    var loginMark: Int64 {
        get { self.box[0].rare.read { $0.loginMark } ?? 0 }
        set { self.box[0].rare.change(keeping: newValue == 0) { $0.loginMark = newValue } }
    }
    /// Where the session stands among the endings of all sessions of everybody; only sealed sessions have one.
    var everyoneMark: Int64 {
        get { self.box[0].rare.read { $0.everyoneMark } ?? 0 }
        set { self.box[0].rare.change(keeping: newValue == 0) { $0.everyoneMark = newValue } }
    }
    /// The form in which another system keeps the session as well.
    package var external: ExternalRecord? {
        get { self.box[0].rare.read { $0.external } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.external = newValue } }
    }
    /// Where the record stands in a move from one store to another.
    var migrationMarker: MigrationMarker? {
        get { self.box[0].rare.read { $0.migrationMarker } }
        set { self.box[0].rare.change(keeping: newValue == nil) { $0.migrationMarker = newValue } }
    }
    /// The version of the credentials that the user logged in with; 0 for none.
    var credentialVersion: Int64 {
        get { self.box[0].rare.read { $0.credentialVersion } ?? 0 }
        set { self.box[0].rare.change(keeping: newValue == 0) { $0.credentialVersion = newValue } }
    }
    /// How the user has proven who they are, in the order of the proofs.
    var authenticationMethods: [AuthenticationMethod] {
        get { self.box[0].rare.read { $0.authenticationMethods } ?? [] }
        set { self.box[0].rare.change(keeping: newValue == []) { $0.authenticationMethods = newValue } }
    }
    /// The levels that the user has reached, and when each was last; the highest rank is the last.
    var authenticationProofs: [AuthenticationProof] {
        get { self.box[0].rare.read { $0.authenticationProofs } ?? [] }
        set { self.box[0].rare.change(keeping: newValue == []) { $0.authenticationProofs = newValue } }
    }
    /// Whether the record has any of what few records have.
    var hasOptionalFields: Bool { !self.box[0].rare.isEmpty }
    /// What a newer version of this library wrote and this one does not know; it is written back as it was.
    var unknownFields: [UInt8] {
        get { self.box[0].rare.read { $0.unknownFields } ?? [] }
        set { self.box[0].rare.change(keeping: newValue == []) { $0.unknownFields = newValue } }
    }

    /// A secret that was followed by another.
    public struct PreviousSecret: Sendable, Equatable {
        /// The hash of the secret.
        public let hash: SecretHash
        /// Until when it still opens the session.
        public let validUntil: Instant
        /// What, with the previous secret itself, gives the one that followed it.
        public let nonce: UInt64

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
        self.box = [
            Fields(
                id: id,
                secretHash: secretHash,
                secretIssuedAt: secretIssuedAt,
                version: version,
                createdAt: createdAt,
                lastAccessedAt: lastAccessedAt,
                expiresAt: expiresAt,
                absoluteExpiresAt: absoluteExpiresAt,
                isRemembered: isRemembered,
                values: values
            )
        ]
        if let previousSecret { self.previousSecret = previousSecret }
        if let authenticatedAt { self.authenticatedAt = authenticatedAt }
        if let subject { self.subject = subject }
        if let cookieOverrides { self.cookieOverrides = cookieOverrides }
    }

    /// Whether the session is over by its own limits: at ``expiresAt`` itself it is.
    public func isExpired(at now: Instant) -> Bool {
        now >= self.expiresAt || now >= self.absoluteExpiresAt
    }

    /// Whether this user is logged in: compared byte by byte, unlike Swift's strings, which take different spellings of
    /// a letter for the same.
    public func belongs(to subject: String) -> Bool {
        self.subject?.hasSameBytes(as: subject) ?? false
    }

    /// Whether the same user is logged in as in another record, or nobody in both.
    func hasSameSubject(as other: SessionRecord) -> Bool {
        self.subject.map { ByteString($0) } == other.subject.map { ByteString($0) }
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
