//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Sessions in the memory of this process: the fastest store, gone with the process and known to no other.
///
/// Records are kept in their binary form in many small shards, each under its own lock, so that no call holds a lock
/// for longer than a few thousand entries, whatever the number of sessions. No call ever waits.
///
/// The number of records is bounded, divided evenly among the shards. A record that would be one too many takes the
/// place of another of its shard: an expired one if there is one, else, of those that nobody is logged in to, the one
/// whose end is nearest, else, of all, the one whose end is nearest. Who is displaced is logged out, so choose a bound
/// that attackers cannot reach cheaply. Markers of ended sessions are never displaced.
///
/// Expired records stay until they are met or swept: run a ``SessionSweeper``.
public final class MemorySessionStore: Sendable {
    private let shards: [MemoryStoreShard]
    private let subjects: MemorySubjectIndex
    /// The most records this store keeps.
    public let maximumCount: Int

    /// Creates an empty store.
    ///
    /// - Parameter maximumCount: The most records to keep, at least 1. The
    ///   bound is divided among the shards and kept in each. The default is 1,000,000.
    public init(maximumCount: Int = 1_000_000) {
        let maximumCount = max(1, maximumCount)
        // Enough shards that each stays small, and no more than there are records.
        var count = 1
        while count < 1 << 16, count < 16 || maximumCount / count > 2048, count * 2 <= maximumCount { count *= 2 }
        let subjects = MemorySubjectIndex()
        self.maximumCount = maximumCount
        self.subjects = subjects
        let share = maximumCount / count
        let rest = maximumCount % count
        self.shards = (0..<count).map { MemoryStoreShard(capacity: $0 < rest ? share + 1 : share, subjects: subjects) }
    }

    /// Ids are random, so that their first bits spread them evenly; and in order, so that pages need no sorting of all.
    private func shardIndex(of id: SessionID) -> Int {
        Int(id.high >> UInt64(64 - self.shards.count.trailingZeroBitCount))
    }

    private func shard(of id: SessionID) -> MemoryStoreShard {
        self.shards[self.shardIndex(of: id)]
    }
}

extension MemorySessionStore: SessionStore {
    public var needsDeadline: Bool { false }

    public func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try self.loadAtOnce(id, now: now)
    }

    public func create(_ record: SessionRecord, now: Instant) async throws {
        try self.shard(of: record.id).create(record, now: now)
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        try self.replaceAtOnce(record, ifVersion: version, now: now)
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        self.shard(of: id).touch(id, touch, now: now)
    }

    @discardableResult
    public func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        self.shard(of: id).end(id, markedUntil: markedUntil, now: now)
    }
}

extension MemorySessionStore: ImmediateSessionStore {
    func loadAtOnce(_ id: SessionID, now: Instant) throws -> SessionLoadResult {
        try self.shard(of: id).load(id, now: now)
    }

    func replaceAtOnce(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) throws -> SessionReplaceResult {
        try self.shard(of: record.id).replace(record, ifVersion: version, now: now)
    }
}

extension MemorySessionStore: SubjectSessionStore {
    public func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        try self.subjects.ids(of: subject).sorted().compactMap { id in
            guard case .found(let record) = try self.shard(of: id).load(id, now: now), record.belongs(to: subject)
            else {
                return nil
            }
            return record
        }
    }

    @discardableResult
    public func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        let ids = self.subjects.ids(of: subject).subtracting(kept)
        return ids.count { self.shard(of: $0).end($0, ofSubject: subject, markedUntil: markedUntil, now: now) }
    }
}

extension MemorySessionStore: EnumerableSessionStore {
    public func count(now: Instant) async throws -> Int {
        self.shards.reduce(0) { $0 + $1.count(now: now) }
    }

    public func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        var page: [SessionRecord] = []
        for shard in self.shards[(id.map { self.shardIndex(of: $0) } ?? 0)...] where page.count < limit {
            page += try shard.page(after: id, limit: limit - page.count, now: now)
        }
        return page
    }

    public func clear() async throws {
        for shard in self.shards { shard.clear() }
    }
}

extension MemorySessionStore: SweepableSessionStore {
    public func sweep(limit: Int, now: Instant) async throws -> Int {
        var removed = 0
        for shard in self.shards where removed < limit {
            removed += shard.sweep(limit: limit - removed, now: now)
        }
        return removed
    }
}
