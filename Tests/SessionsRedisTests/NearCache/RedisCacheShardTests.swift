//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("The slots of a near cache")
final class RedisCacheShardTests {
    private let samples = SampleRecords()
    private let start = ContinuousClock.now
    private var shard = RedisCacheShard(maximumCount: 3, maximumByteCount: 10_000)

    init() {
        self.shard.suspend(until: 1)
        self.shard.track(in: 1)
        self.shard.extendLease(to: self.start + .milliseconds(100), in: 1)
    }

    private func record(_ id: SessionID, at now: ContinuousClock.Instant) -> SessionRecord? {
        self.shard.record(of: id, at: now)
    }

    private func reserve(_ id: SessionID) -> RedisCacheShard.Reservation? { self.shard.reserve(id) }

    private func takeUse() -> Bool { self.shard.takeUse() }

    private func cache(_ record: SessionRecord, byteCount: Int = 100) throws {
        let reservation = try #require(self.reserve(record.id))
        self.shard.fill(reservation, with: record, byteCount: byteCount)
    }

    @Test("a record is used until the millisecond at which its lease ends, and again with another lease")
    func lease() throws {
        let record = self.samples.record()
        try self.cache(record)
        #expect(self.record(record.id, at: self.start) == record)
        #expect(self.record(record.id, at: self.start + .milliseconds(99)) == record)
        #expect(self.record(record.id, at: self.start + .milliseconds(100)) == nil)
        self.shard.extendLease(to: self.start + .milliseconds(200), in: 1)
        #expect(self.record(record.id, at: self.start + .milliseconds(100)) == record)
        self.shard.extendLease(to: self.start, in: 1)
        #expect(self.record(record.id, at: self.start + .milliseconds(100)) == record, "never shorter")
    }

    @Test("an invalidation removes a record")
    func invalidation() throws {
        let record = self.samples.record()
        try self.cache(record)
        self.shard.invalidate(record.id)
        #expect(self.record(record.id, at: self.start) == nil)
        #expect(self.shard.count == 0)
        #expect(self.shard.byteCount == 0)
    }

    @Test("an invalidation that arrives before the reply of a GET keeps its record out")
    func earlyInvalidation() throws {
        let record = self.samples.record()
        let reservation = try #require(self.reserve(record.id))
        self.shard.invalidate(record.id)
        self.shard.fill(reservation, with: record, byteCount: 100)
        #expect(self.record(record.id, at: self.start) == nil)
    }

    @Test("the reply of a GET from before an invalidation does not take the slot of a later GET")
    func formerGet() throws {
        let record = self.samples.record()
        let former = try #require(self.reserve(record.id))
        self.shard.invalidate(record.id)
        let later = try #require(self.reserve(record.id))
        self.shard.fill(former, with: record, byteCount: 100)
        #expect(self.record(record.id, at: self.start) == nil)
        self.shard.cancel(former, of: record.id)
        let next = self.samples.next(record)
        self.shard.fill(later, with: next, byteCount: 100)
        #expect(self.record(record.id, at: self.start) == next)
        self.shard.cancel(later, of: record.id)
        #expect(self.record(record.id, at: self.start) == next, "a filled slot is not given up")
    }

    @Test("while one GET is under way, another is not cached")
    func secondGet() throws {
        let record = self.samples.record()
        let reservation = try #require(self.reserve(record.id))
        #expect(self.reserve(record.id) == nil)
        self.shard.cancel(reservation, of: record.id)
        #expect(self.reserve(record.id) != nil)
    }

    @Test("a GET that began before the reply to a write of this process is not cached, nor is one during it")
    func ownWrites() throws {
        let record = self.samples.record()
        let before = try #require(self.reserve(record.id))
        self.shard.beginWrite(record.id)
        self.shard.fill(before, with: record, byteCount: 100)
        #expect(self.reserve(record.id) == nil)
        self.shard.beginWrite(record.id)
        self.shard.endWrite(record.id)
        #expect(self.reserve(record.id) == nil, "the other write is under way")
        self.shard.endWrite(record.id)
        #expect(self.record(record.id, at: self.start) == nil)
        try self.cache(record)
        #expect(self.record(record.id, at: self.start) == record)
    }

    private func write(_ record: SessionRecord, invalidationCount: Int = 0) {
        self.shard.beginWrite(record.id)
        for _ in 0..<invalidationCount { self.shard.invalidate(record.id) }
        self.shard.endWrite(
            record.id, record: record, byteCount: 100, leaseEnd: self.start + .milliseconds(40))
    }

    @Test("a record that was written is used for one lease from its command on, whatever PING was answered")
    func written() throws {
        let record = self.samples.record()
        self.write(record)
        #expect(self.record(record.id, at: self.start + .milliseconds(39)) == record)
        #expect(self.record(record.id, at: self.start + .milliseconds(40)) == nil)
        try self.cache(record)
        #expect(self.record(record.id, at: self.start + .milliseconds(40)) == record, "it was read again")
    }

    @Test("of the invalidations since a write the first is that of the write, and the second removes the record")
    func invalidationOfWrite() {
        for count in 0...1 {
            let record = self.samples.record()
            self.write(record, invalidationCount: count)
            for _ in count..<1 { self.shard.invalidate(record.id) }
            #expect(self.record(record.id, at: self.start) == record)
            self.shard.invalidate(record.id)
            #expect(self.record(record.id, at: self.start) == nil)
        }
        let record = self.samples.record()
        self.write(record, invalidationCount: 2)
        #expect(self.record(record.id, at: self.start) == nil)
    }

    @Test("a record is not cached if another write, a lost connection or a flush came between its command and reply")
    func disturbedWrite() {
        let record = self.samples.record()
        self.shard.beginWrite(record.id)
        self.write(record)
        self.shard.endWrite(record.id, record: record, byteCount: 100, leaseEnd: self.start + .milliseconds(40))
        #expect(self.record(record.id, at: self.start) == nil)
        self.shard.beginWrite(record.id)
        self.shard.invalidateAll()
        self.shard.endWrite(record.id, record: record, byteCount: 100, leaseEnd: self.start + .milliseconds(40))
        #expect(self.record(record.id, at: self.start) == nil)
        self.shard.beginWrite(record.id)
        self.shard.suspend(until: 2)
        self.shard.track(in: 2)
        self.shard.endWrite(record.id, record: record, byteCount: 100, leaseEnd: self.start + .milliseconds(40))
        #expect(self.record(record.id, at: self.start) == nil)
        self.write(record)
        #expect(self.record(record.id, at: self.start) == record)
    }

    @Test("when all records change, nothing that was read before stays or arrives")
    func flush() throws {
        let (cached, read) = (self.samples.record(), self.samples.record())
        try self.cache(cached)
        let reservation = try #require(self.reserve(read.id))
        self.shard.invalidateAll()
        self.shard.fill(reservation, with: read, byteCount: 100)
        #expect(self.shard.count == 0)
        #expect(self.shard.byteCount == 0)
    }

    @Test("a lost connection ends the lease and empties the slots, and what it still says does not count")
    func suspension() throws {
        let record = self.samples.record()
        try self.cache(record)
        let reservation = try #require(self.reserve(self.samples.id()))
        self.shard.suspend(until: 2)
        #expect(self.reserve(record.id) == nil)
        self.shard.track(in: 1)
        self.shard.extendLease(to: self.start + .seconds(1), in: 1)
        #expect(self.reserve(record.id) == nil)
        self.shard.fill(reservation, with: record, byteCount: 100)
        self.shard.track(in: 2)
        try self.cache(record)
        #expect(self.record(record.id, at: self.start) == nil, "there is no lease yet")
        self.shard.extendLease(to: self.start + .milliseconds(1), in: 2)
        #expect(self.record(record.id, at: self.start) == record)
    }

    @Test("the record that was used the longest time ago makes room, by count and by bytes")
    func bounds() throws {
        let records = (0..<4).map { _ in self.samples.record() }
        for record in records[..<3] { try self.cache(record) }
        _ = self.record(records[0].id, at: self.start)
        try self.cache(records[3])
        #expect(self.shard.count == 3)
        #expect(self.record(records[1].id, at: self.start) == nil)
        #expect(self.record(records[0].id, at: self.start) == records[0])
        #expect(self.shard.byteCount == 3 * (100 + RedisCacheShard.recordOverhead))
        try self.cache(records[1], byteCount: 9_000)
        #expect(self.shard.count == 1)
        #expect(self.shard.byteCount == 9_000 + RedisCacheShard.recordOverhead)
        try self.cache(records[2], byteCount: 10_000)
        #expect(self.record(records[2].id, at: self.start) == nil, "larger than all room")
        #expect(self.record(records[1].id, at: self.start) != nil)
    }

    @Test("a cache for no records keeps none")
    func none() {
        var shard = RedisCacheShard(maximumCount: 0, maximumByteCount: 10_000)
        shard.track(in: 0)
        let reservation = shard.reserve(self.samples.id())
        #expect(reservation == nil)
    }

    @Test("a use is noticed once")
    func use() {
        _ = self.takeUse()
        #expect(!self.takeUse())
        _ = self.record(self.samples.id(), at: self.start)
        #expect(self.takeUse())
        #expect(!self.takeUse())
        _ = self.reserve(self.samples.id())
        #expect(self.takeUse())
    }
}
#endif
