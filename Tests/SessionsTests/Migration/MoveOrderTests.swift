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
@Suite("Orders of a move")
struct MoveOrderTests {
    private static let phases: [MigrationPhase] = [.dualRead, .migrating]

    @Test("whoever asks for a session while it moves finds it, in every order", arguments: phases)
    func reading(phase: MigrationPhase) async throws {
        let orders = try await Orders.all { stage in
            let scene = try await MigrationFaultScenario()
            let (mover, reader) = (scene.server(.migrating, stage, 0), scene.server(phase, stage, 1))
            return (
                [
                    { scene.note("found", try await mover.load(scene.id, now: scene.now) == .found(scene.record)) },
                    { scene.note("found", try await reader.load(scene.id, now: scene.now) == .found(scene.record)) },
                ],
                {
                    #expect(scene.count("found") == 2)
                    let found = try await scene.found()
                    #expect(found == [.found(scene.record), .found(scene.record)])
                }
            )
        }
        #expect(orders > 5)
    }

    @Test("what is written while a session moves is neither lost nor doubled, in every order", arguments: phases)
    func writing(phase: MigrationPhase) async throws {
        let orders = try await Orders.all { stage in
            let scene = try await MigrationFaultScenario()
            let (mover, writer) = (scene.server(.migrating, stage, 0), scene.server(phase, stage, 1))
            return (
                [
                    { _ = try await mover.load(scene.id, now: scene.now) },
                    { try await scene.increment(writer, seed: 7) },
                ],
                {
                    #expect(scene.count("written") == 1)
                    for case .found(let record) in try await scene.found() {
                        #expect(record.values["n"] == .integer(1))
                        scene.note("found", true)
                    }
                    #expect(scene.count("found") == 2)
                }
            )
        }
        #expect(orders > 100)
    }

    @Test("what extends a session while it moves is not lost, in every order", arguments: phases)
    func touching(phase: MigrationPhase) async throws {
        let orders = try await Orders.all { stage in
            let scene = try await MigrationFaultScenario()
            let touch = SessionTouch(lastAccessedAt: scene.now + .minutes(5), expiresAt: scene.now + .minutes(25))
            let (mover, toucher) = (scene.server(.migrating, stage, 0), scene.server(phase, stage, 1))
            return (
                [
                    { _ = try await mover.load(scene.id, now: scene.now) },
                    { scene.note("touched", try await toucher.touch(scene.id, touch, now: scene.now)) },
                ],
                {
                    #expect(scene.count("touched") == 1)
                    var expected = scene.record
                    expected.apply(touch)
                    let found = try await scene.found(phase)
                    #expect(found == [.found(expected), .found(expected)])
                }
            )
        }
        #expect(orders > 100)
    }

    @Test(
        "a session that ends while it moves stays away, in every order, however long the mover sleeps",
        arguments: phases)
    func ending(phase: MigrationPhase) async throws {
        let orders = try await Orders.all { stage in
            let scene = try await MigrationFaultScenario()
            let (mover, ender) = (scene.server(.migrating, stage, 0), scene.server(phase, stage, 1))
            return (
                [
                    { _ = try await mover.load(scene.id, now: scene.now) },
                    {
                        try await scene.end(ender)
                        await stage.step(1)
                        // Nobody remembers that it ended; the mover may wake up only now.
                        try await scene.sweep()
                    },
                ],
                {
                    #expect(scene.count("ended") == 1)
                    let found = try await scene.found(phase)
                    #expect(found == [.missing, .missing])
                    let left = try await scene.old.count(now: scene.now)
                    #expect(left == 0)
                }
            )
        }
        #expect(orders > 100)
    }

    @Test("of two that end a session while it moves one is told that it was live, in every order", arguments: phases)
    func endingTwice(phase: MigrationPhase) async throws {
        // The mover stops after each of its steps in turn; the endings meet every state of a move in every order.
        for steps in 0...8 {
            _ = try await Orders.all { stage in
                let scene = try await MigrationFaultScenario()
                try? await scene.stoppedMove(after: steps)
                let (one, other) = (scene.server(phase, stage, 0), scene.server(.migrating, stage, 1))
                return (
                    [
                        { try await scene.end(one) },
                        { try await scene.end(other) },
                    ],
                    {
                        #expect(scene.count("ended") == 1, "after \(steps) steps")
                        let found = try await scene.found()
                        #expect(found == [.ended, .ended])
                    }
                )
            }
        }
    }

    @Test("of two that create the same id on servers of both phases one is told that it is theirs, in every order")
    func creating() async throws {
        let orders = try await Orders.all { stage in
            let scene = try await MigrationFaultScenario()
            let records = [scene.samples.record(), scene.samples.record()]
            let second = SampleRecords(seed: 2).record(id: records[0].id)
            let servers = [scene.server(.dualRead, stage, 0), scene.server(.migrating, stage, 1)]
            @Sendable func create(_ record: SessionRecord, _ server: some SessionStore) async throws {
                do {
                    try await server.create(record, now: scene.now)
                    scene.note(record == second ? "second" : "first", true)
                } catch let error as SessionStoreError where error.code == .duplicate {}
            }
            return (
                [
                    { try await create(records[0], servers[0]) },
                    { try await create(second, servers[1]) },
                ],
                {
                    #expect(scene.count("first") + scene.count("second") == 1)
                    let winner = scene.count("first") == 1 ? records[0] : second
                    for phase in Self.phases {
                        let found = try await scene.server(phase).load(winner.id, now: scene.now)
                        #expect(found == .found(winner))
                    }
                }
            )
        }
        #expect(orders > 10)
    }

    @Test("with movers, writers and an ending at once nothing is lost before it and nothing comes after it")
    func crowd() async throws {
        try await Orders.some(1_500) { stage in
            let scene = try await MigrationFaultScenario()
            let servers = (0..<5).map { scene.server($0 % 2 == 0 ? .migrating : .dualRead, stage, $0) }
            return (
                [
                    { _ = try await servers[0].load(scene.id, now: scene.now) },
                    { try await scene.increment(servers[1], seed: 1) },
                    { try await scene.increment(servers[2], seed: 2) },
                    { _ = try await servers[3].load(scene.id, now: scene.now) },
                    {
                        try await scene.end(servers[4])
                        await stage.step(4)
                        try await scene.sweep()
                    },
                ],
                {
                    #expect(scene.count("ended") == 1)
                    let found = try await scene.found()
                    #expect(found == [.missing, .missing])
                }
            )
        }
    }

    @Test("with two movers and two writers of both phases every write is counted once")
    func writers() async throws {
        try await Orders.some(1_500) { stage in
            let scene = try await MigrationFaultScenario()
            let servers = (0..<4).map { scene.server($0 % 2 == 0 ? .migrating : .dualRead, stage, $0) }
            return (
                [
                    { _ = try await servers[0].load(scene.id, now: scene.now) },
                    { try await scene.increment(servers[1], seed: 1) },
                    { _ = try await servers[2].load(scene.id, now: scene.now) },
                    { try await scene.increment(servers[3], seed: 2) },
                ],
                {
                    #expect(scene.count("written") == 2)
                    for case .found(let record) in try await scene.found() {
                        #expect(record.values["n"] == .integer(2))
                        scene.note("found", true)
                    }
                    #expect(scene.count("found") == 2)
                }
            )
        }
    }
}
