//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A statement, and its number among the statements of a store.
struct PostgresStatement: Sendable {
    let number: Int
    let sql: String
}

/// The statements of a store. Each call is one statement, and so one atomic step and one round trip.
///
/// A statement that writes limits its own wait for a row that another transaction has locked (`lock_timeout`), for this
/// statement only: a setting of the connection would affect other clients of a pooler. The wait for a lock on the whole
/// table comes before that, and `statement_timeout` limits it.
struct PostgresStatements: Sendable {
    let load: PostgresStatement
    let create: PostgresStatement
    let replace: PostgresStatement
    let touch: PostgresStatement
    let end: PostgresStatement
    let sessions: PostgresStatement
    let endAll: PostgresStatement
    let page: PostgresStatement
    let count: PostgresStatement
    let clear: PostgresStatement
    let sweep: PostgresStatement

    /// - Parameters:
    ///   - names: The names of the tables.
    ///   - lockTimeout: How long a statement waits for a row.
    ///   - publishesEndings: Whether the ids of ended sessions are published. The default is false.
    init(_ names: PostgresTable, lockTimeout: Duration, publishesEndings: Bool = false) {
        // The argument is evaluated only for rows that the filter of the aggregate passes.
        let counted = publishesEndings ? "pg_notify('\(names.endingChannel)', replace(id::text, '-', ''))" : "*"
        let table = names.sessions
        let waitsBriefly = "set_config('lock_timeout', '\(max(1, lockTimeout.wholeMilliseconds))', true) IS NOT NULL"
        let columns = "version_counter, version_tag, last_accessed_at, expires_at"
        let end = "LEAST(expires_at, absolute_expires_at)"
        let tombstoneColumns = """
            \(PostgresTombstoneSecrets.columns), subject = NULL, record = NULL, absolute_expires_at = 9223372036854775807
            """

        self.load = PostgresStatement(
            number: 0, sql: "SELECT id, record, \(columns) FROM \(table) WHERE id = $1 AND \(end) > $2")

        // Only an expired row may be overwritten: an expired record or an expired tombstone.
        self.create = PostgresStatement(
            number: 1,
            sql: """
                INSERT INTO \(table) AS stored (id, version_counter, version_tag, last_accessed_at, expires_at,
                    absolute_expires_at, due_at, subject, record)
                SELECT $1, $2, $3, $4, $5, $6, LEAST($5, $6), $7, $8 WHERE \(waitsBriefly)
                ON CONFLICT (id) DO UPDATE SET version_counter = $2, version_tag = $3, last_accessed_at = $4,
                    expires_at = $5, absolute_expires_at = $6, due_at = LEAST($5, $6), subject = $7, record = $8
                WHERE LEAST(stored.expires_at, stored.absolute_expires_at) <= $9
                """
        )
        // A row without record columns means that this write succeeded. If it did not, the reply has the row that is
        // there instead, as it was when the statement began.
        self.replace = PostgresStatement(
            number: 2,
            sql: """
                WITH replaced AS (
                    UPDATE \(table) SET version_counter = $2, version_tag = $3, last_accessed_at = $4, expires_at = $5,
                        absolute_expires_at = $6, due_at = LEAST(due_at, $5, $6), subject = $7, record = $8
                    WHERE id = $1 AND version_counter = $10 AND version_tag = $11 AND record IS NOT NULL AND \(end) > $9
                        AND \(waitsBriefly)
                    RETURNING id, ''::bytea, \(columns)
                )
                SELECT * FROM replaced
                UNION ALL
                SELECT id, record, \(columns) FROM \(table)
                WHERE id = $1 AND \(end) > $9 AND NOT EXISTS (SELECT FROM replaced)
                """
        )
        self.touch = PostgresStatement(
            number: 3,
            sql: """
                UPDATE \(table) SET last_accessed_at = GREATEST(last_accessed_at, $2),
                    expires_at = GREATEST(expires_at, LEAST($3, absolute_expires_at))
                WHERE id = $1 AND record IS NOT NULL AND \(end) > $4 AND \(waitsBriefly)
                """
        )
        // Rows are locked before they are read, so that the reply matches the change. They are locked in the order of
        // their ids, here, in endAll and in clear, so that no two statements deadlock. An array counts as a few ids for
        // the planner. For a join, whose size it does not know, it would read the whole table.
        self.end = PostgresStatement(
            number: 4,
            sql: """
                WITH present AS MATERIALIZED (
                    SELECT id, record IS NOT NULL AS is_live FROM \(table)
                    WHERE id = ANY ($1) AND \(end) > $3 AND \(waitsBriefly) ORDER BY id FOR UPDATE
                ), ended AS (
                    UPDATE \(table) SET \(tombstoneColumns),
                        expires_at = CASE WHEN record IS NOT NULL THEN $2 ELSE GREATEST(expires_at, $2) END,
                        due_at = LEAST(due_at, $2)
                    WHERE id = ANY (ARRAY(SELECT id FROM present))
                )
                SELECT count(\(counted)) FILTER (WHERE is_live) FROM present
                """
        )
        // A step is limited by rows rather than by live sessions, because one statement may not be able to skip all
        // rows that have expired or ended and wait to be swept. Rows that are not live are returned without a record.
        //
        // The condition gives a position in the index and the end of the subject's part of it, rather than a subject
        // and an id. The planner always takes that for a large part of the table, so it reads the index in order and
        // stops at the limit. Until the table is analyzed, the planner takes a subject for a few rows, and would sort
        // all of them: 100,000.
        let isLive = "record IS NOT NULL AND \(end) > $2"
        func rows(from start: String, limit: String) -> String {
            """
            SELECT * FROM \(table) WHERE subject IS NOT NULL
                AND (sha256(subject), id) >= (sha256($1), \(start)) AND sha256(subject) <= sha256($1)
                ORDER BY sha256(subject), id LIMIT \(limit)
            """
        }
        let liveColumns = "id, CASE WHEN \(isLive) THEN record END, \(columns)"
        self.sessions = PostgresStatement(
            number: 5,
            sql: """
                SELECT \(liveColumns) FROM (\(rows(from: "$3", limit: "$4"))) AS step WHERE subject = $1 ORDER BY id
                """
        )
        // Ended rows stay in the index until a scan passes over them, and the first scan after 200,000 of them would
        // take more than a second. So each step also scans the range of the previous step for a first row, which does
        // not exist. If it looked for all rows, the planner might choose a bitmap scan, which marks no index entries as
        // dead.
        let last = "(SELECT id FROM step ORDER BY id DESC LIMIT 1)"
        self.endAll = PostgresStatement(
            number: 6,
            sql: """
                WITH step AS MATERIALIZED (
                    SELECT id FROM (\(rows(from: "$5", limit: "$6"))) AS step
                ), present AS MATERIALIZED (
                    SELECT id FROM \(table) WHERE id = ANY (ARRAY(SELECT id FROM step WHERE id <> ALL ($4)))
                        AND subject = $1 AND \(isLive) AND \(waitsBriefly) ORDER BY id FOR UPDATE
                ), ended AS (
                    UPDATE \(table) SET \(tombstoneColumns), expires_at = $3, due_at = LEAST(due_at, $3)
                    WHERE id = ANY (ARRAY(SELECT id FROM present))
                )
                SELECT (SELECT count(\(counted)) FROM present), count(*), \(last),
                    (SELECT id FROM \(table)
                        WHERE sha256(subject) = sha256($1) AND id >= $7 AND id < $5 ORDER BY id LIMIT 1)
                FROM step
                """
        )
        self.page = PostgresStatement(
            number: 7, sql: "SELECT \(liveColumns) FROM \(table) WHERE id >= $1 ORDER BY id LIMIT $3")

        // These two go through the table in steps, so that no statement takes long. They return the count and the last
        // id. As in endAll, a step that removes rows also scans the range of the previous step.
        self.count = PostgresStatement(
            number: 8,
            sql: """
                WITH step AS MATERIALIZED (
                    SELECT id, \(isLive) AS is_live FROM \(table) WHERE id >= $1 ORDER BY id LIMIT $3
                )
                SELECT count(*) FILTER (WHERE is_live), \(last) FROM step
                """
        )
        self.clear = PostgresStatement(
            number: 9,
            sql: """
                WITH step AS MATERIALIZED (
                    SELECT id FROM \(table) WHERE id >= $1 AND \(waitsBriefly) ORDER BY id LIMIT $2 FOR UPDATE
                ), removed AS (
                    DELETE FROM \(table) WHERE id = ANY (ARRAY(SELECT id FROM step))
                )
                SELECT count(*), \(last),
                    (SELECT id FROM \(table) WHERE id >= $3 AND id < $1 ORDER BY id LIMIT 1)
                FROM step
                """
        )
        // Rows that another server is sweeping are skipped. Rows that were only extended get a later due time.
        self.sweep = PostgresStatement(
            number: 10,
            sql: """
                WITH due AS MATERIALIZED (
                    SELECT id, \(end) AS ends_at FROM \(table) WHERE due_at <= $1 ORDER BY due_at LIMIT $2
                    FOR UPDATE SKIP LOCKED
                ), removed AS (
                    DELETE FROM \(table) WHERE id = ANY (ARRAY(SELECT id FROM due WHERE ends_at <= $1)) RETURNING 1
                ), extended AS (
                    UPDATE \(table) SET due_at = \(end)
                    WHERE id = ANY (ARRAY(SELECT id FROM due WHERE ends_at > $1))
                )
                SELECT (SELECT count(*) FROM removed), count(*) FROM due
                """
        )
    }
}
