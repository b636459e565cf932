//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Sessions in their cookies: the client holds the whole session under a seal, and the server has the keys.
///
/// There is no compare-and-set: of two parallel responses the last one wins.
struct SealedSessions: BackendDriver {
    let sealer: Sealer
    let csrfKeys: CSRFKeys
    let revocations: RevocationList
    let capacity: SealedCookieCapacity
    let environment: EngineEnvironment
    /// How many characters the configured cookie holds.
    let defaultLimit: Int

    init(
        sealer: Sealer,
        csrfKeys: CSRFKeys,
        revocations: RevocationList,
        capacity: SealedCookieCapacity,
        _ environment: EngineEnvironment
    ) {
        self.sealer = sealer
        self.csrfKeys = csrfKeys
        self.revocations = revocations
        self.capacity = capacity
        self.environment = environment
        self.defaultLimit = capacity.characters(in: CookieTemplate(environment.configuration.cookie))
    }

    var isSelfContained: Bool { true }
    var isSealed: Bool { true }
    var issuesTokens: Bool { false }
    var hasExternalValues: Bool { false }
    var supportsListing: Bool { false }
    var supportsRevokingOthers: Bool { self.revocations.knowsEndings }

    var deviceBindingProblem: String? {
        """
        deviceBinding does not work with .sealed, with or without a revocation: browsers ask for a refresh only when \
        the cookie of a bound session has expired, and a sealed session is in that cookie alone. Use the backend \
        .stored(in:), or the policy .off.
        """
    }

    func credentialFormat(for request: SessionRequest) -> CredentialFormat {
        // Sessions from before the limit was lowered are read too.
        .sealed(limit: CookieChunks.capacity(name: self.name(request), maximumCount: CookieChunks.maximumChunkCount))
    }

    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding
    {
        let now = self.environment.configuration.clock.now
        switch self.unseal(credential, for: request, now: now) {
        case .refused(let finding):
            return finding
        case .session(let record, let isOutdated):
            let epoch = try await self.revocations.epochEnding(record)
            return self.finding(of: record, isOutdated: isOutdated, endedBy: epoch, now: now)
        }
    }

    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?
    {
        guard self.revocations.isCurrent else { return nil }
        let now = self.environment.configuration.clock.now
        switch self.unseal(credential, for: request, now: now) {
        case .refused(let finding):
            return finding
        case .session(let record, let isOutdated):
            // A revocation that could not be published is published first.
            guard !self.revocations.isRevokedLocally(record) else { return nil }
            return self.finding(of: record, isOutdated: isOutdated, endedBy: nil, now: now)
        }
    }

    private enum Unsealed: ~Copyable {
        case session(SessionRecord, isOutdated: Bool)
        case refused(CredentialFinding)
    }

    private func unseal(_ credential: SessionCredential, for request: SessionRequest, now: SessionInstant) -> Unsealed {
        guard case .sealed(let bytes) = credential, let (record, isOutdated) = self.open(bytes, self.name(request))
        else {
            return .refused(.refused(.unknown))
        }
        guard !self.environment.configuration.isExpired(record, now: now) else {
            return .refused(.refused(.expired, record.id, subject: record.subject))
        }
        return .session(record, isOutdated: isOutdated)
    }

    /// - Parameter epoch: The epoch that revoked the session; nil if none did.
    private func finding(
        of record: SessionRecord,
        isOutdated: Bool,
        endedBy epoch: Int64?,
        now: SessionInstant
    ) -> CredentialFinding {
        guard let epoch else {
            let resumed = self.revocations.resumed(record)
            let live = SessionState.LoadedSession(record: resumed, token: .placeholder(resumed.id), isNew: false)
            return .live(live, isOutdated: isOutdated || resumed.subjectEpoch != record.subjectEpoch)
        }
        let unreported = self.revocations.takeUntold(record.id) ? record : nil
        // Long after a revocation of all sessions no request is in progress any more, and visitors may begin new
        // sessions.
        let isRecent =
            now < SessionInstant(millisecondsSince1970: epoch) + self.environment.configuration.tombstoneLifetime
        return isRecent || unreported != nil
            ? .ended(record.id, subject: record.subject, unreported: unreported)
            : .refused(.ended, record.id, subject: record.subject)
    }

    func takeLoss() -> Bool { self.revocations.takeLoss() }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession {
        let token = SessionToken.placeholder(SessionID(random: self.environment.configuration.random))
        var record = self.environment.configuration.newRecord(for: token, now: self.environment.configuration.clock.now)
        record.globalEpoch = try await self.revocations.knownGlobalEpoch
        try fill(&record)
        try self.checkSize(of: record, request)
        return SessionState.LoadedSession(record: record, token: token, isNew: true)
    }

    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> UpdateAttempt {
        // A session that ended in the meantime must not replace the cookie of a fresh login.
        guard try await !self.hasEnded(record) else { return .gone }
        guard !next.hasLimits(of: record) else { return .written(next) }
        // An id always has the same limits, so its revocation, which lives as long, covers every copy.
        guard try await self.endToReplace(live) else { return .gone }
        var successor = next
        successor.id = SessionID(random: self.environment.configuration.random)
        return .written(successor)
    }

    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> UpdateAttempt? {
        self.isKnownToLive(record) && next.hasLimits(of: record) ? .written(next) : nil
    }

    /// Whether a session is known, without reading the store, to be live.
    private func isKnownToLive(_ record: SessionRecord) -> Bool {
        self.revocations.isCurrent
            && !self.environment.configuration.isExpired(record, now: self.environment.configuration.clock.now)
            && !self.revocations.isRevokedLocally(record)
    }

    func next(
        after base: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord {
        var next = base
        try change(&next)
        // Versions under a seal are never compared, and only the counter is stored.
        next.version = SessionVersion(counter: base.version.counter &+ 1, tag: 0)
        try self.checkSize(of: next, after: base, request)
        return next
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        try await !self.hasEnded(live.record)
    }

    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool? {
        self.isKnownToLive(live.record) ? true : nil
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        // The cookie of the request is the only copy.
        try await self.hasEnded(live.record) ? nil : live.record
    }

    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        let renewed = try self.successor(of: live, for: request, change)
        guard try await !self.hasEnded(live.record), try await self.endToReplace(live) else { return nil }
        return renewed
    }

    /// A session that replaces another, with its own id.
    func successor(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionState.LoadedSession {
        var successor = live
        successor.record.id = SessionID(random: self.environment.configuration.random)
        successor.token = .placeholder(successor.record.id)
        try change(&successor.record)
        try self.checkSize(of: successor.record, after: live.record, request)
        return successor
    }

    func credential(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        // A session that ended recently must not replace a newer one.
        guard !self.revocations.isRevokedLocally(live.record) else { return nil }
        let bytes = SealedRecordCodec.encode(live.record)
        return Base64URL.encode(try self.sealer.seal(bytes, for: self.name(request)))
    }

    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.DerivedKeys {
        try self.csrfKeys.derived
    }

    func open(_ credential: [UInt8], _ name: String) -> (record: SessionRecord, isOutdated: Bool)? {
        guard
            let sealed = Base64URL.decode(credential),
            let opened = self.sealer.open(sealed, for: name),
            // Only this library seals for this purpose.
            let record = SealedRecordCodec.decode(opened.bytes, checking: false)
        else { return nil }
        return (record, opened.isOutdated)
    }

    /// Whether a session has expired or is revoked.
    func hasEnded(_ record: SessionRecord) async throws -> Bool {
        if self.environment.configuration.isExpired(record, now: self.environment.configuration.clock.now) {
            return true
        }
        return try await self.revocations.isRevoked(record)
    }

    func name(_ request: SessionRequest) -> String {
        self.environment.configuration.cookieName(for: request)
    }
}

extension SessionRecord {
    /// Whether it has the same limits as another state of the session.
    func hasLimits(of other: SessionRecord) -> Bool {
        self.absoluteExpiresAt == other.absoluteExpiresAt && self.isRemembered == other.isRemembered
    }
}
