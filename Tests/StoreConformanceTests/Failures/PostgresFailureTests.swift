//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsPostgres
import SessionsTesting
import TestSupport
import Testing

@Suite(
    "When PostgreSQL fails",
    .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized, .timeLimit(.minutes(10)))
struct PostgresFailureTests {
    @Test(
        "PostgreSQL fails: no one is logged out or someone else, strangers notice nothing, and then all is as before",
        arguments: PostgresTrouble.all)
    func trouble(_ trouble: PostgresTrouble) async throws {
        try await PostgresFaultScenario.with { scenario in
            let harness = scenario.harness
            try await harness.expectRecovery(
                leavesReading: trouble.leavesReading,
                closesConnections: true,
                begin: { try await trouble.begin(scenario) },
                end: { try await trouble.end(scenario) }
            )
            #expect(try await scenario.store.count(now: harness.clock.now) == 1)
        }
    }

    @Test("a PostgreSQL that is away costs requests next to nothing once that is known")
    func cheapOutage() async throws {
        try await PostgresFaultScenario.with { scenario in
            let ada = try await scenario.harness.loggedIn("ada")
            scenario.server.freeze()
            for _ in 0..<5 { await scenario.harness.expectOutage(ada, "until the circuit opens") }
            let begin = ContinuousClock.now
            for _ in 0..<1_000 { _ = try? await scenario.harness.visit(ada) }
            #expect(ContinuousClock.now - begin < .seconds(20), "two thousand seconds, if each waited for its deadline")
            scenario.server.thaw()
            scenario.harness.letPausesPass()
            try await scenario.harness.expectServedSoon(ada, "ada")
        }
    }

    @Test("after connections were closed by pg_terminate_backend, the next request is served")
    func closedConnections() async throws {
        try await PostgresFaultScenario.with { scenario in
            let ada = try await scenario.harness.loggedIn("ada")
            for _ in 0..<5 {
                try await scenario.server.closeConnections()
                try await scenario.harness.expectServed(ada, "ada", "on another connection")
            }
        }
    }

    @Test("while pg_terminate_backend rages, counters have what was acknowledged, and at most what was not answered")
    func terminatedUnderLoad() async throws {
        try await PostgresFaultScenario.with { scenario in
            let harness = scenario.harness
            let ada = try await harness.loggedIn("ada")
            let (acknowledged, unanswered) = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var (acknowledged, unanswered) = (0, 0)
                        for _ in 0..<50 {
                            do {
                                try await harness.visit(ada) { session in
                                    #expect(session.subject == "ada" && session[.owner] == "ada")
                                    session[.visits] += 1
                                }
                                acknowledged += 1
                            } catch let error as SessionError where error.code == .storeUnavailable {
                                unanswered += 1
                                harness.clock.advance(by: .seconds(1))
                            }
                        }
                        return (acknowledged, unanswered)
                    }
                }
                group.addTask {
                    for _ in 0..<20 { try await scenario.server.closeConnections() }
                    return (0, 0)
                }
                return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
            }
            harness.letPausesPass()
            try await harness.expectServedSoon(ada, "ada")
            try await harness.visit(ada) { session in
                #expect(session[.visits] >= acknowledged && session[.visits] <= acknowledged + unanswered)
            }
        }
    }

    @Test("a server that gives no more connections is used by those that are there")
    func connectionLimit() async throws {
        try await PostgresFaultScenario.with({ $0.maximumConnectionCount = 8 }) { scenario in
            let samples = SampleRecords()
            try await scenario.server.tell("ALTER ROLE sessions CONNECTION LIMIT 2")
            try await scenario.store.prepare()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    let record = samples.record()
                    group.addTask {
                        try await scenario.store.create(record, now: samples.now)
                        #expect(try await scenario.store.load(record.id, now: samples.now) == .found(record))
                    }
                }
                try await group.waitForAll()
            }
            // A process that PostgreSQL refuses is there for a moment.
            while try await ![1, 2].contains(scenario.processCount()) { await Task.yield() }
        }
    }

    @Test("an ending that was acknowledged is there after PostgreSQL was killed, and so is every write before it")
    func durability() async throws {
        try await PostgresFaultScenario.with(options: ["fsync=on"]) { scenario in
            let (samples, store) = (SampleRecords(), scenario.store)
            let (kept, ended) = (samples.record(subject: "ada"), samples.record(subject: "ada"))
            try await store.create(kept, now: samples.now)
            try await store.create(ended, now: samples.now)
            let next = samples.next(kept, values: ["a": .string("b")])
            #expect(try await store.replace(next, ifVersion: kept.version, now: samples.now) == .replaced)
            #expect(try await store.end(ended.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now))
            scenario.server.kill()
            try await scenario.server.start()
            scenario.harness.letPausesPass()
            #expect(try await self.twice { try await store.load(ended.id, now: samples.now) } == .ended)
            #expect(try await store.load(kept.id, now: samples.now) == .found(next))
            #expect(try await store.sessions(of: "ada", now: samples.now) == [next])
        }
    }

    @Test("an unlogged table is empty after a crash of PostgreSQL, and serves again")
    func unlogged() async throws {
        try await PostgresFaultScenario.with({ $0.isUnlogged = true }) { scenario in
            let (samples, store) = (SampleRecords(), scenario.store)
            let record = samples.record()
            try await store.create(record, now: samples.now)
            scenario.server.kill()
            try await scenario.server.start()
            scenario.harness.letPausesPass()
            #expect(try await self.twice { try await store.load(record.id, now: samples.now) } == .missing)
            try await store.create(record, now: samples.now)
            #expect(try await store.load(record.id, now: samples.now) == .found(record))
        }
    }

    /// A call whose first attempt may find out that its connection has been closed.
    private func twice<Value>(_ call: () async throws -> Value) async throws -> Value {
        do { return try await call() } catch is SessionStoreError { return try await call() }
    }

    @Test("a cancelled call returns at once, whatever it waits for, and the connections are good afterwards")
    func cancellation() async throws {
        try await PostgresFaultScenario.with({
            $0.maximumConnectionCount = 3
            $0.statementTimeout = .minutes(1)
            $0.callDeadline = .minutes(2)
        }) { scenario in
            try await scenario.expectCancelledCallsReturn(connectionCount: 3)
            // A statement that was cancelled while it had the lock ends a moment later.
            while try await scenario.processCount("state = 'active'") != 0 { await Task.yield() }
        }
    }
}

extension PostgresFaultScenario {
    /// How many processes of PostgreSQL serve the store, or those in a state.
    func processCount(_ condition: String = "true") async throws -> Int? {
        let rows = try await self.server.tell(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'sessions' AND \(condition)")
        return rows.first?.first?.flatMap { Int($0) }
    }
}

extension SessionKey<Int> {
    fileprivate static var visits: Self { .counter("visits") }
}
#endif
