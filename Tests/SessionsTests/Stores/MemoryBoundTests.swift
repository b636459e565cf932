//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Testing

@testable import Sessions

@Suite("The bounds of the memory store")
struct MemoryBoundTests {
    private let samples = SampleRecords()
    private var now: SessionInstant { self.samples.now }

    private func large(subject: String? = nil, byteCount: Int = 50_000) -> SessionRecord {
        self.samples.record(subject: subject, values: ["a": .string(String(repeating: "x", count: byteCount))])
    }

    @Test("a flood of large anonymous sessions stays within its bytes, and displaces no one who is logged in")
    func flood() async throws {
        let store = MemorySessionStore(maximumCount: 100_000, maximumByteCount: 4 << 20)
        let users = (0..<200).map { self.samples.record(subject: "user \($0)") }
        for user in users { try await store.create(user, now: self.now) }
        for _ in 0..<2_000 {
            try await store.create(self.large(), now: self.now)
            #expect(store.byteCount <= 4 << 20)
        }
        for user in users { #expect(try await store.load(user.id, now: self.now) == .found(user)) }
        #expect(try await store.count(now: self.now) > 200 + 70, "the rest is used")
    }

    @Test("a session that grows displaces others, and never itself")
    func growth() async throws {
        let store = MemorySessionStore(maximumCount: 100_000, maximumByteCount: 1 << 20)
        let growing = self.samples.record(idle: .minutes(1))
        try await store.create(growing, now: self.now)
        for _ in 0..<18 { try await store.create(self.large(), now: self.now) }
        var current = growing
        for size in [1_000, 100_000, 900_000] {
            let next = self.samples.next(current, values: ["a": .string(String(repeating: "x", count: size))])
            #expect(try await store.replace(next, ifVersion: current.version, now: self.now) == .replaced)
            #expect(store.byteCount <= 1 << 20)
            current = next
        }
        #expect(try await store.load(growing.id, now: self.now) == .found(current))
        let tooLarge = self.samples.next(current, values: ["a": .string(String(repeating: "x", count: 1 << 20))])
        let error = await #expect(throws: SessionStoreError.self) {
            try await store.replace(tooLarge, ifVersion: current.version, now: self.now)
        }
        #expect(error?.code == .unavailable)
        #expect(try await store.load(growing.id, now: self.now) == .found(current))
    }

    @Test("tombstones count, are over without a sweeper, and are never displaced: full of them, nothing new begins")
    func tombstones() async throws {
        let store = MemorySessionStore(maximumCount: 100_000, maximumByteCount: 100_000)
        let until = self.now + .minutes(1)
        var ended: [SessionID] = []
        let error = await #expect(throws: SessionStoreError.self) {
            while ended.count < 10_000 {
                let record = self.samples.record()
                try await store.create(record, now: self.now)
                try await store.end(record.id, tombstoneUntil: until, now: self.now)
                ended.append(record.id)
            }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("maximumByteCount") == true)
        #expect(store.byteCount <= 100_000)
        for id in ended { #expect(try await store.load(id, now: self.now) == .ended) }
        for _ in 0..<2_000 { try await store.create(self.samples.record(), now: until) }
        #expect(try await store.load(ended[0], now: until) == .missing)
        #expect(try await store.count(now: until) > 200, "the tombstones have made room")
    }

    @Test("without a sweeper and for any time, what is over takes no more room than what is new")
    func withoutSweeper() async throws {
        let store = MemorySessionStore(maximumCount: 16_000, maximumByteCount: .max)
        var now = self.now
        var most = 0
        for round in 0..<40 {
            let samples = SampleRecords(seed: UInt64(round), now: now)
            for index in 0..<500 {
                let record = samples.record(idle: .minutes(1), subject: index % 2 == 0 ? "ada" : nil)
                try await store.create(record, now: now)
                if index % 3 == 0 { try await store.end(record.id, tombstoneUntil: now + .minutes(1), now: now) }
            }
            if round == 5 { most = store.byteCount }
            now = now + .minutes(1)
        }
        #expect(store.byteCount <= most * 3 / 2, "\(most)")
        while try await store.sweep(limit: 1_000, now: now) > 0 {}
        #expect(store.byteCount == 0, "what was taken was given back")
    }

    @Test("every byte that was taken is given back, whatever was done")
    func accounting() async throws {
        let store = MemorySessionStore(maximumCount: 500, maximumByteCount: 200_000)
        let random = DeterministicRandom(seed: 18)
        var records: [SessionRecord] = []
        for step in 0..<5_000 {
            let now = self.now + .seconds(step / 10)
            let samples = SampleRecords(seed: UInt64(step), now: now)
            let index = Int(random.next() % UInt64(max(1, records.count)))
            switch random.next() % 6 {
            case 0...2:
                let size = Int(random.next() % 2_000)
                records.append(
                    samples.record(
                        subject: step % 3 == 0 ? "ada" : nil,
                        values: ["a": .string(String(repeating: "x", count: size))]))
                try await store.create(records[records.count - 1], now: now)
            case 3 where !records.isEmpty:
                var next = self.samples.next(
                    records[index], values: ["a": .string(String(repeating: "y", count: Int(random.next() % 3_000)))])
                next.subject = step % 2 == 0 ? nil : "alan"
                next.authenticatedAt = next.subject.map { _ in now }
                let result = try await store.replace(next, ifVersion: records[index].version, now: now)
                if result == .replaced { records[index] = next }
            case 4 where !records.isEmpty:
                let touch = SessionTouch(lastAccessedAt: now, expiresAt: now + .minutes(20))
                _ = try await store.touch(records[index].id, touch, now: now)
            case 5 where !records.isEmpty:
                try await store.end(records[index].id, tombstoneUntil: now + .seconds(20), now: now)
            default: break
            }
            #expect(store.byteCount <= 200_000)
        }
        #expect(store.byteCount > 0)
        try await store.clear()
        #expect(store.byteCount == 0)
    }

    @Test("what is over first comes out first, also after touches, endings and limits that became shorter")
    func order() {
        var queue = ExpiryQueue()
        var ends: [SessionID: SessionInstant] = [:]
        let random = DeterministicRandom(seed: 1)
        for _ in 0..<2_000 {
            let id = self.samples.id()
            ends[id] = self.now + .seconds(Int(random.next() % 1_000))
            queue.insert(id, due: ends[id] ?? self.now)
        }
        // Some are due later than they were, some are gone, and some are due earlier and say so.
        for (index, id) in ends.keys.sorted().enumerated() {
            switch index % 4 {
            case 0: ends[id] = self.now + .seconds(2_000 + index)
            case 1: ends[id] = nil
            case 2:
                ends[id] = self.now
                queue.insert(id, due: self.now)
            default: break
            }
        }
        var met: [(id: SessionID, due: SessionInstant)] = []
        while let first = queue.first(due: { ends[$0] }) {
            met.append(first)
            ends[first.id] = nil
        }
        #expect(met.count == 1_500)
        #expect(met.map(\.due) == met.map(\.due).sorted())
        #expect(queue.count == 0)
    }

    @Test("ids come back in their order, from any of them, whatever was added and removed")
    func sortedIDs() {
        var sorted = SortedSessionIDs()
        var expected: Set<SessionID> = []
        let random = DeterministicRandom(seed: 2)
        for step in 0..<20_000 {
            let id = SessionID(high: random.next() % 5_000, low: 0)
            // First more and more, then fewer and fewer.
            if random.next() % 4 < (step < 10_000 ? 3 : 1) {
                sorted.insert(id)
                expected.insert(id)
            } else {
                sorted.remove(id)
                expected.remove(id)
            }
            guard step % 1_000 == 0 else { continue }
            let ids = expected.sorted()
            #expect(sorted.ids(after: nil, limit: .max) == ids)
            let following = ids.filter { $0 > id }
            #expect(sorted.ids(after: id, limit: 100) == Array(following.prefix(100)))
        }
        for id in expected { sorted.remove(id) }
        #expect(sorted.isEmpty)
    }
}
