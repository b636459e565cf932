//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A part of the records in a near cache, and the lease under which they may be used.
///
/// A slot is **absent**, **reserved** while a `GET` is under way, or **cached**. An invalidation makes it absent, so
/// that a reply of a `GET` from before it is not cached. While this process writes a record, its slot stays absent.
///
/// What this process has written is cached as well. It was the latest record after its command was sent, so it needs no
/// `PING`, and may be used for one lease from then on. It saves the `GET` of the next request ("Redis with a near
/// cache, counter"). The invalidation of the write itself is ignored; if that was another's, the lease of the record
/// bounds the mistake.
///
/// It does no I/O and reads no clock. All operations take constant time, except for emptying.
struct RedisCacheShard {
    /// The place of a `GET` that is under way.
    struct Reservation: Sendable, Equatable {
        fileprivate let number: UInt64
    }

    /// The memory that a record takes beside its own bytes: its fields, its slot and the tables, which double when they
    /// are full. A record of five values takes 570 bytes in all among 10,000 (`make bench-volume`).
    static let recordOverhead = 800

    private struct CachedRecord {
        let record: SessionRecord
        let byteCount: Int
        /// The lease of a record that this process has written. Nil for one under the lease of all.
        var leaseEnd: ContinuousClock.Instant?
        /// Whether the next invalidation is that of the write.
        var awaitsInvalidation = false
    }

    private enum Slot {
        case reserved(UInt64)
        case cached(CachedRecord)
    }

    /// The writes of a record by this process that are under way.
    private struct Writes {
        var count = 1
        var invalidationCount = 0
        /// Whether no other write, and no loss of the connection, came in between.
        var isUndisturbed = true
    }

    private let maximumCount: Int
    private let maximumByteCount: Int
    private var slots: RecentlyUsed<SessionID, Slot>
    private var writes: [SessionID: Writes] = [:]
    private var lastNumber: UInt64 = 0
    /// The connection on which the server sends invalidations. Only that one extends the lease.
    private var epoch: UInt64 = 0
    private var isTracking = false
    private var leaseEnd: ContinuousClock.Instant?
    private var wasUsed = false
    private(set) var byteCount = 0

    init(maximumCount: Int, maximumByteCount: Int) {
        self.maximumCount = maximumCount
        self.maximumByteCount = maximumByteCount
        self.slots = RecentlyUsed()
    }

    /// The number of slots that are reserved or cached.
    var count: Int { self.slots.count }

    /// Whether it was asked for a record since the last call.
    mutating func takeUse() -> Bool {
        defer { self.wasUsed = false }
        return self.wasUsed
    }

    /// Whether cached records may be used.
    func hasLease(at now: ContinuousClock.Instant) -> Bool {
        self.leaseEnd.map { now < $0 } ?? false
    }

    // MARK: Reading

    /// The cached record of an id. Nil if there is none, or if the lease is over.
    mutating func record(of id: SessionID, at now: ContinuousClock.Instant) -> SessionRecord? {
        self.wasUsed = true
        guard case .cached(let cached)? = self.slots.use(id) else { return nil }
        let isLeased = cached.leaseEnd.map { now < $0 } ?? self.hasLease(at: now)
        return isLeased ? cached.record : nil
    }

    /// Reserves a slot before a `GET` is sent.
    ///
    /// - Returns: Nil when the reply must not be cached: the server's invalidations are not received, another `GET` or
    ///   a write of this process is under way, or there is no room.
    mutating func reserve(_ id: SessionID) -> Reservation? {
        self.wasUsed = true
        guard self.isTracking, self.maximumCount > 0, self.writes[id] == nil else { return nil }
        if case .reserved? = self.slots[id] { return nil }
        self.remove(id)
        self.lastNumber += 1
        self.slots.insert(.reserved(self.lastNumber), for: id)
        self.evict()
        return Reservation(number: self.lastNumber)
    }

    /// Caches the record that a `GET` returned, unless the slot has been cleared since it was reserved.
    mutating func fill(_ reservation: Reservation, with record: SessionRecord, byteCount: Int) {
        guard self.isReserved(record.id, for: reservation) else { return }
        self.insert(CachedRecord(record: record, byteCount: byteCount + Self.recordOverhead))
    }

    private mutating func insert(_ cached: CachedRecord) {
        self.remove(cached.record.id)
        guard cached.byteCount <= self.maximumByteCount else { return }
        self.slots.insert(.cached(cached), for: cached.record.id)
        self.byteCount += cached.byteCount
        self.evict()
    }

    /// Gives up a reservation whose `GET` returned no record.
    mutating func cancel(_ reservation: Reservation, of id: SessionID) {
        if self.isReserved(id, for: reservation) { self.remove(id) }
    }

    private func isReserved(_ id: SessionID, for reservation: Reservation) -> Bool {
        guard case .reserved(let number)? = self.slots[id] else { return false }
        return number == reservation.number
    }

    private mutating func evict() {
        while self.slots.count > self.maximumCount || self.byteCount > self.maximumByteCount {
            guard let oldest = self.slots.leastRecent else { return }
            self.remove(oldest)
        }
    }

    private mutating func remove(_ id: SessionID) {
        guard let slot = self.slots.remove(id) else { return }
        if case .cached(let cached) = slot { self.byteCount -= cached.byteCount }
    }

    // MARK: Writing

    /// This process begins to write a record.
    mutating func beginWrite(_ id: SessionID) {
        self.remove(id)
        guard var writes = self.writes[id] else { return self.writes[id] = Writes() }
        writes.count += 1
        writes.isUndisturbed = false
        self.writes[id] = writes
    }

    /// A write of this process has its reply, or will not get one.
    ///
    /// - Parameters:
    ///   - record: The record that is now on the server. Nil if that is not known.
    ///   - byteCount: The size of the record.
    ///   - leaseEnd: One lease after the command was sent.
    mutating func endWrite(
        _ id: SessionID,
        record: SessionRecord? = nil,
        byteCount: Int = 0,
        leaseEnd: ContinuousClock.Instant? = nil
    ) {
        guard var writes = self.writes.removeValue(forKey: id) else { return }
        guard writes.count == 1 else {
            writes.count -= 1
            return self.writes[id] = writes
        }
        guard let record, let leaseEnd, writes.isUndisturbed, writes.invalidationCount <= 1, self.isTracking,
            self.maximumCount > 0
        else { return }
        self.insert(
            CachedRecord(
                record: record, byteCount: byteCount + Self.recordOverhead, leaseEnd: leaseEnd,
                awaitsInvalidation: writes.invalidationCount == 0))
    }

    // MARK: Tracking

    /// A record has changed on the server.
    mutating func invalidate(_ id: SessionID) {
        self.writes[id]?.invalidationCount += 1
        guard case .cached(var cached)? = self.slots[id], cached.awaitsInvalidation else { return self.remove(id) }
        cached.awaitsInvalidation = false
        self.slots.replace(.cached(cached), for: id)
    }

    /// All records have changed on the server.
    mutating func invalidateAll() {
        self.slots = RecentlyUsed()
        self.byteCount = 0
        for id in self.writes.keys { self.writes[id]?.isUndisturbed = false }
    }

    /// Invalidations are no longer received: ends the lease and empties the slots.
    ///
    /// - Parameter epoch: The number of the next connection.
    mutating func suspend(until epoch: UInt64) {
        (self.epoch, self.isTracking, self.leaseEnd) = (epoch, false, nil)
        self.invalidateAll()
    }

    /// The connection of an epoch receives invalidations from now on.
    mutating func track(in epoch: UInt64) {
        guard epoch == self.epoch else { return }
        self.invalidateAll()
        self.isTracking = true
    }

    /// Everything that changed before the lease began has been invalidated.
    mutating func extendLease(to end: ContinuousClock.Instant, in epoch: UInt64) {
        guard epoch == self.epoch, self.isTracking else { return }
        self.leaseEnd = max(self.leaseEnd ?? end, end)
    }
}
#endif
