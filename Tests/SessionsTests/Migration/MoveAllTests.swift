//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Synchronization
import Testing

@testable import Sessions

@Suite("Moving all sessions")
struct MoveAllTests {
    private let samples = SampleRecords()
    private let clock: ManualClock
    private let old = MemorySessionStore(maximumCount: 10_000)
    private let new = MemorySessionStore(maximumCount: 10_000)

    init() {
        self.clock = ManualClock(now: self.samples.now)
    }

    private var store: MigratingSessionStore<MemorySessionStore, MemorySessionStore> {
        MigratingSessionStore(from: self.old, to: self.new, phase: .migrating)
    }

    private func fill(_ count: Int) async throws -> [SessionRecord] {
        let records = (0..<count).map { _ in self.samples.record(subject: "ada") }
        for record in records { try await self.old.create(record, now: self.samples.now) }
        return records.sorted { $0.id < $1.id }
    }

    /// Everything that a store has.
    private func all(_ store: MemorySessionStore) async throws -> [SessionRecord] {
        try await store.sessions(now: self.samples.now)
    }

    @Test("all sessions move, page by page, and each page is told of")
    func movesEverySession() async throws {
        let records = try await self.fill(257)
        var told: [MigrationProgress] = []
        let result = try await self.store.migrateAll(pageSize: 50, clock: self.clock.sessionClock) { told.append($0) }
        #expect(told.map(\.moved) == [0, 50, 100, 150, 200, 250, 257])
        #expect(told.allSatisfy { $0.total == 257 })
        #expect(result.moved == 257 && result.cursor == nil)
        let (moved, left) = (try await self.all(self.new), try await self.all(self.old))
        #expect(moved == records)
        #expect(left.isEmpty)
    }

    @Test("what was stopped goes on where it was, or from the beginning, and nothing is moved twice")
    func stopping() async throws {
        let records = try await self.fill(120)
        struct Stop: Error {}
        var last: SessionCursor?
        for isFromBeginning in [false, true] {
            await #expect(throws: Stop.self) {
                try await self.store.migrateAll(from: last, pageSize: 20, clock: self.clock.sessionClock) { progress in
                    last = progress.cursor ?? last
                    if progress.moved == 40 { throw Stop() }
                }
            }
            if isFromBeginning { last = nil }
        }
        let rest = try await self.store.migrateAll(from: last, pageSize: 20, clock: self.clock.sessionClock)
        #expect(rest.moved == 40 && rest.total == 40)
        let moved = try await self.all(self.new)
        #expect(moved == records)
    }

    @Test("a cancelled task stops, and what has moved stays moved")
    func cancellation() async throws {
        let records = try await self.fill(100)
        let task = Task {
            try await self.store.migrateAll(pageSize: 10, clock: self.clock.sessionClock) { progress in
                if progress.moved == 30 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let moved = try await self.all(self.new)
        #expect(moved == Array(records.prefix(30)))
        try await self.store.migrateAll(clock: self.clock.sessionClock)
        let all = try await self.all(self.new)
        #expect(all == records)
    }

    @Test("what a store cannot do for a moment is tried again, and all sessions move")
    func passingFailures() async throws {
        let records = try await self.fill(60)
        let faults = FaultySessionStore(self.new)
        let store = MigratingSessionStore(from: self.old, to: faults, phase: .migrating)
        let clock = self.clock
        faults.injectFault(.losingReplies)
        let task = Task { try await store.migrateAll(pageSize: 20, concurrency: 4, clock: clock.sessionClock) }
        // Each of the four waits before it tries again.
        while clock.sleeperCount < 4 { await Task.yield() }
        faults.clearFault()
        clock.advance(by: .seconds(5))
        let result = try await task.value
        #expect(result.moved == 60)
        let moved = try await self.all(self.new)
        #expect(moved == records)
    }

    @Test("a store that goes on failing ends the moving after about half a minute of trying")
    func lastingFailure() async throws {
        _ = try await self.fill(1)
        let faults = FaultySessionStore(self.new)
        let store = MigratingSessionStore(from: self.old, to: faults, phase: .migrating)
        let clock = self.clock
        faults.injectFault(.failing)
        let task = Task { try await store.migrateAll(clock: clock.sessionClock) }
        let mover = Task {
            while !Task.isCancelled {
                if clock.sleeperCount > 0 { clock.advance(by: .seconds(5)) }
                await Task.yield()
            }
        }
        let error = await #expect(throws: SessionStoreError.self) { try await task.value }
        mover.cancel()
        #expect(error?.code == .unavailable)
        #expect(faults.count(of: .create) == 13)
    }

    @Test("two that move all at once, while everyone writes, lose and double nothing")
    func concurrentMoves() async throws {
        let records = try await self.fill(200)
        let servers = [MigrationPhase.dualRead, .migrating].map {
            MigratingSessionStore(from: self.old, to: self.new, phase: $0)
        }
        let rounds = 12
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask { try await self.store.migrateAll(pageSize: 7, clock: self.clock.sessionClock) }
            }
            for (index, record) in records.enumerated() {
                group.addTask {
                    let random = DeterministicRandom(seed: UInt64(index))
                    var base = record
                    var written = 0
                    while written < rounds {
                        var next = base
                        next.version = SessionVersion(counter: base.version.counter + 1, tag: random.next())
                        let server = servers[Int(random.next() % 2)]
                        switch try await server.replace(next, ifVersion: base.version, now: self.samples.now) {
                        case .replaced: (base, written) = (next, written + 1)
                        case .conflict(let current): base = current
                        case .missing: throw SessionStoreError.corruptRecord(record.id, byteCount: 0)
                        }
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        try await self.store.migrateAll(clock: self.clock.sessionClock)
        let moved = try await self.all(self.new)
        #expect(moved.map(\.id) == records.map(\.id))
        #expect(moved.allSatisfy { $0.version.counter == UInt64(rounds + 1) })
    }

    @Test("a store that only prepares refuses to move all, in words that say what to change")
    func preparing() async throws {
        let store = MigratingSessionStore(from: self.old, to: self.new)
        let error = await #expect(throws: SessionStoreError.self) { try await store.migrateAll() }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("phase: .migrating") == true)
    }
}
