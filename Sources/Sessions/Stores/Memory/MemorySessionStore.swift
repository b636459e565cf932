//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Sessions in the memory of this process: the fastest store. The sessions end with the process, and no other process
/// sees them.
///
/// Records are kept in their binary form in many small shards, each under its own lock. No call holds a lock for longer
/// than a few thousand entries take, whatever the number of sessions. No call ever suspends.
///
/// The store has two limits: the number of records, divided evenly among the shards, and the total bytes of records and
/// tombstones. A record over a limit evicts others of its shard: first expired ones, then anonymous ones, then any.
/// Among equals, the one that ends first is evicted. To free bytes, expired and anonymous records of other shards are
/// evicted before an authenticated one of the record's own shard. An evicted session is logged out, so choose limits
/// that attackers cannot reach cheaply.
///
/// Tombstones are never evicted early. If they alone fill the store, it rejects new sessions
/// (``SessionStoreError/Code-swift.struct/unavailable``) until some have expired.
///
/// New sessions and logouts remove expired entries gradually. Also run a ``SessionSweeper``, to free memory when there
/// are none.
public final class MemorySessionStore: Sendable {
    private let shards: [MemoryStoreShard]
    private let subjects: MemorySubjectIndex
    private let budget: MemoryBudget
    private let endingObservers = SessionEndingObservers()
    /// The maximum number of records.
    public let maximumCount: Int
    /// The maximum size of records and tombstones, in bytes.
    public var maximumByteCount: Int { self.budget.maximum }

    /// Creates an empty store.
    ///
    /// - Parameters:
    ///   - maximumCount: The maximum number of records, at least 1. The limit is divided among the shards and enforced
    ///     in each. The default is 1,000,000.
    ///   - maximumByteCount: The maximum size of records and tombstones in memory, in bytes. A record counts as its
    ///     bytes and 208 more for its tables, or 400 more if a user is logged in; a tombstone as 144. The default is 1
    ///     GiB (1,073,741,824): a million sessions with some 500 bytes of values each.
    public init(maximumCount: Int = 1_000_000, maximumByteCount: Int = 1 << 30) {
        let maximumCount = max(1, maximumCount)
        // Enough shards to keep each small, and no more than there are records.
        var count = 1
        while count < 1 << 16, count < 16 || maximumCount / count > 2048, count * 2 <= maximumCount { count *= 2 }
        let subjects = MemorySubjectIndex()
        let budget = MemoryBudget(maximum: maximumByteCount)
        self.maximumCount = maximumCount
        self.subjects = subjects
        self.budget = budget
        let share = maximumCount / count
        let rest = maximumCount % count
        self.shards = (0..<count).map {
            MemoryStoreShard(capacity: $0 < rest ? share + 1 : share, subjects: subjects, budget: budget)
        }
        self.endingObservers.setReporting(true)
    }

    /// The current size of records and tombstones, counted as for ``maximumByteCount``.
    public var byteCount: Int { self.budget.usedByteCount }

    /// Ids are random, so their first bits distribute them evenly. Shards are in id order, so listing needs no global
    /// sort.
    private func shardIndex(of id: SessionID) -> Int {
        Int(id.high >> UInt64(64 - self.shards.count.trailingZeroBitCount))
    }

    private func shard(of id: SessionID) -> MemoryStoreShard {
        self.shards[self.shardIndex(of: id)]
    }

    /// Performs an operation that may need memory, and makes room first if there is too little.
    private func makingRoom<Result>(
        for id: SessionID,
        now: SessionInstant,
        _ attempt: (MemoryStoreShard) throws -> MemoryStoreShard.Attempt<Result>
    ) throws -> Result {
        while true {
            switch try attempt(self.shard(of: id)) {
            case .done(let result): return result
            case .lacking(let byteCount): try self.makeRoom(byteCount, for: id, now: now)
            }
        }
    }

    private func makeRoom(_ byteCount: Int, for id: SessionID, now: SessionInstant) throws {
        let home = self.shardIndex(of: id)
        // Checking a shard takes a lock. If hundreds have no anonymous session, the others are unlikely to.
        for (candidates, limit) in [(MemoryStoreTables.Candidates.anonymous, 256), (.all, .max)] {
            for step in 0..<min(limit, self.shards.count) {
                let shard = self.shards[(home + step) % self.shards.count]
                repeat {
                    guard !self.budget.hasRoom(for: byteCount) else { return }
                } while shard.evictOne(among: candidates, except: id, now: now)
            }
        }
        guard !self.budget.hasRoom(for: byteCount) else { return }
        throw SessionStoreError(
            .unavailable,
            """
            The store in memory has no room for \(byteCount) bytes more: \(self.byteCount) of \(self.maximumByteCount) \
            are taken by tombstones of sessions that ended recently. Raise maximumByteCount.
            """
        )
    }
}

extension MemorySessionStore: SessionStore {
    public var needsDeadline: Bool { false }

    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try self.shard(of: id).load(id, now: now)
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        self.shard(of: id).endedSecrets(of: id, now: now)
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try self.makingRoom(for: record.id, now: now) { try $0.create(record, now: now) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try self.replaceNow(record, ifVersion: version, now: now)
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        self.shard(of: id).touch(id, touch, now: now)
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        self.endNow(id, tombstoneUntil: tombstoneUntil, now: now)
    }

    private func endNow(
        _ id: SessionID,
        ofSubject subject: String? = nil,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) -> Bool {
        let hasEnded = self.shard(of: id).end(id, ofSubject: subject, tombstoneUntil: tombstoneUntil, now: now)
        if hasEnded { self.endingObservers.sessionMayHaveEnded(id) }
        return hasEnded
    }
}

/// The store reports each ending in the call that ends the session. It does not report sessions that it evicts.
extension MemorySessionStore: SessionEndingNotifier {
    public func addEndingObserver(_ observer: any SessionEndingObserver) { self.endingObservers.add(observer) }
}

extension MemorySessionStore: SynchronousSessionStore {
    public func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        try self.shard(of: id).load(id, now: now)
    }

    public func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) -> Bool? {
        self.shard(of: id).touch(id, touch, now: now)
    }

    public func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult? {
        try self.replaceNow(record, ifVersion: version, now: now)
    }

    private func replaceNow(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult {
        try self.makingRoom(for: record.id, now: now) { try $0.replace(record, ifVersion: version, now: now) }
    }
}

extension MemorySessionStore: SubjectSessionStore {
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        let last = try cursor?.lastID
        let ids = self.subjects.ids(of: subject, after: last, limit: max(1, limit))
        let records = try ids.compactMap { id -> SessionRecord? in
            guard case .found(let record) = try self.shard(of: id).load(id, now: now), record.belongs(to: subject)
            else {
                return nil
            }
            return record
        }
        return SessionPage(records, next: ids.count < limit ? nil : ids.last.map { SessionCursor(after: $0) })
    }

    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let last = try cursor?.lastID
        let ids = self.subjects.ids(of: subject, after: last, limit: max(1, limit))
        let endedCount = ids.count { id in
            !kept.contains(id)
                && self.endNow(id, ofSubject: subject, tombstoneUntil: tombstoneUntil, now: now)
        }
        return SessionEndingPage(
            endedCount: endedCount,
            next: ids.count < limit ? nil : ids.last.map { SessionCursor(after: $0) }
        )
    }
}

extension MemorySessionStore: EnumerableSessionStore {
    public func count(now: SessionInstant) async throws -> Int {
        self.shards.reduce(0) { $0 + $1.count(now: now) }
    }

    public func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        let id = try cursor?.lastID
        var page: [SessionRecord] = []
        for shard in self.shards[(id.map { self.shardIndex(of: $0) } ?? 0)...] where page.count < limit {
            page += try shard.page(after: id, limit: limit - page.count, now: now)
        }
        return SessionPage(page, ofAtMost: limit)
    }

    @discardableResult
    public func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        ids.count { self.endNow($0, tombstoneUntil: tombstoneUntil, now: now) }
    }

    public func clear() async throws {
        for shard in self.shards { shard.clear() }
        self.endingObservers.anySessionMayHaveEnded()
    }
}

extension MemorySessionStore: SweepableSessionStore {
    public func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        var removed = 0
        for shard in self.shards where removed < limit {
            removed += shard.sweep(limit: limit - removed, now: now)
        }
        return removed
    }
}
