//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions
import SessionsPostgres

/// What a PostgreSQL server says of itself and of the tables. Nil: it does not say.
package struct PostgresFacts: Sendable, Equatable {
    /// The state of the tables.
    package struct Tables: Sendable, Equatable {
        /// Nil: there are none.
        package var schemaVersion: Int?
        package var currentSchemaVersion: Int

        package init(schemaVersion: Int?, currentSchemaVersion: Int) {
            self.schemaVersion = schemaVersion
            self.currentSchemaVersion = currentSchemaVersion
        }
    }

    package var place: String
    package var schema: String
    package var tables: Tables
    /// As a number, such as 150018.
    package var versionNumber: Int?
    /// Settings by name.
    package var settings: [String: String] = [:]
    package var isReplica: Bool?
    package var isUnlogged: Bool?
    /// The indexes that are missing or were not finished.
    package var missingIndexes: [String] = []
    /// The statement that creates a missing index.
    package var indexStatement = ""
    package var liveRowCount: Int?
    package var deadRowCount: Int?
    package var tableByteCount: Int?
    /// The time since the last vacuum, of any kind.
    package var secondsSinceVacuum: Int?
    /// The age of the oldest transaction, which holds back vacuum.
    package var oldestTransactionSeconds: Int?
    package var connectionCount: Int?
    package var user: String?
    package var isSuperuser: Bool?
    /// The rights on the table that the login lacks.
    package var missingRights: [String] = []
    package var hasTLS: Bool?
    package var isLocal = false
    package var clockSkew: Duration?
    package var roundTrip: Duration = .zero

    package init(place: String, schema: String, tables: Tables) {
        self.place = place
        self.schema = schema
        self.tables = tables
    }

    static func tables(_ diagnostics: PostgresDiagnostics) async throws -> Tables {
        let answers = try await diagnostics.ask(["SELECT version::text FROM \(diagnostics.versionTable)"])
        var tables = Tables(schemaVersion: nil, currentSchemaVersion: diagnostics.currentVersion)
        switch answers[0] {
        case .success(let rows):
            tables.schemaVersion = rows.first?.first?.flatMap { Int($0) }
        case .failure(let error):
            // A table or a schema that does not exist.
            guard ["42P01", "3F000"].contains(error.sqlState) else {
                throw OperationError(
                    error.sqlState == "42501" ? .noPermission : .unavailable, "PostgreSQL: \(error)")
            }
        }
        return tables
    }

    /// Asks a server.
    static func measure(
        _ diagnostics: PostgresDiagnostics, place: String, schema: String, clock: SessionClock = .system
    )
        async throws -> PostgresFacts
    {
        var facts = PostgresFacts(place: place, schema: schema, tables: try await self.tables(diagnostics))
        let table = diagnostics.sessionsTable
        let names = [
            "synchronous_commit", "fsync", "full_page_writes", "autovacuum", "track_counts", "max_connections",
        ]
        let before = clock.now
        let answers = try await diagnostics.ask([
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8::text",
            "SELECT name, setting FROM pg_settings WHERE name IN (\(names.map { "'\($0)'" }.joined(separator: ", ")))",
            """
            SELECT current_setting('server_version_num'), pg_is_in_recovery()::text, current_user::text,
                (SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user),
                (SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()),
                (SELECT sum(numbackends)::text FROM pg_stat_database),
                (SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::int8::text FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend')
            """,
            """
            SELECT c.relpersistence::text, s.n_live_tup::text, s.n_dead_tup::text, pg_table_size(c.oid)::text,
                extract(epoch FROM clock_timestamp() - greatest(s.last_vacuum, s.last_autovacuum))::int8::text
            FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid WHERE c.oid = to_regclass('\(table)')
            """,
            diagnostics.indexes.map { index in
                """
                SELECT '\(index)'::text,
                    EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('\(index)') AND indisvalid)::text
                """
            }.joined(separator: " UNION ALL "),
            ["SELECT", "INSERT", "UPDATE", "DELETE"].map { right in
                "SELECT '\(right)'::text, has_table_privilege(to_regclass('\(table)'), '\(right)')::text"
            }.joined(separator: " UNION ALL "),
        ])
        let after = clock.now
        func rows(_ index: Int) -> [[String?]] { (try? answers[index].get()) ?? [] }
        facts.roundTrip = after - before
        if let theirs = rows(0).first?.first?.flatMap({ Int64($0) }) {
            facts.clockSkew = SessionInstant(millisecondsSince1970: theirs) - (before + facts.roundTrip / 2)
        }
        for row in rows(1) where row.count == 2 { facts.settings[row[0] ?? ""] = row[1] }
        facts.read(server: rows(2).first ?? [])
        facts.read(table: rows(3).first ?? [])
        let hasTable = !rows(3).isEmpty
        facts.missingIndexes = hasTable ? rows(4).filter { $0.last == "false" }.compactMap { $0.first ?? nil } : []
        facts.missingRights = hasTable ? rows(5).filter { $0.last == "false" }.compactMap { $0.first ?? nil } : []
        facts.indexStatement = diagnostics.indexStatement
        return facts
    }

    private mutating func read(server row: [String?]) {
        guard row.count == 7 else { return }
        self.versionNumber = row[0].flatMap { Int($0) }
        self.isReplica = row[1].map { $0 == "true" }
        self.user = row[2]
        self.isSuperuser = row[3].map { $0 == "true" }
        self.hasTLS = row[4].map { $0 == "true" }
        self.connectionCount = row[5].flatMap { Int($0) }
        self.oldestTransactionSeconds = row[6].flatMap { Int($0) }
    }

    private mutating func read(table row: [String?]) {
        guard row.count == 5 else { return }
        self.isUnlogged = row[0].map { $0 == "u" }
        self.liveRowCount = row[1].flatMap { Int($0) }
        self.deadRowCount = row[2].flatMap { Int($0) }
        self.tableByteCount = row[3].flatMap { Int($0) }
        self.secondsSinceVacuum = row[4].flatMap { Int($0) }
    }
}
#endif
