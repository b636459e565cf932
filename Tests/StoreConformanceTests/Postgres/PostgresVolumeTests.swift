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
    "Many sessions in PostgreSQL", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
    .timeLimit(.minutes(10)))
struct PostgresVolumeTests {
    private static let count = 200_000
    private static let zero = "'00000000-0000-0000-0000-000000000000'"
    private let samples = SampleRecords()

    /// Fills a table that a store has made: one user has many sessions, and some of them have expired and
    /// are not swept.
    ///
    /// - Parameter isAnalyzed: Whether the planner knows how many sessions the user has.
    private func fill(
        _ table: PostgresTable,
        _ database: PostgresDatabase,
        isExpired: String,
        isAnalyzed: Bool = true
    ) async throws {
        try await database.tell(
            """
            ALTER TABLE \(table.sessions) SET (autovacuum_enabled = \(isAnalyzed));
            INSERT INTO \(table.sessions)
                SELECT gen_random_uuid(), 1, 1, 0, ends, 10, ends, 'ada', 'x'
                FROM (SELECT CASE WHEN \(isExpired) THEN 0 ELSE 10 END AS ends
                    FROM generate_series(1, \(Self.count)) AS n) AS times;
            INSERT INTO \(table.sessions)
                SELECT gen_random_uuid(), 1, 1, 0, 10, 10, 10, ('user' || n / 5)::bytea, 'x'
                FROM generate_series(1, 10000) AS n;
            \(isAnalyzed ? "ANALYZE \(table.sessions);" : "")
            SET plan_cache_mode = force_generic_plan
            """
        )
    }

    @Test(
        "a page, and a step that ends sessions, read as many rows as they are long, of a user with 200,000",
        arguments: [true, false], ["force_generic_plan", "force_custom_plan"])
    func rowsRead(isAnalyzed: Bool, plans: String) async throws {
        let configuration = SharedPostgres.configuration()
        let store = try SharedPostgres.store(configuration)
        try await store.prepare()
        await store.shutdown()
        let (table, database) = (PostgresTable(configuration), try PostgresDatabase(try SharedPostgres.variable()))
        try await self.fill(table, database, isExpired: "n % 2 = 0", isAnalyzed: isAnalyzed)
        try await database.tell("SET plan_cache_mode = \(plans)")
        let statements = PostgresStatements(table, lockTimeout: .seconds(1))
        let endAllTypes = "bytea, int8, int8, uuid[], uuid, int8, uuid"
        let zero = Self.zero
        let ids = try await database.tell(
            // The last ones of ada: the first, and those of user7, were ended by then, and an index has two entries of
            // a row that was.
            """
            SELECT array_agg(id)
            FROM (SELECT id FROM \(table.sessions) WHERE subject = 'ada' ORDER BY id DESC LIMIT 100) AS few
            """)
        let several = try #require(ids.first?.first ?? nil)
        for (statement, types, values) in [
            (statements.sessions, "bytea, int8, uuid, int8", "'ada', 5, \(zero), 100"),
            (statements.sessions, "bytea, int8, uuid, int8", "'user7', 5, \(zero), 100"),
            (statements.endAll, endAllTypes, "'ada', 5, 20, '{}', \(zero), 100, \(zero)"),
            (statements.endAll, endAllTypes, "'user7', 5, 20, '{}', \(zero), 100, \(zero)"),
            (statements.page, "uuid, int8, int8", "\(zero), 5, 100"),
            (statements.end, "uuid[], int8, int8", "'\(several)', 20, 5"),
            (statements.sweep, "int8, int8", "5, 100"),
        ] {
            try await database.tell("PREPARE s (\(types)) AS \(statement.sql)")
            let plan = try await database.tell("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE s (\(values))")
                .compactMap { $0.first ?? nil }.joined(separator: "\n")
            try await database.tell("DEALLOCATE s")
            // What each part of the plan gave, and what it read in vain.
            let counts = plan.matches(of: /(?:rows=|Removed by Filter: )(\d+)/).compactMap { Int($0.output.1) }
            #expect(!counts.isEmpty && counts.allSatisfy { $0 <= 100 }, "\(plan)")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
    }

    #if Redis
    @Test("all 200,000 sessions of a user end but one, and the user can log in and list at once")
    func endAll() async throws {
        // Others would hold back what PostgreSQL takes for dead.
        try await OwnPostgres.with { server in
            // The defaults: each step is over within a second.
            let store = try PostgresSessionStore(server.string(), logger: LogAudit.logger())
            try await store.prepare()
            let table = PostgresTable(PostgresStoreConfiguration())
            let database = try PostgresDatabase(server.string())
            try await self.fill(table, database, isExpired: "false")
            let now = SessionInstant(millisecondsSince1970: 5)
            let row = try await database.tell("SELECT id FROM \(table.sessions) WHERE subject = 'ada' LIMIT 1")
            let text = try #require(row.first?.first ?? nil).replacing("-", with: "")
            let words = [text.prefix(16), text.suffix(16)].compactMap { UInt64($0, radix: 16) }
            let kept = SessionID(high: words[0], low: words[1])
            let count = try await store.endAll(
                of: "ada", except: [kept], pageSize: 512, tombstoneUntil: now + .minutes(1), now: now)
            #expect(count == Self.count - 1)
            let left = try await database.tell("SELECT count(*) FROM \(table.sessions) WHERE subject = 'ada'")
            #expect(left == [["1"]])
            let statements = PostgresStatements(table, lockTimeout: .seconds(1))
            // A list that passes over each session that has ended looks at 200,000.
            let blocks = try await self.blocks(
                statements.sessions, "bytea, int8, uuid, int8", "'ada', 5, \(Self.zero), 100", database)
            #expect(blocks < 20_000)
            await store.shutdown()
        }
    }

    @Test("a table of 200,000 sessions is cleared in steps, and the next page passes over none of them")
    func clear() async throws {
        try await OwnPostgres.with { server in
            let store = try PostgresSessionStore(server.string(), logger: LogAudit.logger())
            try await store.prepare()
            let table = PostgresTable(PostgresStoreConfiguration())
            let database = try PostgresDatabase(server.string())
            try await self.fill(table, database, isExpired: "false", isAnalyzed: false)
            try await store.clear()
            #expect(try await store.count(now: SessionInstant(millisecondsSince1970: 5)) == 0)
            let statements = PostgresStatements(table, lockTimeout: .seconds(1))
            let blocks = try await self.blocks(
                statements.page, "uuid, int8, int8", "\(Self.zero), 5, 100", database)
            #expect(blocks < 20_000)
            await store.shutdown()
        }
    }

    /// How many blocks of the table and its indexes a statement looks at.
    private func blocks(
        _ statement: PostgresStatement,
        _ types: String,
        _ values: String,
        _ database: PostgresDatabase
    ) async throws -> Int {
        try await database.tell("PREPARE s (\(types)) AS \(statement.sql)")
        let plan = try await database.tell("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE s (\(values))")
            .compactMap { $0.first ?? nil }.joined(separator: "\n")
        // The first line is that of the whole.
        let buffers = try #require(plan.firstMatch(of: /Buffers: .*/)).output
        return buffers.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.output.1) }.reduce(0, +)
    }
    #endif
}
#endif
