//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The data of a session that a ``SessionStore`` keeps.
///
/// It has the hash of the secret, never the secret: a record, or a dump of all of them, opens no session.
public struct SessionRecord: Sendable, Equatable {
    /// All fields in one array, so that a record is as large as a reference. An array of one element has the standard
    /// library's copy on write.
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
    public package(set) var secretIssuedAt: SessionInstant {
        get { self.box[0].secretIssuedAt }
        set { self.box[0].secretIssuedAt = newValue }
    }
    /// The secret before a timed renewal, which still opens the session for the grace period.
    public package(set) var previousSecret: PreviousSecret? {
        get { self.box[0].optionalFields.read { $0.previousSecret } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.previousSecret = newValue } }
    }
    /// The version of this record.
    public var version: SessionVersion {
        get { self.box[0].version }
        set { self.box[0].version = newValue }
    }
    /// When the session began.
    public var createdAt: SessionInstant { self.box[0].createdAt }
    /// When the session was last known to be in use. The precision is the share of the idle limit after which it is
    /// touched.
    public package(set) var lastAccessedAt: SessionInstant {
        get { self.box[0].lastAccessedAt }
        set { self.box[0].lastAccessedAt = newValue }
    }
    /// When the session ends unless it is used: never later than ``absoluteExpiresAt``.
    public package(set) var expiresAt: SessionInstant {
        get { self.box[0].expiresAt }
        set { self.box[0].expiresAt = newValue }
    }
    /// When the session ends even if it is used.
    public package(set) var absoluteExpiresAt: SessionInstant {
        get { self.box[0].absoluteExpiresAt }
        set { self.box[0].absoluteExpiresAt = newValue }
    }
    /// Whether the visitor asked to be remembered: with a persistent cookie and separate limits.
    public package(set) var isRemembered: Bool {
        get { self.box[0].isRemembered }
        set { self.box[0].isRemembered = newValue }
    }
    /// The idle limit of a remembered session, if this one has its own; nil for the configured limit, and for a session
    /// that is not remembered. In whole milliseconds.
    public package(set) var rememberedFor: Duration? {
        get { self.box[0].rememberedMilliseconds.map { .milliseconds($0) } }
        set { self.box[0].rememberedMilliseconds = newValue?.wholeMilliseconds }
    }
    /// When the user last authenticated; nil if no one is logged in.
    public package(set) var authenticatedAt: SessionInstant? {
        get { self.box[0].optionalFields.read { $0.authenticatedAt } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.authenticatedAt = newValue } }
    }
    /// The logged-in user; nil if no one is logged in.
    public package(set) var subject: String? {
        get { self.box[0].optionalFields.read { $0.subject?.text } }
        set {
            self.box[0].optionalFields.change(keeping: newValue == nil) { $0.subject = newValue.map { ByteString($0) } }
        }
    }
    /// Whether a user is logged in.
    var isAuthenticated: Bool { self.box[0].optionalFields.read { $0.subject != nil } ?? false }
    /// The attributes of this session's cookie that replace the configured ones.
    public package(set) var cookieOverrides: SessionCookie.Overrides? {
        get { self.box[0].optionalFields.read { $0.cookieOverrides } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.cookieOverrides = newValue } }
    }
    /// The client that logged in; nil if no one is logged in.
    public package(set) var firstClient: SessionClient? {
        get { self.box[0].optionalFields.read { $0.firstClient } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.firstClient = newValue } }
    }
    /// The client that last used the session, if that is recorded and differs from the first.
    public package(set) var lastClient: SessionClient? {
        get { self.box[0].optionalFields.read { $0.lastClient } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.lastClient = newValue } }
    }
    /// The visitor's name for the device.
    public package(set) var deviceLabel: String? {
        get { self.box[0].optionalFields.read { $0.deviceLabel?.text } }
        set {
            self.box[0].optionalFields.change(keeping: newValue == nil) {
                $0.deviceLabel = newValue.map { ByteString($0) }
            }
        }
    }
    /// The values of the application. In a store that is encrypted at rest they are empty: the values are sealed for
    /// the holder of the session's secret.
    public package(set) var values: SessionValues {
        get { self.box[0].values }
        set { self.box[0].values = newValue }
    }
    /// The sealed values in a store that is encrypted at rest.
    var sealedValues: [UInt8] {
        get { self.box[0].optionalFields.read { $0.sealedValues } ?? [] }
        set { self.box[0].optionalFields.change(keeping: newValue == []) { $0.sealedValues = newValue } }
    }
    /// Whether the values are encrypted at rest.
    package var hasSealedValues: Bool { !self.sealedValues.isEmpty }
    /// The key of the sealed values while a request uses the record. It is never stored.
    var dataKey: DataKey? {
        get { self.box[0].optionalFields.read { $0.dataKey } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.dataKey = newValue } }
    }
    /// The user's revocation epoch at login; only sealed sessions have one.
    var subjectEpoch: Int64 {
        get { self.box[0].optionalFields.read { $0.subjectEpoch } ?? 0 }
        set { self.box[0].optionalFields.change(keeping: newValue == 0) { $0.subjectEpoch = newValue } }
    }
    /// The global revocation epoch of the session; only sealed sessions have one.
    var globalEpoch: Int64 {
        get { self.box[0].optionalFields.read { $0.globalEpoch } ?? 0 }
        set { self.box[0].optionalFields.change(keeping: newValue == 0) { $0.globalEpoch = newValue } }
    }
    /// The record of an external session in the other system.
    package var external: ExternalRecord? {
        get { self.box[0].optionalFields.read { $0.external } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.external = newValue } }
    }
    /// The state of the record in a migration from one store to another.
    var migrationMarker: MigrationMarker? {
        get { self.box[0].optionalFields.read { $0.migrationMarker } }
        set { self.box[0].optionalFields.change(keeping: newValue == nil) { $0.migrationMarker = newValue } }
    }
    /// The version of the credentials that the user logged in with; 0 for none.
    var credentialVersion: Int64 {
        get { self.box[0].optionalFields.read { $0.credentialVersion } ?? 0 }
        set { self.box[0].optionalFields.change(keeping: newValue == 0) { $0.credentialVersion = newValue } }
    }
    /// The methods by which the user authenticated, in the order of use.
    var authenticationMethods: [AuthenticationMethod] {
        get { self.box[0].optionalFields.read { $0.authenticationMethods } ?? [] }
        set { self.box[0].optionalFields.change(keeping: newValue == []) { $0.authenticationMethods = newValue } }
    }
    /// The levels that the user has reached, with the last time of each; the highest rank is last.
    var authenticationProofs: [AuthenticationProof] {
        get { self.box[0].optionalFields.read { $0.authenticationProofs } ?? [] }
        set { self.box[0].optionalFields.change(keeping: newValue == []) { $0.authenticationProofs = newValue } }
    }
    /// Whether the record has any optional field.
    var hasOptionalFields: Bool { !self.box[0].optionalFields.isEmpty }
    /// Fields that a newer version of this library wrote and this one does not know; they are written back unchanged.
    var unknownFields: [UInt8] {
        get { self.box[0].optionalFields.read { $0.unknownFields } ?? [] }
        set { self.box[0].optionalFields.change(keeping: newValue == []) { $0.unknownFields = newValue } }
    }

    /// A secret that was replaced by a renewal.
    public struct PreviousSecret: Sendable, Equatable {
        /// The hash of the secret.
        public let hash: SecretHash
        /// When it stops opening the session.
        public let validUntil: SessionInstant
        /// The nonce that derives the next secret from this one.
        public let nonce: UInt64

        /// Creates a previous secret.
        public init(hash: SecretHash, validUntil: SessionInstant, nonce: UInt64) {
            self.hash = hash
            self.validUntil = validUntil
            self.nonce = nonce
        }
    }

    /// Creates a record. Applications do not need it; stores and their tests do.
    public init(
        id: SessionID,
        secretHash: SecretHash,
        secretIssuedAt: SessionInstant,
        previousSecret: PreviousSecret? = nil,
        version: SessionVersion,
        createdAt: SessionInstant,
        lastAccessedAt: SessionInstant,
        expiresAt: SessionInstant,
        absoluteExpiresAt: SessionInstant,
        isRemembered: Bool = false,
        authenticatedAt: SessionInstant? = nil,
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

    /// Whether the session has expired by its own limits: at ``expiresAt`` itself it has.
    public func isExpired(at now: SessionInstant) -> Bool {
        now >= self.expiresAt || now >= self.absoluteExpiresAt
    }

    /// Whether this user is logged in. Subjects are compared byte by byte, because Swift strings treat different
    /// Unicode normalizations as equal.
    public func belongs(to subject: String) -> Bool {
        self.subject?.hasSameBytes(as: subject) ?? false
    }

    /// Whether the same user is logged in as in another record, or no one in both.
    func hasSameSubject(as other: SessionRecord) -> Bool {
        self.subject.map { ByteString($0) } == other.subject.map { ByteString($0) }
    }

    /// The prefix of subjects that the library uses for its own records. No visitor can log in with such a subject.
    static let reservedPrefix = "\u{0}swift-sessions "

    /// Whether this is a session, and not another record of the library in the same store.
    package var isSession: Bool {
        // Most records have no subject, which costs nothing to know ("memory: untouched").
        guard self.isAuthenticated, let subject = self.subject else { return true }
        return !subject.utf8.starts(with: Self.reservedPrefix.utf8)
    }

    /// Applies a touch. Times never move back, and never past the absolute limit.
    public mutating func apply(_ touch: SessionTouch) {
        self.lastAccessedAt = max(self.lastAccessedAt, touch.lastAccessedAt)
        self.expiresAt = max(self.expiresAt, min(touch.expiresAt, self.absoluteExpiresAt))
    }
}
