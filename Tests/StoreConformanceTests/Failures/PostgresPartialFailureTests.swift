//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsPostgres

@Suite(
    "When a part of PostgreSQL fails",
    .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized, .timeLimit(.minutes(10)))
struct PostgresPartialFailureTests {
    private let samples = SampleRecords()

    @Test("a row that another transaction has locked is busy, and costs no one else anything")
    func lockedRow() async throws {
        try await PostgresFaultScenario.with({ $0.statementTimeout = .milliseconds(800) }) { scenario in
            let harness = scenario.harness
            let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
            try await harness.visit(ada) { $0[.count] += 1 }
            let locked = try #require(try await scenario.store.sessions(of: "ada", now: harness.clock.now).first)
            let locker = try PostgresDatabase(scenario.server.string(as: "postgres"))
            try await locker.tell("BEGIN", "SELECT FROM sessions.sessions WHERE subject = 'ada' FOR UPDATE")
            // More than open the circuit, with nothing in between that closes it.
            for _ in 0..<8 { await harness.expectOutage(ada, "a write to the locked row") { $0[.count] += 1 } }
            try await harness.visit(alan) { $0[.count] += 1 }
            try await harness.expectServed(ada, "ada", "reads go on, too")
            let next = self.samples.next(locked)
            let touch = SessionTouch(lastAccessedAt: harness.clock.now, expiresAt: harness.clock.now + .minutes(30))
            let (now, store) = (harness.clock.now, scenario.store)
            for write in [
                { _ = try await store.replace(next, ifVersion: locked.version, now: now) },
                { _ = try await store.touch(locked.id, touch, now: now) },
                { _ = try await store.end(locked.id, tombstoneUntil: now + .minutes(1), now: now) },
                { _ = try await store.endAll(of: "ada", except: [], tombstoneUntil: now + .minutes(1), now: now) },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: SessionStoreError.self) { try await write() }
                #expect(error?.code == .recordBusy)
            }
            try await locker.tell("ROLLBACK")
            try await harness.visit(ada) { $0[.count] += 1 }
            try await harness.visit(alan) { #expect($0[.count] == 1) }
        }
    }

    @Test("a server that takes no writes answers every read, on the connections that there are")
    func readOnly() async throws {
        try await PostgresFaultScenario.with({ $0.maximumConnectionCount = 1 }) { scenario in
            let harness = scenario.harness
            let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
            try await scenario.server.tell("ALTER ROLE sessions SET default_transaction_read_only = on")
            try await scenario.server.closeConnections()
            try await harness.expectServed(alan, "alan", "on a new connection")
            let process = try await scenario.processID()
            for _ in 0..<20 {
                let error = await #expect(throws: SessionStoreError.self) {
                    try await scenario.store.create(self.samples.record(), now: self.samples.now)
                }
                #expect((error?.underlying as? PostgresError)?.sqlState == "25006")
                await harness.expectOutage(ada, "a write") { $0[.count] += 1 }
                try await harness.expectServed(alan, "alan", "a read after it")
            }
            #expect(try await scenario.processID() == process, "another connection would lead to the same server")
            try await scenario.server.tell("ALTER ROLE sessions RESET default_transaction_read_only")
            // It may be another server by now.
            harness.letPausesPass()
            await harness.expectOutage(ada, "the last one on the old connection") { $0[.count] += 1 }
            harness.letPausesPass()
            try await harness.visit(ada) { $0[.count] += 1 }
            #expect(try await scenario.processID() != process)
        }
    }

    @Test(
        "while commits wait for a standby that is not there, the store has no more processes than connections, and reads"
    )
    func missingStandby() async throws {
        let options = ["synchronous_standby_names=missing", "synchronous_commit=local"]
        try await PostgresFaultScenario.with(
            options: options,
            {
                $0.maximumConnectionCount = 3
                $0.callDeadline = .milliseconds(700)
            }
        ) { scenario in
            let (store, now) = (scenario.store, self.samples.now)
            let record = self.samples.record()
            try await store.create(record, now: now)
            try await scenario.server.tell("ALTER ROLE sessions SET synchronous_commit = on")
            try await scenario.server.closeConnections()
            #expect(try await store.load(record.id, now: now) == .found(record))
            for _ in 0..<8 {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            await #expect(throws: SessionStoreError.self) {
                                try await store.create(self.samples.record(), now: now)
                            }
                        }
                    }
                }
                #expect(try await store.load(record.id, now: now) == .found(record))
                #expect(try #require(await scenario.processCount()) <= 3)
            }
            try await scenario.server.tell("ALTER ROLE sessions RESET synchronous_commit")
            try await scenario.server.closeConnections()
            #expect(try await store.load(record.id, now: now) == .found(record))
            let other = self.samples.record()
            try await store.create(other, now: now)
            #expect(try await store.load(other.id, now: now) == .found(other))
        }
    }

    @Test("a server that hangs keeps its connections, and they serve again when it goes on")
    func frozen() async throws {
        try await PostgresFaultScenario.with({
            $0.maximumConnectionCount = 2
            $0.callDeadline = .milliseconds(700)
        }) { scenario in
            let (store, now) = (scenario.store, self.samples.now)
            let record = self.samples.record()
            try await store.create(record, now: now)
            scenario.server.freeze()
            for _ in 0..<4 {
                await #expect(throws: SessionStoreError.self) { _ = try await store.load(record.id, now: now) }
            }
            scenario.server.thaw()
            scenario.harness.letPausesPass()
            // The first may find that the server has not yet noticed.
            var result: SessionLoadResult?
            while result == nil { result = try? await store.load(record.id, now: now) }
            #expect(result == .found(record))
        }
    }

    @Test("tables that were dropped are made again by a server that runs", arguments: PostgresFaultScenario.drops)
    func droppedTables(_ drop: String) async throws {
        try await PostgresFaultScenario.with { scenario in
            let store = scenario.store
            try await scenario.expectMadeAgain(after: drop)
            // What writes without having read finds it out as well.
            try await scenario.server.tell(drop)
            let record = self.samples.record()
            try await store.create(record, now: self.samples.now)
            #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
        }
    }

    @Test("a write whose reply was lost counts once when another server has written since: it is answered with 503")
    func lostReply() async throws {
        try await PostgresFaultScenario.with({
            $0.maximumConnectionCount = 1
            $0.callDeadline = .seconds(60)
            $0.statementTimeout = .seconds(60)
        }) { scenario in
            let direct = try PostgresSessionStore(scenario.server.string(), logger: LogAudit.logger())
            let (harness, clock) = (scenario.harness, scenario.harness.clock)
            let other = try FailingHarness(direct, clock: clock, deadline: .seconds(60))
            let patient = try FailingHarness(scenario.store, clock: clock, deadline: .seconds(60))
            let ada = try await harness.loggedIn("ada")
            for _ in 0..<3 { try await patient.visit(ada) { $0[.count] += 1 } }
            let before = try await direct.sessions(of: "ada", now: clock.now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let error = await #expect(throws: SessionError.self) {
                        try await patient.visit(ada) { session in
                            session[.count] += 1
                            // What it read is there, and what it writes is not answered.
                            scenario.proxy.make(.slow(.hours(1)))
                        }
                    }
                    #expect(error?.code == .storeUnavailable)
                }
                while try await direct.sessions(of: "ada", now: clock.now) == before { await Task.yield() }
                try await other.visit(ada) { $0[.count] += 1 }
                scenario.proxy.make(.none)
                scenario.proxy.cutAll()
                try await group.waitForAll()
            }
            // Four were acknowledged, and one was not.
            try await other.visit(ada) { #expect($0[.count] == 5) }
            await direct.shutdown()
        }
    }
}

extension PostgresFaultScenario {
    /// Which process of the server the store speaks to, if it has one connection.
    fileprivate func processID() async throws -> UInt64? {
        try await self.store.pool.execute(.reading(sql: "SELECT pg_backend_pid()::int8")).rows.first?.word(0)
    }
}

extension SessionKey<Int> {
    fileprivate static var count: Self { .counter("count") }
}
#endif
