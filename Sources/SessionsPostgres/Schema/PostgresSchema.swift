//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// Makes the tables and brings them up to date: once, however many servers start at the same time.
struct PostgresSchema: Sendable {
    /// How long it may take. Nothing else waits for it but what needs the tables.
    static let deadline = Duration.minutes(10)

    private let table: PostgresTable
    private let isUnlogged: Bool

    init(_ table: PostgresTable, isUnlogged: Bool) {
        self.table = table
        self.isUnlogged = isUnlogged
    }

    /// The schema, one migration after another. How many of them were run stands in the table of the version.
    ///
    /// `due_at` is never later than the end of the session. A touch leaves it as it is, so that no index has anything
    /// to do with a touch or with an ordinary write, and PostgreSQL can put the new row beside the old one (HOT); it is
    /// put right by the sweep that finds it too early. The index of subjects has a hash, because a key of an index has a
    /// maximal length and subjects have not.
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
            CREATE INDEX \(self.table.index("by_subject")) ON \(self.table.sessions) (sha256(subject))
                WHERE subject IS NOT NULL;
            """
        ]
    }

    /// Looks whether the tables are there and up to date, and sees to it if they are not.
    func prepare(
        _ connection: PostgresConnection,
        lookUp: PostgresConnection.LookUp
    ) throws(SessionStoreError) {
        do {
            guard try self.version(connection, lookUp) != self.migrations.count else { return }
            try self.migrate(connection, lookUp)
            guard try self.version(connection, lookUp) > 0 else { throw SessionStoreError.foreignTable }
        } catch let error as PostgresError {
            throw self.error(error)
        } catch let error as SessionStoreError {
            throw error
        } catch {
            throw SessionStoreError(.unavailable, "PostgreSQL could not do it.", underlying: error)
        }
    }

    /// Which version the tables have; 0 when they are not there.
    ///
    /// - Throws: Also when they cannot serve as they are.
    private func version(_ connection: PostgresConnection, _ lookUp: PostgresConnection.LookUp) throws -> Int {
        let sql = """
            SELECT version,
                (SELECT relpersistence = 'u' FROM pg_class WHERE oid = to_regclass('\(self.table.sessions)'))
            FROM \(self.table.version)
            """
        let reply: PostgresReply
        do throws(PostgresError) {
            reply = try connection.runText(sql, lookUp: lookUp)
        } catch {
            // No such table, no such schema.
            guard error.sqlState == "42P01" || error.sqlState == "3F000" else { throw error }
            return 0
        }
        guard let row = reply.rows.first else { return 0 }
        let version = try row.number(0)
        try self.check(version)
        guard let isUnlogged = try row.text(1) else { throw SessionStoreError.foreignTable }
        guard self.isUnlogged == (isUnlogged == "t") else {
            throw self.unusable(
                """
                it is \(self.isUnlogged ? "" : "not ")to be UNLOGGED (isUnlogged) and is \(self.isUnlogged ? "not" : ""): run \
                ALTER TABLE \(self.table.sessions) SET \(self.isUnlogged ? "UNLOGGED" : "LOGGED"), or change the option
                """
            )
        }
        return version
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

    /// In one transaction, under a lock that all servers with these tables take.
    private func migrate(_ connection: PostgresConnection, _ lookUp: PostgresConnection.LookUp) throws {
        func run(_ sql: String) throws -> PostgresReply { try connection.runText(sql, lookUp: lookUp) }
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
    /// What an answer in the form of text has in a column.
    fileprivate func number(_ column: Int) throws(SessionStoreError) -> Int {
        guard let text = try self.text(column), let number = Int(text), number >= 0 else { throw .foreignTable }
        return number
    }

    fileprivate func text(_ column: Int) throws(SessionStoreError) -> String? {
        try self.bytes(column).map { String(decoding: $0, as: UTF8.self) }
    }
}
#endif
