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

@Suite("Moves that are cut off")
struct MoveFaultTests {
    private static let phases: [MigrationPhase] = [.dualRead, .migrating]

    /// Every call of an operation, and whether it is lost on the way there or on the way back.
    private func everyFault(_ body: (_ calls: Int, _ losesReply: Bool) async throws -> Bool) async throws -> Int {
        var calls = 0
        while calls < 100 {
            var isDone = true
            for losesReply in [false, true] {
                isDone = try await body(calls, losesReply) && isDone
            }
            if isDone { return calls }
            calls += 1
        }
        return calls
    }

    /// Runs an operation whose connection may be lost.
    ///
    /// - Returns: Whether it came to its end.
    private func attempt(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch let error as SessionStoreError where error.code == .unavailable {
            return false
        }
    }

    @Test(
        "a move that is cut off at any of its calls fails, and the next request finds the session", arguments: phases)
    func moving(next: MigrationPhase) async throws {
        let calls = try await self.everyFault { calls, losesReply in
            let scenario = try await MigrationFaultScenario()
            let isDone = try await self.attempt {
                let server = scenario.server(.migrating, losingConnectionAfter: calls, losesReply: losesReply)
                let found = try await server.load(scenario.id, now: scenario.now)
                #expect(found == .found(scenario.record))
            }
            let found = try await scenario.found(next)
            #expect(found == [.found(scenario.record), .found(scenario.record)], "after \(calls) calls")
            let server = scenario.server(next)
            try await scenario.increment(server, seed: 3)
            #expect(scenario.count("written") == 1)
            return isDone
        }
        #expect(calls == 8)
    }

    @Test(
        "an ending that is cut off at any call can be repeated, and then nothing is left", arguments: phases,
        [0, 4, 6, 8])
    func ending(phase: MigrationPhase, steps: Int) async throws {
        _ = try await self.everyFault { calls, losesReply in
            let scenario = try await MigrationFaultScenario()
            try? await scenario.stoppedMove(after: steps)
            let isDone = try await self.attempt {
                try await scenario.end(scenario.server(phase, losingConnectionAfter: calls, losesReply: losesReply))
            }
            if !isDone {
                let error = await #expect(throws: SessionStoreError.self) { try await scenario.stoppedMove(after: 0) }
                #expect(error?.code == .unavailable)
                try await scenario.end(scenario.server(phase))
            }
            let found = try await scenario.found()
            #expect(found == [.ended, .ended])
            try await scenario.sweep()
            let later = try await scenario.found()
            #expect(later == [.missing, .missing])
            return isDone
        }
    }

    @Test("a creation that is cut off at any call leaves the whole session or none", arguments: phases)
    func creating(phase: MigrationPhase) async throws {
        _ = try await self.everyFault { calls, losesReply in
            let scenario = try await MigrationFaultScenario()
            let record = scenario.samples.record(subject: "ada")
            let isDone = try await self.attempt {
                try await scenario.server(phase, losingConnectionAfter: calls, losesReply: losesReply)
                    .create(record, now: scenario.now)
            }
            for other in Self.phases {
                let found = try await scenario.server(other).load(record.id, now: scenario.now)
                #expect(found == .found(record) || !isDone && found == .missing)
                let listed = try await scenario.server(other).sessions(of: "ada", now: scenario.now)
                #expect(listed == (found == .missing ? [] : [record]))
            }
            return isDone
        }
    }

    @Test(
        "a write whose reply was lost is recognized when it is tried again after the session has moved",
        arguments: phases)
    func lostReply(phase: MigrationPhase) async throws {
        let scenario = try await MigrationFaultScenario()
        let next = scenario.samples.next(scenario.record, values: ["n": .integer(1)])
        let plain = try await scenario.old.replace(next, ifVersion: scenario.record.version, now: scenario.now)
        #expect(plain == .replaced, "its reply is lost")
        for steps in 0...8 {
            try? await scenario.stoppedMove(after: steps)
            let again = try await scenario.server(phase).replace(
                next, ifVersion: scenario.record.version, now: scenario.now)
            #expect(again == .replaced)
        }
        let found = try await scenario.found()
        #expect(found == [.found(next), .found(next)])
    }
}

extension MigrationFaultScenario {
    /// A server that loses its connection after some calls.
    func server(
        _ phase: MigrationPhase,
        losingConnectionAfter calls: Int,
        losesReply: Bool = false
    ) -> MigratingSessionStore<DistantStore, DistantStore> {
        let connection = LostConnection(after: calls, losesReply: losesReply)
        return MigratingSessionStore(
            from: DistantStore(base: self.old, connection: connection),
            to: DistantStore(base: self.new, connection: connection),
            phase: phase
        )
    }

    /// A move that stops after some calls.
    func stoppedMove(after calls: Int) async throws {
        _ = try await self.server(.migrating, losingConnectionAfter: calls).load(self.id, now: self.now)
    }
}
