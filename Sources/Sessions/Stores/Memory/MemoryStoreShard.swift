//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A part of a ``MemorySessionStore``: at most a few thousand records in their binary form, under one lock.
final class MemoryStoreShard: Sendable {
    /// The result of an operation that may need memory.
    enum Attempt<Result> {
        case done(Result)
        /// Nothing was changed: the store's budget does not have that many bytes left.
        case lacking(Int)
    }

    /// How many expired records and tombstones each creation and each logout removes, so that a store without a sweeper
    /// does not grow.
    private static let cleaningLimit = 2

    private let capacity: Int
    private let subjects: MemorySubjectIndex
    private let budget: MemoryBudget
    private let state = Mutex(MemoryStoreTables())

    /// - Parameter capacity: The maximum number of records in this shard.
    init(capacity: Int, subjects: MemorySubjectIndex, budget: MemoryBudget) {
        self.capacity = capacity
        self.subjects = subjects
        self.budget = budget
    }

    func load(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult {
        let (bytes, isMarked) = self.state.withLock { ($0.live(id, now: now), $0.isMarked(id, now: now)) }
        if isMarked { return .ended }
        guard let bytes else { return .missing }
        // Decoded outside the lock.
        return .found(try SessionRecordCodec.decode(own: bytes, id: id))
    }

    func endedSecrets(of id: SessionID, now: SessionInstant) -> EndedSecrets? {
        self.state.withLock { $0.tombstone(id, now: now)?.secrets }
    }

    func create(_ record: SessionRecord, now: SessionInstant) throws -> Attempt<Void> {
        let bytes = SessionRecordCodec.encode(record)
        let byteCount = MemoryBudget.byteCount(ofRecord: bytes.count, isAuthenticated: record.subject != nil)
        return try self.state.withLock { tables in
            guard tables.live(record.id, now: now) == nil, !tables.isMarked(record.id, now: now) else {
                throw SessionStoreError.duplicate(record.id)
            }
            self.remove(record.id, from: &tables)
            _ = self.clean(&tables, limit: Self.cleaningLimit, now: now)
            if tables.records.count >= self.capacity, let id = tables.evictionCandidate(among: .all, now: now) {
                self.remove(id, from: &tables)
            }
            guard self.budget.reserve(byteCount) else { return .lacking(byteCount) }
            tables.records[record.id] = bytes
            tables.noteEnd(of: record)
            if let subject = record.subject { self.subjects.add(record.id, to: subject) }
            return .done(())
        }
    }

    func replace(_ record: SessionRecord, ifVersion version: SessionVersion, now: SessionInstant) throws
        -> Attempt<SessionReplaceResult>
    {
        let bytes = SessionRecordCodec.encode(record)
        let subject = record.subject
        let (attempt, conflicting) = try self.state.withLock {
            tables -> (Attempt<SessionReplaceResult>, conflicting: [UInt8]?) in
            guard
                let place = tables.records.index(forKey: record.id),
                let header = SessionRecordHeader(tables.records.values[place]), !header.isExpired(at: now),
                !tables.isMarked(record.id, now: now)
            else { return (.done(.missing), nil) }
            guard header.version == version else {
                return (.done(.replaced), header.version == record.version ? nil : tables.records.values[place])
            }
            let growth =
                MemoryBudget.byteCount(ofRecord: bytes.count, isAuthenticated: subject != nil)
                - MemoryBudget.byteCount(
                    ofRecord: tables.records.values[place].count, isAuthenticated: header.isAuthenticated)
            if growth > 0 {
                guard self.budget.reserve(growth) else { return (.lacking(growth), nil) }
            } else if growth < 0 {
                self.budget.release(-growth)
            }
            let before =
                header.isAuthenticated
                ? try SessionRecordCodec.decode(own: tables.records.values[place], id: record.id).subject : nil
            if before != subject {
                if let before { self.subjects.remove(record.id, from: before) }
                if let subject { self.subjects.add(record.id, to: subject) }
            }
            tables.records.values[place] = bytes
            if header.isAuthenticated != (subject != nil) || record.end < header.end {
                tables.noteEnd(of: record)
            }
            return (.done(.replaced), nil)
        }
        guard let conflicting else { return attempt }
        return .done(.conflict(try SessionRecordCodec.decode(own: conflicting, id: record.id)))
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) -> Bool {
        self.state.withLock { tables in
            guard
                !tables.isMarked(id, now: now),
                // Removed from the dictionary and put back, so that the bytes change in place.
                var bytes = tables.records[id],
                var header = SessionRecordHeader(bytes), !header.isExpired(at: now)
            else { return false }
            tables.records[id] = []
            header.apply(touch, to: &bytes)
            tables.records[id] = bytes
            return true
        }
    }

    /// - Parameter subject: The subject that the session must still have; nil for any.
    func end(_ id: SessionID, ofSubject subject: String? = nil, tombstoneUntil: SessionInstant, now: SessionInstant)
        -> Bool
    {
        self.state.withLock { tables in
            if let tombstone = tables.tombstone(id, now: now) {
                tables.tombstones[id]?.end = max(tombstone.end, tombstoneUntil)
                return false
            }
            guard let bytes = tables.live(id, now: now) else { return false }
            if let subject, (try? SessionRecordCodec.decode(own: bytes, id: id))?.belongs(to: subject) != true {
                return false
            }
            self.remove(id, from: &tables)
            // There is always room for it, because a record is larger.
            if tables.addTombstone(id, until: tombstoneUntil, EndedSecrets(recordPrefix: bytes)) {
                self.budget.take(MemoryBudget.tombstoneByteCount)
            }
            _ = self.clean(&tables, limit: Self.cleaningLimit, now: now)
            return true
        }
    }

    func count(now: SessionInstant) -> Int {
        self.state.withLock { tables in
            tables.records.values.count { SessionRecordHeader($0)?.isExpired(at: now) == false }
        }
    }

    func page(after id: SessionID?, limit: Int, now: SessionInstant) throws -> [SessionRecord] {
        let found = self.state.withLock { tables in
            var found: [(SessionID, [UInt8])] = []
            for key in tables.records.keys.filter({ key in id.map { key > $0 } ?? true }).sorted() {
                guard found.count < limit else { break }
                if let bytes = tables.live(key, now: now) { found.append((key, bytes)) }
            }
            return found
        }
        return try found.map { try SessionRecordCodec.decode(own: $1, id: $0) }
    }

    func clear() {
        self.state.withLock { tables in
            for id in tables.records.keys { self.remove(id, from: &tables) }
            self.budget.release(tables.tombstones.count * MemoryBudget.tombstoneByteCount)
            tables = MemoryStoreTables()
        }
    }

    func sweep(limit: Int, now: SessionInstant) -> Int {
        self.state.withLock { self.clean(&$0, limit: limit, now: now) }
    }

    /// Makes room by removing expired entries, or one record.
    ///
    /// - Returns: False if there was nothing to remove.
    func evictOne(
        among candidates: MemoryStoreTables.Candidates,
        except id: SessionID,
        now: SessionInstant
    ) -> Bool {
        self.state.withLock { tables in
            if self.clean(&tables, limit: Self.cleaningLimit, now: now) > 0 { return true }
            guard let candidate = tables.evictionCandidate(among: candidates, except: id, now: now) else {
                return false
            }
            self.remove(candidate, from: &tables)
            return true
        }
    }

    /// Removes expired records and tombstones.
    ///
    /// - Returns: How many.
    private func clean(_ tables: inout MemoryStoreTables, limit: Int, now: SessionInstant) -> Int {
        var count = 0
        while count < limit, let id = tables.evictionCandidate(among: .expired, now: now) {
            self.remove(id, from: &tables)
            count += 1
        }
        while count < limit, tables.removeOutlivedTombstone(now: now) {
            self.budget.release(MemoryBudget.tombstoneByteCount)
            count += 1
        }
        return count
    }

    /// Removes a record, if there is one, and its index entry.
    private func remove(_ id: SessionID, from tables: inout MemoryStoreTables) {
        guard let bytes = tables.records.removeValue(forKey: id) else { return }
        let isAuthenticated = SessionRecordHeader(bytes)?.isAuthenticated == true
        self.budget.release(MemoryBudget.byteCount(ofRecord: bytes.count, isAuthenticated: isAuthenticated))
        guard isAuthenticated else { return }
        if let subject = (try? SessionRecordCodec.decode(own: bytes, id: id))?.subject {
            self.subjects.remove(id, from: subject)
        }
    }
}
