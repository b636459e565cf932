//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Knows which sealed sessions have ended before their time: in memory, or by a log that servers share.
final class RevocationList: Sendable {
    /// How many ended sessions without a login are kept until their copies are past their limits. A client makes one
    /// with each request, so those beyond are kept just long enough for requests that are under way.
    static let maximumAnonymousCount = 250_000

    private let choice: SessionRevocation.Choice
    private let environment: EngineEnvironment
    private let table = RevocationTable()
    private let replica: RevocationReplica?
    private let rejectsOlderSessions: Bool
    /// How long another server may take to learn of an ending.
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

    /// How many entries are known.
    var count: Int { self.table.count }

    /// How many callers wait for the store.
    var waitingCount: Int { self.replica?.waitingCount ?? 0 }

    /// Whether another ended session without a login is kept for long.
    var keepsAnonymousEndings: Bool { self.table.anonymousCount < Self.maximumAnonymousCount }

    /// Whether a session has ended before its time.
    func covers(_ record: SessionRecord) async throws -> Bool {
        try await self.epochEnding(record) != nil
    }

    /// The epoch by which a session has ended before its time: about when all of a user's, or of everyone's, were
    /// ended, and later than any time when only this one was. Nil when it has not ended.
    func epochEnding(_ record: SessionRecord) async throws -> Int64? {
        if let replica = self.replica {
            try await replica.refresh()
            // An ending that could not be published is published before anyone is told of it.
            try await replica.publishEnding(of: record)
        }
        return self.knownEpochEnding(record)
    }

    /// Whether what this server knows is new enough to go by.
    var isCurrent: Bool { self.replica?.isCurrent ?? true }

    /// Whether this server knows, without asking, that a session has ended.
    func isKnownToCover(_ record: SessionRecord) -> Bool {
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
        guard 0 < record.everyoneMark, record.everyoneMark < replica.epoch else { return nil }
        // The session is older than the log: an earlier one, which may have said that it has ended, was lost.
        replica.noteLoss()
        return self.rejectsOlderSessions ? replica.epoch : nil
    }

    /// A session as it goes on after it ended all others of its user, if it did so without hearing of it.
    func resumed(_ record: SessionRecord) -> SessionRecord {
        self.replica?.resumed(record, now: self.environment.configuration.clock.now) ?? record
    }

    /// Whether the client of a session has yet to be told that it has ended: it was told that the ending failed. The
    /// answer is true once.
    func takeUntold(_ id: SessionID) -> Bool { self.replica?.pending.takeUntold(id) ?? false }

    /// Notes that the client of a session is told that its ending failed.
    func note(untold id: SessionID) { self.replica?.pending.note(untold: id) }

    /// Whether a loss of the log has yet to be reported. The answer is true once.
    func takeLoss() -> Bool { self.replica?.takeLoss() ?? false }

    /// Ends a session.
    ///
    /// - Parameter isKept: Whether it has ended on this server also if that could not be published. It is then
    ///   published with the next attempt.
    /// - Returns: Whether it was this call that ended it, or an earlier one of this server that could not say so.
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

    /// Ends all sessions that a user has; later logins are not among them, whatever the clocks say.
    func revokeAll(of subject: String, until: Instant) async throws {
        try await self.revokeAll(of: Revocation.id(of: subject), until: until)
    }

    /// Ends all sessions that there are; later ones are not among them.
    func revokeEverything(until: Instant) async throws {
        try await self.revokeAll(of: Revocation.everyone, until: until)
    }

    private func revokeAll(of id: SessionID, until: Instant) async throws {
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

    /// Ends all sessions that a user has, of which one goes on.
    ///
    /// - Returns: The epoch in which it goes on, or nil when somebody else has ended it, at the latest just now.
    func revokeOthers(than record: SessionRecord, of subject: String, until: Instant) async throws -> Int64? {
        try self.requireKnowledge()
        let id = Revocation.id(of: subject)
        guard let replica = self.replica else {
            return self.table.advance(id, until: until, now: self.environment.configuration.clock.now) {
                record.loginMark >= $0 ?? 0
            }
        }
        // It is not kept when it fails: this session may have ended, and only the log knows.
        let revocation = Revocation(id: id, epoch: 0, until: until)
        let outcome = try await replica.publish(RevocationRequest(.others(record, revocation), isKept: false))
        guard case .published(let epoch) = outcome else { return nil }
        return epoch
    }

    /// - Throws: ``SessionError`` with the code `notOffered` when nothing is known of endings.
    func requireKnowledge() throws(SessionError) {
        guard self.knowsEndings else { throw .notRevocable }
    }

    /// Whether it is known at all which sessions have ended.
    var knowsEndings: Bool {
        if case .none = self.choice { false } else { true }
    }

    /// The epochs of a login of now, which no earlier revocation covers.
    func marks(of subject: String) async throws -> RevocationEpochs {
        try await self.replica?.synchronize()
        let (now, id) = (self.environment.configuration.clock.now, Revocation.id(of: subject))
        let pending = self.replica?.pending.credentialVersion(ofSubject: id)
        return RevocationEpochs(
            subject: self.table.epoch(of: id, now: now) ?? 0,
            everyone: self.everyoneEpoch,
            credentialVersion: max(self.table.credentialVersion(ofSubject: id, now: now) ?? 0, pending ?? 0)
        )
    }

    /// Ends all sessions that a user has begun with older credentials, and refuses logins with them.
    func requireCredentials(of subject: String, version: Int64, until: Instant) async throws {
        try self.requireKnowledge()
        let id = Revocation.credentialsID(of: Revocation.id(of: subject))
        let revocation = Revocation(id: id, epoch: version, until: until)
        guard let replica = self.replica else {
            self.table.add(revocation, now: self.environment.configuration.clock.now)
            return
        }
        _ = try await replica.publish(RevocationRequest(.credentials(revocation), isKept: true))
    }

    /// The epoch of a session without a login, as far as this server knows: it need not ask for a stranger.
    var knownEveryoneMark: Int64 {
        get async throws {
            guard let replica = self.replica else { return self.everyoneEpoch }
            if self.maximumAge == .zero {
                try await replica.synchronize()
            } else if !replica.isStarted {
                // Without the epoch of the log the session is not known to be older than a later one. That is all.
                try? await replica.refresh()
            }
            return self.everyoneEpoch
        }
    }

    private var everyoneEpoch: Int64 {
        max(self.table.epoch(of: Revocation.everyone, now: self.environment.configuration.clock.now) ?? 0, self.replica?.epoch ?? 0)
    }
}

extension RevocationList: CustomReflectable {
    /// Nothing of the store that it may have.
    var customMirror: Mirror { Mirror(self, children: []) }
}
