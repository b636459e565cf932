//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if PostgresNIO && Postgres && SQLite
import LogAudit
import Sessions
import SessionsPostgresNIO
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsPostgres

@Suite(
    "The PostgreSQL store over PostgresNIO", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice),
    .timeLimit(.minutes(5)))
struct PostgresNIOConformanceTests {
    private let samples = SampleRecords()

    @Test(
        "PostgresSessionStore over PostgresNIO keeps the rule",
        .serialized, arguments: StoreConformance.rules)
    func conforms(_ rule: StoreRule) async throws {
        try await PostgresClients.withStore { try await rule.check($0) }
    }

    @Test(
        "a store over PostgresNIO and one on libpq keep the rule as one on one table",
        .serialized, arguments: StoreConformance.rules)
    func conformsBesideLibpq(_ rule: StoreRule) async throws {
        try await SharedPostgres.withTables { configuration in
            let libpq = try SharedPostgres.store(configuration, as: "_USER")
            try await PostgresClients.with(try SharedPostgres.variable("_USER")) { executor in
                let store = try PostgresClients.store(executor, configuration.tables)
                try await rule.check(AlternatingStore([libpq, store]))
            }
            await libpq.shutdown()
        }
    }

    @Test("of twenty stores that start at once one makes the tables, and they are those of libpq")
    func makesTables() async throws {
        let configuration = SharedPostgres.configuration()
        let record = self.samples.record(subject: "ada")
        try await PostgresClients.with(try SharedPostgres.variable()) { executor in
            let stores = try (0..<20).map { _ in try PostgresClients.store(executor, configuration.tables) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for store in stores { group.addTask { try await store.prepare() } }
                try await group.waitForAll()
            }
            try await stores[0].create(record, now: self.samples.now)
        }
        let libpq = try SharedPostgres.store(configuration)
        #expect(try await libpq.load(record.id, now: self.samples.now) == .found(record))
        #expect(try await libpq.sessions(of: "ada", now: self.samples.now) == [record])
        await libpq.shutdown()
        let database = try PostgresDatabase(try SharedPostgres.variable())
        #expect(try await database.tell("SELECT version FROM \(PostgresTable(configuration).version)") == [["1"]])
    }

    @Test(
        "tables that cannot serve are refused in words, and left as they are",
        arguments: PostgresSchemaTests.Refusal.all)
    func refused(_ refusal: PostgresSchemaTests.Refusal) async throws {
        var configuration = SharedPostgres.configuration()
        let first = try SharedPostgres.store(configuration)
        try await first.create(self.samples.record(), now: self.samples.now)
        await first.shutdown()
        let table = PostgresTable(configuration)
        let database = try PostgresDatabase(try SharedPostgres.variable())
        try await refusal.prepare(table, database, &configuration)
        let tables = configuration.tables
        try await PostgresClients.with(try SharedPostgres.variable(refusal.role)) { executor in
            let store = try PostgresClients.store(executor, tables)
            for _ in 0..<2 {
                let error = await #expect(throws: SessionStoreError.self) { try await store.prepare() }
                #expect(error?.code == .unusable)
                #expect(error?.message.contains(refusal.words) == true, "\(String(describing: error))")
            }
        }
        #expect(try await database.tell("SELECT count(*) FROM \(table.sessions)") == [["1"]])
    }

    @Test("all sessions of a user end in steps, and all are counted, paged through and cleared")
    func volume() async throws {
        let count = 3_000
        try await PostgresClients.withStore { store in
            let records = (0..<count).map { _ in self.samples.record(subject: "ada") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for record in records { group.addTask { try await store.create(record, now: self.samples.now) } }
                try await group.waitForAll()
            }
            #expect(try await store.count(now: self.samples.now) == count)
            var (found, cursor) = (Set<SessionID>(), SessionCursor?.none)
            repeat {
                let page = try await store.page(from: cursor, limit: 500, now: self.samples.now)
                found.formUnion(page.records.map(\.id))
                cursor = page.next
            } while cursor != nil
            #expect(found == Set(records.map(\.id)))
            let ended = try await store.endAll(
                of: "ada", except: [records[0].id], tombstoneUntil: self.samples.now + .minutes(1),
                now: self.samples.now)
            #expect(ended == count - 1)
            try await store.clear()
            #expect(try await store.count(now: self.samples.now) == 0)
        }
    }

    @Test("a configuration that cannot be is refused in words")
    func badConfiguration() async throws {
        try await PostgresClients.with(try SharedPostgres.variable("_USER")) { executor in
            var configuration = PostgresTableConfiguration()
            configuration.schema = "A\"B"
            configuration.tablePrefix = "1"
            configuration.lockTimeout = .zero
            let error = #expect(throws: SessionStoreError.self) { try PostgresClients.store(executor, configuration) }
            #expect(error?.code == .unusable)
            for word in ["schema", "tablePrefix", "lockTimeout"] { #expect(error?.message.contains(word) == true) }
        }
    }

    @Test("a store that was shut down answers no call, and leaves the client of the application alone")
    func shutdown() async throws {
        try await SharedPostgres.withTables { tables in
            try await PostgresClients.with(try SharedPostgres.variable("_USER")) { executor in
                let (store, other) = (
                    try PostgresClients.store(executor, tables.tables),
                    try PostgresClients.store(executor, tables.tables)
                )
                try await store.prepare()
                await store.shutdown()
                await #expect(throws: SessionStoreError.self) { try await store.prepare() }
                await #expect(throws: SessionStoreError.self) { try await store.count(now: self.samples.now) }
                #expect(try await other.count(now: self.samples.now) == 0)
            }
        }
    }

    @Test("no value is in a description of what is sent or what comes back")
    func descriptions() throws {
        let record = self.samples.record(subject: "opensesame")
        let parameters = PostgresSessionRow.parameters(of: record, now: self.samples.now)
        let command = PostgresCommand(PostgresStatement(number: 1, sql: "SELECT 1"), parameters, .readOnly)
        let cell = "opensesame".utf8.withContiguousStorageIfAvailable { PostgresReply.Cell(typeID: 17, .init($0)) }
        let reply = PostgresReply(rows: [PostgresReply.Row([try #require(cell)])])
        for value in [command, parameters, reply, reply.rows, PostgresReply.Cell.null] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            #expect(!dumped.contains("opensesame") && !"\(value)".contains("opensesame"))
            #expect(!dumped.contains("111, 112, 101, 110"))
        }
    }
}
#endif
