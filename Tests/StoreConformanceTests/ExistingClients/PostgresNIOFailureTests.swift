//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if PostgresNIO && Postgres && Redis && SQLite
import LogAudit
import Sessions
import SessionsPostgresNIO
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsPostgres

@Suite(
    "When the server of PostgresNIO fails",
    .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized, .timeLimit(.minutes(5)))
struct PostgresNIOFailureTests {
    private let samples = SampleRecords()

    @Test(
        "over PostgresNIO no user is logged out or taken for another, visitors are served, and then all is as before",
        arguments: PostgresTrouble.all)
    func trouble(_ trouble: PostgresTrouble) async throws {
        try await Self.with { scenario, _ in
            let harness = scenario.harness
            try await scenario.store.serves()
            try await harness.expectRecovery(
                leavesReading: trouble.leavesReading,
                closesConnections: true,
                begin: { try await trouble.begin(scenario) },
                end: {
                    try await trouble.end(scenario)
                    try await scenario.store.serves()
                }
            )
            #expect(try await scenario.store.count(now: harness.clock.now) == 1)
        }
    }

    @Test("the client of a store over PostgresNIO keeps the rule", arguments: StoreClientConformance.rules)
    func lostReplies(_ rule: StoreClientRule) async throws {
        try await Self.with(maximumConnectionCount: 1, callDeadline: .minutes(2)) { scenario, _ in
            let observer = try PostgresSessionStore(scenario.server.string(), logger: LogAudit.logger())
            let client = StoreClientUnderTest(
                scenario.store, observer: observer,
                holdReplies: { scenario.proxy.make(.slow(.hours(1))) },
                loseReplies: {
                    scenario.proxy.make(.none)
                    scenario.proxy.cutAll()
                }
            )
            try await rule.check(client)
            await observer.shutdown()
        }
    }

    @Test("tables that were dropped are made again by a server that runs", arguments: PostgresFaultScenario.drops)
    func droppedTables(_ drop: String) async throws {
        try await Self.with { scenario, _ in try await scenario.expectMadeAgain(after: drop) }
    }

    @Test("while PostgreSQL is killed again and again, no statement is executed twice")
    func killed() async throws {
        try await Self.with(maximumConnectionCount: 16) { scenario, executor in
            try await scenario.store.serves()
            try await scenario.server.tell(
                "CREATE TABLE sessions.counters (id int8, n int8 NOT NULL)",
                "INSERT INTO sessions.counters SELECT id, 0 FROM generate_series(0, 15) AS id",
                "GRANT SELECT, UPDATE ON sessions.counters TO sessions")
            let run = KillRun()
            try await run.run(killCount: 3, interval: 100) { task in
                // A row for each task, so that none waits for another.
                let increment = PostgresCommand(
                    PostgresStatement(number: 99, sql: "UPDATE sessions.counters SET n = n + 1 WHERE id = $1"),
                    [.integer(Int64(task))], .nonIdempotent)
                do {
                    return try await executor.execute(increment).changedCount == 1 ? .acknowledged : .unknown
                } catch let error as PostgresError {
                    return error.mayHaveRun ? .unknown : .notPerformed
                }
            } restart: {
                scenario.server.kill()
                try await scenario.server.start()
            }
            let rows = try await scenario.server.tell("SELECT sum(n)::int8 FROM sessions.counters")
            run.expect(counted: try #require(rows.first?.first.flatMap { $0 }.flatMap { Int($0) }))
        }
    }

    @Test("a statement that is not answered ends by its deadline, and its connection does not serve another")
    func deadline() async throws {
        try await Self.with(maximumConnectionCount: 1, callDeadline: .milliseconds(500)) { scenario, _ in
            let (store, now) = (scenario.store, self.samples.now)
            try await store.serves()
            let record = self.samples.record()
            try await store.create(record, now: now)
            scenario.proxy.make(.halfOpen)
            let begin = ContinuousClock.now
            let error = await #expect(throws: SessionStoreError.self) { try await store.load(record.id, now: now) }
            #expect(error?.code == .deadlineExceeded)
            let engine = await #expect(throws: SessionStoreError.self) {
                try await SessionStoreDeadline.with(.now) { try await store.load(record.id, now: now) }
            }
            #expect(engine?.code == .deadlineExceeded)
            #expect(ContinuousClock.now - begin < .seconds(20))
            scenario.proxy.make(.none)
            try await store.serves()
            #expect(try await store.load(record.id, now: now) == .found(record))
        }
    }

    @Test("a cancelled call returns at once, whatever it waits for, and the connections are good afterwards")
    func cancellation() async throws {
        try await Self.with(maximumConnectionCount: 3, callDeadline: .minutes(2)) { scenario, _ in
            try await scenario.server.tell("ALTER ROLE sessions RESET statement_timeout")
            try await scenario.server.closeConnections()
            try await scenario.store.serves()
            try await scenario.expectCancelledCallsReturn(connectionCount: 3)
        }
    }

    /// The scenario of the store's own client, with a store over PostgresNIO.
    private static func with(
        maximumConnectionCount: Int = 4,
        callDeadline: Duration = .seconds(4),
        _ body: (PostgresFaultScenario, PostgresClientExecutor) async throws -> Void
    ) async throws {
        try await PostgresFaultScenario.with { scenario in
            if callDeadline < .minutes(1) {
                // As the documentation of the executor advises.
                try await scenario.server.tell("ALTER ROLE sessions SET statement_timeout = '1500ms'")
            }
            try await PostgresClients.with(
                scenario.server.string(), port: scenario.proxy.port, maximumConnectionCount: maximumConnectionCount,
                callDeadline: callDeadline
            ) { executor in
                let store = try PostgresClients.store(executor)
                let harness = try FailingHarness(store, clock: scenario.harness.clock, deadline: .seconds(5))
                let over = PostgresFaultScenario(
                    server: scenario.server, proxy: scenario.proxy, store: store, harness: harness)
                try await body(over, executor)
            }
        }
    }
}
#endif
