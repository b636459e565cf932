//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// Creates and migrates the tables: once, however many servers start at the same time.
struct PostgresSchema: Sendable {
    /// The deadline. Only calls that need the tables wait for it.
    static let deadline = Duration.minutes(10)

    private let table: PostgresTable
    private let isUnlogged: Bool

    init(_ table: PostgresTable, isUnlogged: Bool) {
        self.table = table
        self.isUnlogged = isUnlogged
    }

    /// The schema as a list of migrations. The version table has the number of migrations that were run.
    ///
    /// `due_at` is never later than the end of the session. A touch does not change it, so that touches and ordinary
    /// writes update no index, and PostgreSQL can put the new row on the same page as the old one (HOT). A sweep that
    /// finds it too early corrects it. The index of subjects uses a hash, because index keys have a maximum length and
    /// subjects do not.
    ///
    /// The version covers only what statements need to be correct. An index that makes them fast needs no new version:
    /// servers of the previous version work with it, and may be started again beside newer ones or in place of them.
    var migrations: [String] {
        [
            """
            CREATE \(self.isUnlogged ? "UNLOGGED " : "")TABLE \(self.table.sessions) (
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
            CREATE INDEX \(self.table.index("by_due_time")) ON \(self.table.sessions) (due_at);
            CREATE INDEX \(self.subjectIndex);
            """
        ]
    }

    /// The sessions of a subject in the order of their ids, so that reading a page reads only its rows.
    private var subjectIndex: String {
        "\(self.table.index(Self.subjectIndexName)) ON \(self.table.sessions) (sha256(subject), id) WHERE subject IS NOT NULL"
    }

    private static let subjectIndexName = "by_subject_and_id"

    /// Checks whether the tables exist and are up to date. Creates or migrates them if not.
    ///
    /// - Returns: Whether they have the index that ``makeIndex(_:statementTimeout:pollHook:)`` creates. They work
    ///   without it.
    func prepare(
        _ connection: PostgresConnection,
        pollHook: PostgresConnection.PollHook
    ) throws(SessionStoreError) -> Bool {
        do {
            let found = try self.state(connection, pollHook)
            guard found.version != self.migrations.count else { return found.hasIndex }
            try self.migrate(connection, pollHook)
            let made = try self.state(connection, pollHook)
            guard made.version > 0 else { throw SessionStoreError.foreignTable }
            return made.hasIndex
        } catch let error as PostgresError {
            throw self.error(error)
        } catch let error as SessionStoreError {
            throw error
        } catch {
            throw SessionStoreError(.unavailable, "The PostgreSQL statement failed.", underlying: error)
        }
    }

    /// Creates the index that the tables of an earlier version lack, without blocking reads and writes, and drops the
    /// index that it replaces. One server does this. The lock ends with the connection at the latest.
    func makeIndex(
        _ connection: PostgresConnection,
        statementTimeout: Duration,
        pollHook: PostgresConnection.PollHook
    ) throws(PostgresError) {
        func run(_ sql: String) throws(PostgresError) -> PostgresReply {
            try connection.simpleQuery(sql, pollHook: pollHook)
        }
        let lock = "hashtextextended('swift-sessions index \(self.table.sessions)', 0)"
        guard !(try run("SELECT FROM pg_try_advisory_lock(\(lock)) AS taken WHERE taken").rows.isEmpty) else { return }
        let index = self.table.qualifiedIndex(Self.subjectIndexName)
        _ = try run("SET statement_timeout = 0")
        // An index that was begun and not finished is useless, and its name is in the way.
        let broken = "SELECT FROM pg_index WHERE indexrelid = to_regclass('\(index)') AND NOT indisvalid"
        if !(try run(broken).rows.isEmpty) { _ = try run("DROP INDEX CONCURRENTLY \(index)") }
        _ = try run("CREATE INDEX CONCURRENTLY IF NOT EXISTS \(self.subjectIndex)")
        _ = try run("DROP INDEX CONCURRENTLY IF EXISTS \(self.table.qualifiedIndex("by_subject"))")
        _ = try run("SET statement_timeout = \(statementTimeout.wholeMilliseconds)")
        _ = try run("SELECT pg_advisory_unlock(\(lock))")
    }

    /// The version of the tables, 0 if they do not exist, and whether they have all indexes.
    ///
    /// - Throws: An error when the tables cannot be used as they are.
    private func state(
        _ connection: PostgresConnection,
        _ pollHook: PostgresConnection.PollHook
    ) throws -> (version: Int, hasIndex: Bool) {
        let index = self.table.qualifiedIndex(Self.subjectIndexName)
        let sql = """
            SELECT version,
                (SELECT relpersistence = 'u' FROM pg_class WHERE oid = to_regclass('\(self.table.sessions)')),
                EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('\(index)') AND indisvalid)
            FROM \(self.table.version)
            """
        let reply: PostgresReply
        do throws(PostgresError) {
            reply = try connection.simpleQuery(sql, pollHook: pollHook)
        } catch {
            guard error.isMissingTable else { throw error }
            return (0, false)
        }
        guard let row = reply.rows.first else { return (0, false) }
        let version = try row.number(0)
        try self.check(version)
        // The table was dropped, but the version table was not.
        guard let isUnlogged = try row.text(1) else { return (0, false) }
        guard self.isUnlogged == (isUnlogged == "t") else {
            throw self.unusable(
                """
                it is \(self.isUnlogged ? "" : "not ")to be UNLOGGED (isUnlogged) and is \(self.isUnlogged ? "not" : ""): run \
                ALTER TABLE \(self.table.sessions) SET \(self.isUnlogged ? "UNLOGGED" : "LOGGED"), or change the option
                """
            )
        }
        return (version, try row.text(2) == "t")
    }

    private func check(_ version: Int) throws {
        guard version > self.migrations.count else { return }
        throw self.unusable(
            """
            it has schema version \(version), written by a newer version of swift-sessions; this one knows up to \
            \(self.migrations.count): update this server
            """
        )
    }

    /// Migrates in one transaction, under a lock that all servers with these tables take.
    private func migrate(_ connection: PostgresConnection, _ pollHook: PostgresConnection.PollHook) throws {
        func run(_ sql: String) throws -> PostgresReply { try connection.simpleQuery(sql, pollHook: pollHook) }
        _ = try run(
            """
            BEGIN;
            SET LOCAL statement_timeout = 0;
            SET LOCAL client_min_messages = warning;
            SELECT pg_advisory_xact_lock(hashtextextended('swift-sessions \(self.table.version)', 0))
            """
        )
        if try run("SELECT FROM pg_namespace WHERE nspname = '\(self.table.schema)'").rows.isEmpty {
            _ = try run("CREATE SCHEMA \"\(self.table.schema)\"")
        }
        if try run("SELECT FROM pg_class WHERE oid = to_regclass('\(self.table.version)')").rows.isEmpty {
            _ = try run("CREATE TABLE \(self.table.version) (version int4 NOT NULL)")
        }
        var version = 0
        if let row = try run("SELECT version FROM \(self.table.version)").rows.first { version = try row.number(0) }
        try self.check(version)
        if try run("SELECT FROM pg_class WHERE oid = to_regclass('\(self.table.sessions)')").rows.isEmpty {
            version = 0
        }
        if version < self.migrations.count {
            for migration in self.migrations[version...] { _ = try run(migration) }
            _ = try run(
                """
                DELETE FROM \(self.table.version);
                INSERT INTO \(self.table.version) VALUES (\(self.migrations.count))
                """
            )
        }
        _ = try run("COMMIT")
    }

    private func error(_ error: PostgresError) -> SessionStoreError {
        if error.sqlState == "42501" {
            return self.unusable(
                """
                this role may not make it, bring it up to date or look at it: let a role with that right call prepare() \
                once, or grant the rights that the article "Choosing a store" names
                """,
                underlying: error
            )
        }
        if error.isLasting { return self.unusable("PostgreSQL refused to make it", underlying: error) }
        return .unreachable(error)
    }

    private func unusable(_ reason: String, underlying: (any Error)? = nil) -> SessionStoreError {
        SessionStoreError(
            .unusable, "The table \(self.table.sessions) cannot be used: \(reason). It was left as it is.",
            underlying: underlying
        )
    }
}

extension PostgresRow {
    /// The value of a text column as a number.
    fileprivate func number(_ column: Int) throws(SessionStoreError) -> Int {
        guard let text = try self.text(column), let number = Int(text), number >= 0 else { throw .foreignTable }
        return number
    }

    fileprivate func text(_ column: Int) throws(SessionStoreError) -> String? {
        try self.bytes(column).map { String(decoding: $0, as: UTF8.self) }
    }
}
#endif
