//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import Testing

@testable import SessionsPostgres

@Suite(
    "The tables of PostgreSQL", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice),
    .timeLimit(.minutes(10)))
struct PostgresSchemaTests {
    private let samples = SampleRecords()

    @Test("of fifty servers that start at once one makes the tables")
    func fiftyStarts() async throws {
        var configuration = SharedPostgres.configuration()
        configuration.maximumConnectionCount = 1
        let record = self.samples.record()
        let stores = try (0..<50).map { _ in try SharedPostgres.store(configuration) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores { group.addTask { try await store.prepare() } }
            try await group.waitForAll()
        }
        try await stores[0].create(record, now: self.samples.now)
        #expect(try await stores[49].load(record.id, now: self.samples.now) == .found(record))
        let database = try PostgresDatabase(try SharedPostgres.variable())
        #expect(try await database.tell("SELECT version FROM \(PostgresTable(configuration).version)") == [["1"]])
        for store in stores { await store.shutdown() }
    }

    @Test("tables that cannot serve are refused in words, and left as they are", arguments: Refusal.all)
    func refused(_ refusal: Refusal) async throws {
        var configuration = SharedPostgres.configuration()
        let (first, record) = (try SharedPostgres.store(configuration), self.samples.record())
        try await first.create(record, now: self.samples.now)
        await first.shutdown()
        let table = PostgresTable(configuration)
        let database = try PostgresDatabase(try SharedPostgres.variable())
        try await refusal.prepare(table, database, &configuration)
        let store = try SharedPostgres.store(configuration, as: refusal.role)
        for _ in 0..<2 {
            let error = await #expect(throws: SessionStoreError.self) { try await store.prepare() }
            #expect(error?.code == .unusable)
            #expect(error?.message.contains(refusal.words) == true, "\(String(describing: error))")
        }
        await store.shutdown()
        #expect(try await database.tell("SELECT count(*) FROM \(table.sessions)") == [["1"]])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        var role = ""
        let prepare: @Sendable (PostgresTable, PostgresDatabase, inout PostgresStoreConfiguration) async throws -> Void

        static let all = [
            Refusal(testDescription: "a newer schema", words: "written by a newer version") { table, database, _ in
                try await database.tell("UPDATE \(table.version) SET version = 2")
            },
            Refusal(testDescription: "another's table", words: "refused to make it") { table, database, _ in
                try await database.tell("DROP TABLE \(table.version)")
            },
            Refusal(testDescription: "a table that is to be unlogged", words: "SET UNLOGGED") { _, _, configuration in
                configuration.isUnlogged = true
            },
            Refusal(testDescription: "a table that is unlogged", words: "SET LOGGED") { table, database, _ in
                try await database.tell("ALTER TABLE \(table.sessions) SET UNLOGGED")
            },
            Refusal(testDescription: "no rights", words: "rights", role: "_USER") { _, _, _ in },
        ]
    }

    @Test("the statements of requests use the indexes, also with the plans that PostgreSQL keeps")
    func plans() async throws {
        let configuration = SharedPostgres.configuration()
        let store = try SharedPostgres.store(configuration)
        try await store.prepare()
        await store.shutdown()
        let table = PostgresTable(configuration)
        let database = try PostgresDatabase(try SharedPostgres.variable())
        try await database.tell(
            """
            INSERT INTO \(table.sessions) SELECT gen_random_uuid(), 1, 1, n, n, n, n, ('user' || n / 5)::bytea, 'x'
                FROM generate_series(1, 20000) AS n;
            ANALYZE \(table.sessions);
            SET plan_cache_mode = force_generic_plan
            """
        )
        let statements = PostgresStatements(table, lockTimeout: .seconds(1))
        let (id, byDueTime, bySubject) = ("sessions_pkey", "sessions_by_due_time", "sessions_by_subject_and_id")
        for (statement, types, index) in [
            (statements.load, "uuid, int8", id),
            (statements.replace, "uuid, int8, int8, int8, int8, int8, bytea, bytea, int8, int8, int8", id),
            (statements.touch, "uuid, int8, int8, int8", id),
            (statements.end, "uuid[], int8, int8", id),
            (statements.sessions, "bytea, int8, uuid, int8", bySubject),
            (statements.endAll, "bytea, int8, int8, uuid[], uuid, int8, uuid", bySubject),
            (statements.page, "uuid, int8, int8", id),
            (statements.clear, "uuid, int8, uuid", id),
            (statements.sweep, "int8, int8", byDueTime),
        ] {
            try await database.tell("PREPARE s\(statement.number) (\(types)) AS \(statement.sql)")
            let nulls = types.split(separator: ",").map { _ in "NULL" }.joined(separator: ", ")
            let plan = try await database.tell("EXPLAIN (COSTS OFF) EXECUTE s\(statement.number) (\(nulls))")
                .compactMap { $0.first ?? nil }.joined(separator: "\n")
            #expect(plan.contains(index), "\(plan)")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
    }

    @Test("tables of the version before are served at once, also where the index that they lack cannot be made")
    func upgrade() async throws {
        let configuration = SharedPostgres.configuration()
        let table = PostgresTable(configuration)
        let database = try PostgresDatabase(try SharedPostgres.variable())
        // As that version made them.
        try await database.tell(
            """
            CREATE TABLE \(table.version) (version int4 NOT NULL);
            INSERT INTO \(table.version) VALUES (1);
            CREATE TABLE \(table.sessions) (
                id uuid PRIMARY KEY,
                version_counter int8 NOT NULL,
                version_tag int8 NOT NULL,
                last_accessed_at int8 NOT NULL,
                expires_at int8 NOT NULL,
                absolute_expires_at int8 NOT NULL,
                due_at int8 NOT NULL,
                subject bytea,
                record bytea
            ) WITH (fillfactor = 70);
            CREATE INDEX \(table.index("by_due_time")) ON \(table.sessions) (due_at);
            CREATE INDEX \(table.index("by_subject")) ON \(table.sessions) (sha256(subject)) WHERE subject IS NOT NULL
            """
        )
        let record = self.samples.record(subject: "ada")
        let hex = SessionRecordCodec.encode(record).map { String(format: "%02x", $0) }.joined()
        let times = [record.lastAccessedAt, record.expiresAt, record.absoluteExpiresAt, record.expiresAt]
            .map { "\($0.millisecondsSince1970)" }.joined(separator: ", ")
        try await database.tell(
            """
            INSERT INTO \(table.sessions) VALUES ('\(String(format: "%016lx%016lx", record.id.high, record.id.low))',
                \(record.version.counter), \(Int64(bitPattern: record.version.tag)), \(times), 'ada', '\\x\(hex)')
            """,
            try SharedPostgres.variable("_GRANTS").replacing(
                " ON sessions.", with: " ON sessions.\(configuration.tablePrefix)")
        )
        for (role, index) in [("_USER", "by_subject"), ("", "by_subject_and_id")] {
            let store = try SharedPostgres.store(configuration, as: role)
            try await store.prepare()
            #expect(try await store.sessions(of: "ada", now: self.samples.now) == [record])
            await store.shutdown()
            let indexes = try await database.tell(
                "SELECT indexname FROM pg_indexes WHERE tablename = '\(configuration.tablePrefix)sessions' ORDER BY 1")
            let names = ["by_due_time", index, "pkey"].map { "\(configuration.tablePrefix)sessions_\($0)" }
            #expect(indexes == names.map { [$0] })
        }
        #expect(try await database.tell("SELECT version FROM \(table.version)") == [["1"]])
    }

    @Test("a touch and an ordinary write change no index (HOT)")
    func hotUpdates() async throws {
        let configuration = SharedPostgres.configuration()
        let store = try SharedPostgres.store(configuration)
        let now = self.samples.now
        var record = self.samples.record(subject: "ada")
        try await store.create(record, now: now)
        for step in 1...10 {
            let next = self.samples.next(record)
            #expect(try await store.replace(next, ifVersion: record.version, now: now) == .replaced)
            record = next
            let touch = SessionTouch(lastAccessedAt: now, expiresAt: now + .minutes(20 + step))
            #expect(try await store.touch(record.id, touch, now: now))
        }
        // What a session of PostgreSQL has counted it says at its end at the latest.
        await store.shutdown()
        let database = try PostgresDatabase(try SharedPostgres.variable())
        let name = configuration.tablePrefix + "sessions"
        var counts: [[String?]] = []
        repeat {
            counts = try await database.tell(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = '\(name)'")
        } while counts.first?.first != "20"
        #expect(counts == [["20", "20"]])
    }
}
#endif
