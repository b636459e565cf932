//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import LogAudit
import ServiceLifecycle
import SessionsTesting
import Testing

@testable import Sessions

@Suite("The memory store")
struct MemorySessionStoreTests {
    private let samples = SampleRecords()

    @Test("never holds more than it may", arguments: [1, 2, 15, 16, 100, 5000])
    func bound(maximumCount: Int) async throws {
        let store = MemorySessionStore(maximumCount: maximumCount)
        for _ in 0..<maximumCount * 2 { try await store.create(self.samples.record(), now: self.samples.now) }
        let count = try await store.count(now: self.samples.now)
        #expect(count <= maximumCount)
        #expect(count >= maximumCount * 3 / 4, "the shards fill evenly")
    }

    @Test("makes room among the expired, then the strangers, then those whose end is nearest")
    func displacement() async throws {
        let store = MemorySessionStore(maximumCount: 1)
        let expired = self.samples.record(idle: .minutes(1), subject: "ada")
        try await store.create(expired, now: self.samples.now)
        let later = self.samples.now + .minutes(1)
        let user = self.samples.record(subject: "ada")
        try await store.create(user, now: later)
        #expect(try await store.load(user.id, now: later) == .found(user))

        let records = [
            self.samples.record(idle: .minutes(5), subject: "ada"), self.samples.record(idle: .minutes(9)),
            self.samples.record(idle: .minutes(7), subject: "alan"),
        ]
        try await self.expectDisplacement(of: records, in: [1, 0, 2])
    }

    /// Fills one shard with records and counts which of them go, in which order, when others come.
    private func expectDisplacement(of records: [SessionRecord], in order: [Int]) async throws {
        // A store of 48 has 16 shards of 3; the first four bits of an id choose.
        let store = MemorySessionStore(maximumCount: 48)
        let home = records.map { SessionRecord.moved($0, to: SessionID(high: $0.id.high >> 8, low: $0.id.low)) }
        for record in home { try await store.create(record, now: self.samples.now) }
        for (step, index) in order.enumerated() {
            let fresh = self.samples.record(idle: .hours(1), subject: "grace \(step)")
            let moved = SessionRecord.moved(fresh, to: SessionID(high: fresh.id.high >> 8, low: fresh.id.low))
            try await store.create(moved, now: self.samples.now)
            #expect(try await store.load(home[index].id, now: self.samples.now) == .missing)
            for later in order.dropFirst(step + 1) {
                #expect(try await store.load(home[later].id, now: self.samples.now) == .found(home[later]))
            }
        }
    }

    @Test("a sweep forgets what has expired, and the index of subjects with it")
    func sweeping() async throws {
        let store = MemorySessionStore(maximumCount: 100_000)
        for index in 0..<5000 {
            try await store.create(
                self.samples.record(idle: .minutes(1), subject: "user \(index)"),
                now: self.samples.now
            )
        }
        let clock = ManualClock(now: self.samples.now + .minutes(1))
        let sweeper = SessionSweeper(
            store,
            batchSize: 700,
            clock: clock.sessionClock,
            logger: LogAudit.logger()
        )
        #expect(try await sweeper.sweepOnce() == 5000)
        #expect(try await store.sessions(of: "user 1", now: self.samples.now).isEmpty)
    }

    @Test("the sweeper sweeps at its interval until the application shuts down, on a store that fails too")
    func service() async throws {
        let store = MemorySessionStore()
        let record = self.samples.record(idle: .minutes(1))
        try await store.create(record, now: self.samples.now)
        let clock = ManualClock(now: self.samples.now)
        let sweeper = SessionSweeper(
            store,
            every: .minutes(5),
            clock: clock.sessionClock,
            logger: LogAudit.logger()
        )
        let running = Task { try await sweeper.run() }
        while clock.sleeperCount == 0 { await Task.yield() }
        clock.advance(by: .minutes(5))
        while clock.sleeperCount == 0 { await Task.yield() }
        #expect(try await store.load(record.id, now: self.samples.now) == .missing)
        running.cancel()
        try await running.value
    }
}

extension SessionRecord {
    /// The same record under another id.
    fileprivate static func moved(_ record: SessionRecord, to id: SessionID) -> SessionRecord {
        SessionRecord(
            id: id,
            secretHash: record.secretHash,
            secretIssuedAt: record.secretIssuedAt,
            version: record.version,
            createdAt: record.createdAt,
            lastAccessedAt: record.lastAccessedAt,
            expiresAt: record.expiresAt,
            absoluteExpiresAt: record.absoluteExpiresAt,
            authenticatedAt: record.authenticatedAt,
            subject: record.subject,
            values: record.values
        )
    }
}
