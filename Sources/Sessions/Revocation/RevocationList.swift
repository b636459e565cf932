//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Knows which sealed sessions have ended before their time.
final class RevocationList: Sendable {
    private struct State {
        var table = RevocationTable()
        /// What the store last said was new.
        var news: SessionVersion?
        /// Since when the table is complete; nil before it was first read.
        var asOf: Instant?
        var isReading = false
    }

    private let choice: SessionRevocation.Choice
    private let store: RevocationStore?
    private let maximumAge: Duration
    private let configuration: SessionConfiguration
    private let state = Mutex(State())
    /// One reads, and those that must wait for it wait here.
    private let gate = SessionGate()

    init(_ revocation: SessionRevocation, configuration: SessionConfiguration) {
        self.choice = revocation.choice
        self.configuration = configuration
        switch revocation.choice {
        case .none, .inMemory:
            self.store = nil
            self.maximumAge = .zero
        case .stored(let store, let maximumAge):
            self.store = RevocationStore(store, configuration: configuration)
            self.maximumAge = max(.zero, maximumAge)
        }
    }

    /// Whether a session has ended before its time.
    func covers(_ record: SessionRecord) async throws -> Bool {
        try await self.markEnding(record) != nil
    }

    /// The mark by which a session has ended before its time: about when all of a user's, or of everyone's, were ended,
    /// and later than any time when only this one was. Nil when it has not ended.
    func markEnding(_ record: SessionRecord) async throws -> Int64? {
        if let store = self.store {
            guard self.maximumAge > .zero else { return try await self.ask(store, about: record) }
            if self.isReadDue() { try await self.read(store) }
        }
        return self.knownMarkEnding(record)
    }

    /// Whether what this server knows is new enough to go by.
    var isCurrent: Bool {
        self.store == nil || (self.maximumAge > .zero && !self.isReadDue())
    }

    /// Whether this server knows, without asking, that a session has ended.
    func isKnownToCover(_ record: SessionRecord) -> Bool {
        self.knownMarkEnding(record) != nil
    }

    private func knownMarkEnding(_ record: SessionRecord) -> Int64? {
        let now = self.configuration.clock.now
        return self.state.withLock { $0.table.markEnding(record, now: now) }
    }

    /// Ends a session.
    ///
    /// - Returns: Whether it was this call that ended it.
    func revoke(_ id: SessionID, until: Instant) async throws -> Bool {
        if case .none = self.choice { return true }
        return try await self.add(.session(id, until: until))
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
        let last = try await self.mark(of: id)
        _ = try await self.add(.all(of: id, after: last, now: self.configuration.clock.now, until: until))
    }

    /// Ends all sessions that a user has, of which one may go on.
    ///
    /// - Returns: The mark by which it goes on, or nil when somebody else has ended it, at the latest just now.
    func revokeOthers(than record: SessionRecord, of subject: String, until: Instant) async throws -> Int64? {
        try self.requireKnowledge()
        let id = Revocation.id(of: subject)
        let last = try await self.mark(of: id)
        guard record.loginMark >= last ?? 0 else { return nil }
        let now = self.configuration.clock.now
        let revocation = Revocation.all(of: id, after: last, now: now, until: until)
        if let store = self.store {
            guard try await store.add(revocation, now: now, mayFollow: { $0 == last }) else { return nil }
        }
        return self.state.withLock { state in
            guard self.store != nil || state.table.mark(of: id, now: now) == last else { return nil }
            state.table.add(revocation, now: now)
            return revocation.mark
        }
    }

    /// - Throws: ``SessionError`` with the code `notOffered` when nothing is known of endings.
    func requireKnowledge() throws(SessionError) {
        guard self.knowsEndings else { throw .notRevocable }
    }

    /// Whether it is known at all which sessions have ended.
    var knowsEndings: Bool {
        if case .none = self.choice { false } else { true }
    }

    /// The marks that a login of now gets, which no earlier revocation covers.
    func marks(of subject: String) async throws -> LoginMarks {
        LoginMarks(
            subject: try await self.mark(of: Revocation.id(of: subject)) ?? 0,
            everyone: try await self.mark(of: Revocation.everyone) ?? 0
        )
    }

    /// The mark that a session without a login gets. As far as this server knows: it need not ask for a stranger.
    var knownEveryoneMark: Int64 {
        get async throws {
            if self.store != nil, self.maximumAge == .zero { return try await self.mark(of: Revocation.everyone) ?? 0 }
            let now = self.configuration.clock.now
            return self.state.withLock { $0.table.mark(of: Revocation.everyone, now: now) } ?? 0
        }
    }

    private func mark(of id: SessionID) async throws -> Int64? {
        let now = self.configuration.clock.now
        if let store = self.store { return try await store.mark(of: id, now: now) }
        return self.state.withLock { $0.table.mark(of: id, now: now) }
    }

    private func add(_ revocation: Revocation) async throws -> Bool {
        let now = self.configuration.clock.now
        let isNew = try await self.store?.add(revocation, now: now)
        return self.state.withLock { state in
            let wasKnown = state.table.mark(of: revocation.id, now: now).map { $0 >= revocation.mark } ?? false
            state.table.add(revocation, now: now)
            return isNew ?? !wasKnown
        }
    }

    private func ask(_ store: RevocationStore, about record: SessionRecord) async throws -> Int64? {
        let now = self.configuration.clock.now
        if let mark = try await store.mark(of: record.id, now: now) { return mark }
        if let mark = try await store.mark(of: Revocation.everyone, now: now), record.everyoneMark < mark {
            return mark
        }
        guard let subject = record.subject else { return nil }
        let mark = try await store.mark(of: Revocation.id(of: subject), now: now)
        return mark.flatMap { record.loginMark < $0 ? $0 : nil }
    }

    /// Whether this request must read the store: what is known is too old, or half as old and nobody reads.
    private func isReadDue() -> Bool {
        let now = self.configuration.clock.now
        return self.state.withLock { state in
            guard let asOf = state.asOf, now >= asOf, now - asOf < self.maximumAge else { return true }
            return !state.isReading && now - asOf >= self.maximumAge / 2
        }
    }

    private func read(_ store: RevocationStore) async throws {
        try await self.gate.whenFree {
            guard self.isReadDue() else { return }
            self.state.withLock { $0.isReading = true }
            defer { self.state.withLock { $0.isReading = false } }
            // What is read is at least as new as the moment before the reading.
            let now = self.configuration.clock.now
            let news = try await store.news(now: now)
            let isNew = self.state.withLock { $0.asOf == nil || $0.news != news }
            let all = isNew ? try await store.all(now: now) : []
            self.state.withLock { state in
                for revocation in all { state.table.add(revocation, now: now) }
                (state.news, state.asOf) = (news, now)
            }
        }
    }
}
