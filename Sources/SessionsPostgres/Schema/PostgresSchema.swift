//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Sessions

/// Creates and migrates the tables: once, however many servers start at the same time.
struct PostgresSchema: Sendable {
    /// The deadline. Only calls that need the tables wait for it.
    static let deadline = Duration.minutes(10)

    let table: PostgresTable
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
    var subjectIndex: String {
        "\(self.table.index(Self.subjectIndexName)) ON \(self.table.sessions) (sha256(subject), id) WHERE subject IS NOT NULL"
    }

    static let subjectIndexName = "by_subject_and_id"

    /// The index that tables of an earlier version lack. Without it, long lists are slow.
    func logMissingIndex(_ error: PostgresError?, _ logger: Logger) {
        logger.warning(
            """
            The table of sessions has no index of the sessions of a user in their order: let the role that has the \
            table call prepare() on a store with libpq and without a pooler, or run CREATE INDEX CONCURRENTLY \
            \(self.subjectIndex)
            """,
            metadata: error.map { ["error": "\($0)"] } ?? [:]
        )
    }

    // MARK: Checking

    /// What is there.
    struct State {
        /// Whether the tables exist in this version.
        var isCurrent = false
        /// Whether they have all indexes. They work without them.
        var hasIndex = false
    }

    /// Asks for the state of the tables. The columns are text.
    var stateStatement: PostgresStatement {
        let index = self.table.qualifiedIndex(Self.subjectIndexName)
        return PostgresStatement(
            number: 11,
            sql: """
                SELECT version::text,
                    (SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass('\(self.table.sessions)')),
                    EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('\(index)') AND indisvalid)::text
                FROM \(self.table.version)
                """
        )
    }

    /// - Throws: `SessionStoreError` when the tables cannot be used as they are, or ``PostgresError`` after any other
    ///   failure.
    func state(_ reply: Result<PostgresReply, PostgresError>) throws -> State {
        if case .failure(let error) = reply, error.isMissingTable { return State() }
        guard let row = try self.checked(reply).rows.first else { return State() }
        guard let text = try row.text(0), let version = Int(text), version >= 0 else {
            throw SessionStoreError.foreignTable
        }
        guard version <= self.migrations.count else {
            throw self.unusable(
                """
                it has schema version \(version), written by a newer version of swift-sessions; this one knows up to \
                \(self.migrations.count): update this server
                """
            )
        }
        // Nil: the table was dropped, but the version table was not.
        guard let persistence = try row.text(1) else { return State() }
        guard self.isUnlogged == (persistence == "u") else {
            throw self.unusable(
                """
                it is \(self.isUnlogged ? "" : "not ")to be UNLOGGED (isUnlogged) and is \(self.isUnlogged ? "not" : ""): run \
                ALTER TABLE \(self.table.sessions) SET \(self.isUnlogged ? "UNLOGGED" : "LOGGED"), or change the option
                """
            )
        }
        return State(isCurrent: version == self.migrations.count, hasIndex: try row.text(2) == "true")
    }

    /// The same, after a migration.
    func migratedState(_ reply: Result<PostgresReply, PostgresError>) throws -> State {
        let state = try self.state(reply)
        guard state.isCurrent else { throw SessionStoreError.foreignTable }
        return state
    }

    /// The reply to a statement of a migration.
    ///
    /// - Throws: `SessionStoreError` when PostgreSQL refuses it for good, or ``PostgresError`` after any other failure.
    func checked(_ reply: Result<PostgresReply, PostgresError>) throws -> PostgresReply {
        switch reply {
        case .success(let reply):
            return reply
        case .failure(let error) where error.sqlState == "42501":
            throw self.unusable(
                """
                this role may not make it, bring it up to date or look at it: let a role with that right call \
                prepare() once, or grant the rights that the article "Sessions in PostgreSQL" names
                """,
                underlying: error
            )
        case .failure(let error) where error.isLasting:
            throw self.unusable("PostgreSQL refused to make it", underlying: error)
        case .failure(let error):
            throw error
        }
    }

    // MARK: Migrating

    /// Creates or migrates the tables, in one statement, under a lock that all servers with these tables take.
    ///
    /// It is a block of PL/pgSQL, because some steps depend on others, and an executor promises no transactions. Even
    /// `IF NOT EXISTS` needs the right to create a schema that exists.
    var migrationStatement: PostgresStatement {
        let count = self.migrations.count
        let steps = self.migrations.enumerated().map { index, migration in
            "IF done <= \(index) THEN \(migration) END IF;"
        }
        return PostgresStatement(
            number: 12,
            sql: """
                DO $swift_sessions$ DECLARE done int4; BEGIN
                PERFORM pg_advisory_xact_lock(hashtextextended('swift-sessions \(self.table.version)', 0));
                IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '\(self.table.schema)') THEN
                    CREATE SCHEMA "\(self.table.schema)";
                END IF;
                IF to_regclass('\(self.table.version)') IS NULL THEN
                    CREATE TABLE \(self.table.version) (version int4 NOT NULL);
                END IF;
                SELECT version INTO done FROM \(self.table.version);
                IF done IS NULL OR done <= \(count) AND to_regclass('\(self.table.sessions)') IS NULL THEN
                    done := 0;
                END IF;
                \(steps.joined(separator: "\n"))
                IF done < \(count) THEN
                    DELETE FROM \(self.table.version);
                    INSERT INTO \(self.table.version) VALUES (\(count));
                END IF;
                END $swift_sessions$
                """
        )
    }

    private func unusable(_ reason: String, underlying: (any Error)? = nil) -> SessionStoreError {
        SessionStoreError(
            .unusable, "The table \(self.table.sessions) cannot be used: \(reason). It was left as it is.",
            underlying: underlying
        )
    }
}
