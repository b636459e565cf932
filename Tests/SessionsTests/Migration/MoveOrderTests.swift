//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import Testing

/// What servers do to one session at the same time, in every order of their calls to the stores.
@Suite("Interleavings of a move")
struct MoveOrderTests {
    private static let phases: [MigrationPhase] = [.dualRead, .migrating]

    @Test("a request for a session finds it while it moves, in every order", arguments: phases)
    func reading(phase: MigrationPhase) async throws {
        let interleavings = try await Interleavings.all { scheduler in
            let scenario = try await MigrationFaultScenario()
            let (mover, reader) = (scenario.server(.migrating, scheduler, 0), scenario.server(phase, scheduler, 1))
            return (
                [
                    {
                        scenario.note(
                            "found", try await mover.load(scenario.id, now: scenario.now) == .found(scenario.record))
                    },
                    {
                        scenario.note(
                            "found", try await reader.load(scenario.id, now: scenario.now) == .found(scenario.record))
                    },
                ],
                {
                    #expect(scenario.count("found") == 2)
                    let found = try await scenario.found()
                    #expect(found == [.found(scenario.record), .found(scenario.record)])
                }
            )
        }
        #expect(interleavings > 5)
    }

    @Test("what is written while a session moves is neither lost nor doubled, in every order", arguments: phases)
    func writing(phase: MigrationPhase) async throws {
        let interleavings = try await Interleavings.all { scheduler in
            let scenario = try await MigrationFaultScenario()
            let (mover, writer) = (scenario.server(.migrating, scheduler, 0), scenario.server(phase, scheduler, 1))
            return (
                [
                    { _ = try await mover.load(scenario.id, now: scenario.now) },
                    { try await scenario.increment(writer, seed: 7) },
                ],
                {
                    #expect(scenario.count("written") == 1)
                    for case .found(let record) in try await scenario.found() {
                        #expect(record.values["n"] == .integer(1))
                        scenario.note("found", true)
                    }
                    #expect(scenario.count("found") == 2)
                }
            )
        }
        #expect(interleavings > 100)
    }

    @Test("what extends a session while it moves is not lost, in every order", arguments: phases)
    func touching(phase: MigrationPhase) async throws {
        let interleavings = try await Interleavings.all { scheduler in
            let scenario = try await MigrationFaultScenario()
            let touch = SessionTouch(lastAccessedAt: scenario.now + .minutes(5), expiresAt: scenario.now + .minutes(25))
            let (mover, toucher) = (scenario.server(.migrating, scheduler, 0), scenario.server(phase, scheduler, 1))
            return (
                [
                    { _ = try await mover.load(scenario.id, now: scenario.now) },
                    { scenario.note("touched", try await toucher.touch(scenario.id, touch, now: scenario.now)) },
                ],
                {
                    #expect(scenario.count("touched") == 1)
                    var expected = scenario.record
                    expected.apply(touch)
                    let found = try await scenario.found(phase)
                    #expect(found == [.found(expected), .found(expected)])
                }
            )
        }
        #expect(interleavings > 100)
    }

    @Test(
        "a session that ends while it moves stays away, in every order, however long the mover sleeps",
        arguments: phases)
    func ending(phase: MigrationPhase) async throws {
        let interleavings = try await Interleavings.all { scheduler in
            let scenario = try await MigrationFaultScenario()
            let (mover, ender) = (scenario.server(.migrating, scheduler, 0), scenario.server(phase, scheduler, 1))
            return (
                [
                    { _ = try await mover.load(scenario.id, now: scenario.now) },
                    {
                        try await scenario.end(ender)
                        await scheduler.step(1)
                        // The tombstone has expired, and the mover may continue only now.
                        try await scenario.sweep()
                    },
                ],
                {
                    #expect(scenario.count("ended") == 1)
                    let found = try await scenario.found(phase)
                    #expect(found == [.missing, .missing])
                    let left = try await scenario.old.count(now: scenario.now)
                    #expect(left == 0)
                }
            )
        }
        #expect(interleavings > 100)
    }

    @Test("of two that end a session while it moves one is told that it was live, in every order", arguments: phases)
    func endingTwice(phase: MigrationPhase) async throws {
        // The mover stops after each of its steps in turn; the endings meet every state of a move in every order.
        for steps in 0...8 {
            _ = try await Interleavings.all { scheduler in
                let scenario = try await MigrationFaultScenario()
                try? await scenario.stoppedMove(after: steps)
                let (one, other) = (scenario.server(phase, scheduler, 0), scenario.server(.migrating, scheduler, 1))
                return (
                    [
                        { try await scenario.end(one) },
                        { try await scenario.end(other) },
                    ],
                    {
                        #expect(scenario.count("ended") == 1, "after \(steps) steps")
                        let found = try await scenario.found()
                        #expect(found == [.ended, .ended])
                    }
                )
            }
        }
    }

    @Test("of two that create the same id on servers of both phases one is told that it is theirs, in every order")
    func creating() async throws {
        let interleavings = try await Interleavings.all { scheduler in
            let scenario = try await MigrationFaultScenario()
            let records = [scenario.samples.record(), scenario.samples.record()]
            let second = SampleRecords(seed: 2).record(id: records[0].id)
            let servers = [scenario.server(.dualRead, scheduler, 0), scenario.server(.migrating, scheduler, 1)]
            @Sendable func create(_ record: SessionRecord, _ server: some SessionStore) async throws {
                do {
                    try await server.create(record, now: scenario.now)
                    scenario.note(record == second ? "second" : "first", true)
                } catch let error as SessionStoreError where error.code == .duplicate {}
            }
            return (
                [
                    { try await create(records[0], servers[0]) },
                    { try await create(second, servers[1]) },
                ],
                {
                    #expect(scenario.count("first") + scenario.count("second") == 1)
                    let winner = scenario.count("first") == 1 ? records[0] : second
                    for phase in Self.phases {
                        let found = try await scenario.server(phase).load(winner.id, now: scenario.now)
                        #expect(found == .found(winner))
                    }
                }
            )
        }
        #expect(interleavings > 10)
    }

    @Test("with movers, writers and an ending at once nothing is lost before it and nothing comes after it")
    func concurrentMoversAndWriters() async throws {
        try await Interleavings.some(1_500) { scheduler in
            let scenario = try await MigrationFaultScenario()
            let servers = (0..<5).map { scenario.server($0 % 2 == 0 ? .migrating : .dualRead, scheduler, $0) }
            return (
                [
                    { _ = try await servers[0].load(scenario.id, now: scenario.now) },
                    { try await scenario.increment(servers[1], seed: 1) },
                    { try await scenario.increment(servers[2], seed: 2) },
                    { _ = try await servers[3].load(scenario.id, now: scenario.now) },
                    {
                        try await scenario.end(servers[4])
                        await scheduler.step(4)
                        try await scenario.sweep()
                    },
                ],
                {
                    #expect(scenario.count("ended") == 1)
                    let found = try await scenario.found()
                    #expect(found == [.missing, .missing])
                }
            )
        }
    }

    @Test("with two movers and two writers of both phases every write is counted once")
    func writers() async throws {
        try await Interleavings.some(1_500) { scheduler in
            let scenario = try await MigrationFaultScenario()
            let servers = (0..<4).map { scenario.server($0 % 2 == 0 ? .migrating : .dualRead, scheduler, $0) }
            return (
                [
                    { _ = try await servers[0].load(scenario.id, now: scenario.now) },
                    { try await scenario.increment(servers[1], seed: 1) },
                    { _ = try await servers[2].load(scenario.id, now: scenario.now) },
                    { try await scenario.increment(servers[3], seed: 2) },
                ],
                {
                    #expect(scenario.count("written") == 2)
                    for case .found(let record) in try await scenario.found() {
                        #expect(record.values["n"] == .integer(2))
                        scenario.note("found", true)
                    }
                    #expect(scenario.count("found") == 2)
                }
            )
        }
    }
}
