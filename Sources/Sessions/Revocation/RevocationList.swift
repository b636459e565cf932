//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The revocations of sealed sessions: in memory, or in a log that servers share.
final class RevocationList: Sendable {
    /// How many revocations of anonymous sessions are kept until the copies expire. A client can cause one with each
    /// request, so further ones are kept only long enough for requests in progress.
    static let maximumAnonymousCount = 250_000

    private let choice: SessionRevocation.Choice
    private let environment: EngineEnvironment
    private let table = RevocationTable()
    private let replica: RevocationReplica?
    private let rejectsOlderSessions: Bool
    /// How long another server may take to learn of a revocation.
    let maximumAge: Duration

    init(_ revocation: SessionRevocation, _ environment: EngineEnvironment) {
        self.choice = revocation.choice
        self.environment = environment
        switch revocation.choice {
        case .none, .inMemory:
            (self.replica, self.maximumAge, self.rejectsOlderSessions) = (nil, .zero, false)
        case .stored(let store, let maximumAge, let lost):
            self.maximumAge = max(.zero, maximumAge)
            self.rejectsOlderSessions = lost == .rejectOlderSessions
            self.replica = RevocationReplica(
                store, table: self.table, maximumAge: self.maximumAge, environment)
        }
    }

    /// The number of known entries.
    var count: Int { self.table.count }

    /// How many callers wait for the store.
    var waitingCount: Int { self.replica?.waitingCount ?? 0 }

    /// Whether another revocation of an anonymous session is kept until its copies expire.
    var keepsAnonymousEndings: Bool { self.table.anonymousCount < Self.maximumAnonymousCount }

    /// Whether a session is revoked.
    func isRevoked(_ record: SessionRecord) async throws -> Bool {
        try await self.epochEnding(record) != nil
    }

    /// The epoch that revoked a session. It is about the time when all sessions of the user, or of everyone, were
    /// revoked, and later than any time when only this one was. Nil if it is not revoked.
    func epochEnding(_ record: SessionRecord) async throws -> Int64? {
        if let replica = self.replica {
            try await replica.refresh()
            // A revocation that could not be published is published before anyone learns of it.
            try await replica.publishEnding(of: record)
        }
        return self.knownEpochEnding(record)
    }

    /// Whether this server's copy is recent enough.
    var isCurrent: Bool { self.replica?.isCurrent ?? true }

    /// Whether this server knows, without reading the store, that a session is revoked.
    func isRevokedLocally(_ record: SessionRecord) -> Bool {
        self.knownEpochEnding(record) != nil
    }

    private func knownEpochEnding(_ record: SessionRecord) -> Int64? {
        let now = self.environment.configuration.clock.now
        guard let replica = self.replica else { return self.table.epochEnding(record, now: now) }
        if self.table.epochEnding(record, now: now) != nil,
            let epoch = self.table.epochEnding(replica.resumed(record, now: now), now: now)
        {
            return epoch
        }
        if let epoch = replica.pending.epochEnding(record) { return epoch }
        guard 0 < record.globalEpoch, record.globalEpoch < replica.epoch else { return nil }
        // The session is older than the log. An earlier log, which may have revoked it, was lost.
        replica.noteLoss()
        return self.rejectsOlderSessions ? replica.epoch : nil
    }

    /// A session in its new epoch, if it ended all others of its user in an append whose reply was lost.
    func resumed(_ record: SessionRecord) -> SessionRecord {
        self.replica?.resumed(record, now: self.environment.configuration.clock.now) ?? record
    }

    /// Returns true once for a session whose client must still be told that it has ended, after an error for its
    /// logout.
    func takeUntold(_ id: SessionID) -> Bool { self.replica?.pending.takeUntold(id) ?? false }

    /// Records that the client of a session receives an error for its logout.
    func note(untold id: SessionID) { self.replica?.pending.note(untold: id) }

    /// Returns true once for a loss of the log that must still be reported.
    func takeLoss() -> Bool { self.replica?.takeLoss() ?? false }

    /// Revokes a session.
    ///
    /// - Parameter isKept: Whether a revocation that cannot be published still applies on this server. It is then
    ///   published with the next attempt.
    /// - Returns: Whether this call ended the session, or an earlier one of this server that failed to publish.
    func revoke(_ revocation: Revocation, isKept: Bool = true) async throws -> Bool {
        if case .none = self.choice { return true }
        let now = self.environment.configuration.clock.now
        guard let replica = self.replica else { return self.table.add(revocation, now: now) }
        if replica.pending.contains(revocation.id) {
            try await replica.synchronize()
            if replica.pending.contains(revocation.id) { try replica.pending.throwFailure() }
        } else if !self.table.contains(revocation.id, now: now),
            case .published = try await replica.publish(RevocationRequest(.session(revocation), isKept: isKept))
        {
            _ = self.takeUntold(revocation.id)
            return true
        }
        return self.takeUntold(revocation.id)
    }

    /// Revokes all sessions of a user. Later logins are not affected, even with clock skew.
    func revokeAll(of subject: String, until: SessionInstant) async throws {
        try await self.revokeAll(of: Revocation.id(of: subject), until: until)
    }

    /// Revokes all sessions. Later ones are not affected.
    func revokeEverything(until: SessionInstant) async throws {
        try await self.revokeAll(of: Revocation.everyone, until: until)
    }

    private func revokeAll(of id: SessionID, until: SessionInstant) async throws {
        try self.requireKnowledge()
        let now = self.environment.configuration.clock.now
        guard let replica = self.replica else {
            _ = self.table.advance(id, until: until, now: now)
            return
        }
        var last = self.table.epoch(of: id, now: now)
        if id == Revocation.everyone { last = max(last ?? 0, replica.epoch) }
        let revocation = Revocation(id: id, epoch: Revocation.epoch(after: last, now: now), until: until)
        _ = try await replica.publish(RevocationRequest(.epoch(revocation), isKept: true))
    }

    /// Revokes all sessions of a user except one.
    ///
    /// - Returns: The epoch in which it continues, or nil when another request has ended it.
    func revokeOthers(than record: SessionRecord, of subject: String, until: SessionInstant) async throws -> Int64? {
        try self.requireKnowledge()
        let id = Revocation.id(of: subject)
        guard let replica = self.replica else {
            return self.table.advance(id, until: until, now: self.environment.configuration.clock.now) {
                record.subjectEpoch >= $0 ?? 0
            }
        }
        // A failed one is not kept: this session may have ended, and only the log knows.
        let revocation = Revocation(id: id, epoch: 0, until: until)
        let outcome = try await replica.publish(RevocationRequest(.others(record, revocation), isKept: false))
        guard case .published(let epoch) = outcome else { return nil }
        return epoch
    }

    /// - Throws: ``SessionError`` with the code `notOffered` when no revocations are kept.
    func requireKnowledge() throws(SessionError) {
        guard self.knowsEndings else { throw .notRevocable }
    }

    /// Whether revocations are kept at all.
    var knowsEndings: Bool {
        if case .none = self.choice { false } else { true }
    }

    /// The epochs of a login now, which no earlier revocation covers.
    func epochs(of subject: String) async throws -> RevocationEpochs {
        try await self.replica?.synchronize()
        let (now, id) = (self.environment.configuration.clock.now, Revocation.id(of: subject))
        let pending = self.replica?.pending.credentialVersion(ofSubject: id)
        return RevocationEpochs(
            subject: self.table.epoch(of: id, now: now) ?? 0,
            global: self.globalEpoch,
            credentialVersion: max(self.table.credentialVersion(ofSubject: id, now: now) ?? 0, pending ?? 0)
        )
    }

    /// Revokes all sessions of a user with older credentials, and rejects logins with them.
    func requireCredentials(of subject: String, version: Int64, until: SessionInstant) async throws {
        try self.requireKnowledge()
        let id = Revocation.credentialsID(of: Revocation.id(of: subject))
        let revocation = Revocation(id: id, epoch: version, until: until)
        guard let replica = self.replica else {
            self.table.add(revocation, now: self.environment.configuration.clock.now)
            return
        }
        _ = try await replica.publish(RevocationRequest(.credentials(revocation), isKept: true))
    }

    /// The global epoch of an anonymous session, as far as this server knows: a new visitor does not cause a read.
    var knownGlobalEpoch: Int64 {
        get async throws {
            guard let replica = self.replica else { return self.globalEpoch }
            if self.maximumAge == .zero {
                try await replica.synchronize()
            } else if !replica.isStarted {
                // If this fails, the epoch may be 0, and the session then counts as older than no log. Nothing else
                // depends on it.
                try? await replica.refresh()
            }
            return self.globalEpoch
        }
    }

    private var globalEpoch: Int64 {
        max(
            self.table.epoch(of: Revocation.everyone, now: self.environment.configuration.clock.now) ?? 0,
            self.replica?.epoch ?? 0)
    }
}

extension RevocationList: CustomReflectable {
    /// It has nothing of its store.
    var customMirror: Mirror { Mirror(self, children: []) }
}
