//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Synchronization

@testable import Sessions

/// A session that begins in the old one of two stores in memory, and servers that are paused before each call of a
/// store.
final class MigrationFaultScenario: Sendable {
    let old = MemorySessionStore(maximumCount: 100)
    let new = MemorySessionStore(maximumCount: 100)
    let samples = SampleRecords()
    let record: SessionRecord
    private let told = Mutex<[String: [Bool]]>([:])

    init() async throws {
        self.record = self.samples.record(values: ["n": .integer(0)])
        try await self.old.create(self.record, now: self.samples.now)
    }

    var now: SessionInstant { self.samples.now }
    var id: SessionID { self.record.id }

    /// The server of an actor.
    func server(
        _ phase: MigrationPhase,
        _ scheduler: StepScheduler,
        _ actor: Int
    ) -> MigratingSessionStore<SteppedStore, SteppedStore> {
        MigratingSessionStore(
            from: SteppedStore(base: self.old, scheduler: scheduler, actor: actor),
            to: SteppedStore(base: self.new, scheduler: scheduler, actor: actor),
            phase: phase
        )
    }

    /// A server that is never paused.
    func server(_ phase: MigrationPhase) -> MigratingSessionStore<MemorySessionStore, MemorySessionStore> {
        MigratingSessionStore(from: self.old, to: self.new, phase: phase)
    }

    /// What servers of both phases find in the end. The first that is asked may move it.
    func found(_ first: MigrationPhase = .dualRead) async throws -> [SessionLoadResult] {
        let phases: [MigrationPhase] = first == .dualRead ? [.dualRead, .migrating] : [.migrating, .dualRead]
        var results: [SessionLoadResult] = []
        for phase in phases { results.append(try await self.server(phase).load(self.id, now: self.now)) }
        return results
    }

    /// Notes what a call was told.
    func note(_ name: String, _ answer: Bool) {
        self.told.withLock { $0[name, default: []].append(answer) }
    }

    /// How many calls were told true.
    func count(_ name: String) -> Int {
        self.told.withLock { $0[name, default: []].count { $0 } }
    }

    /// Counts one up, on whatever is there.
    func increment(_ store: some SessionStore, seed: UInt64) async throws {
        let random = DeterministicRandom(seed: seed)
        guard case .found(var base) = try await store.load(self.id, now: self.now) else { return }
        while true {
            var next = base
            next.version = SessionVersion(counter: base.version.counter + 1, tag: random.next())
            guard case .integer(let value)? = base.values["n"]?.storage else { return }
            next.values = SessionValues(["n": .integer(value + 1)])
            switch try await store.replace(next, ifVersion: base.version, now: self.now) {
            case .replaced: return self.note("written", true)
            case .missing: return
            case .conflict(let current): base = current
            }
        }
    }

    func end(_ store: some SessionStore) async throws {
        self.note("ended", try await store.end(self.id, tombstoneUntil: self.now + .minutes(1), now: self.now))
    }

    /// Removes all tombstones, as time would.
    func sweep() async throws {
        for store in [self.old, self.new] { _ = try await store.sweep(limit: 100, now: self.now + .minutes(2)) }
    }
}
