//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// A statement, and its number among those of a store.
struct PostgresStatement: Sendable {
    let number: Int
    let sql: String
}

/// What a store asks. Each is one statement, and so one step and one round trip.
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

    var all: [PostgresStatement] {
        [
            self.load, self.create, self.replace, self.touch, self.end, self.sessions, self.endAll, self.page,
            self.count, self.clear, self.sweep,
        ]
    }

    init(_ table: PostgresTable) {
        let table = table.sessions
        let columns = "id, record, version_counter, version_tag, last_accessed_at, expires_at"
        let end = "LEAST(expires_at, absolute_expires_at)"
        let markerColumns = "subject = NULL, record = NULL, absolute_expires_at = 9223372036854775807"

        self.load = PostgresStatement(
            number: 0, sql: "SELECT \(columns) FROM \(table) WHERE id = $1 AND \(end) > $2")

        // What is there may be displaced only when it is over: an expired record, or a marker that stood its time.
        self.create = PostgresStatement(
            number: 1,
            sql: """
                INSERT INTO \(table) AS stored (id, version_counter, version_tag, last_accessed_at, expires_at,
                    absolute_expires_at, due_at, subject, record)
                VALUES ($1, $2, $3, $4, $5, $6, LEAST($5, $6), $7, $8)
                ON CONFLICT (id) DO UPDATE SET version_counter = $2, version_tag = $3, last_accessed_at = $4,
                    expires_at = $5, absolute_expires_at = $6, due_at = LEAST($5, $6), subject = $7, record = $8
                WHERE LEAST(stored.expires_at, stored.absolute_expires_at) <= $9
                """
        )
        // A row without a word of bytes in it is this write. When there is none, what is there instead is answered, as
        // it was when the statement began.
        self.replace = PostgresStatement(
            number: 2,
            sql: """
                WITH replaced AS (
                    UPDATE \(table) SET version_counter = $2, version_tag = $3, last_accessed_at = $4, expires_at = $5,
                        absolute_expires_at = $6, due_at = LEAST(due_at, $5, $6), subject = $7, record = $8
                    WHERE id = $1 AND version_counter = $10 AND version_tag = $11 AND record IS NOT NULL AND \(end) > $9
                    RETURNING id, ''::bytea, version_counter, version_tag, last_accessed_at, expires_at
                )
                SELECT * FROM replaced
                UNION ALL
                SELECT \(columns) FROM \(table) WHERE id = $1 AND \(end) > $9 AND NOT EXISTS (SELECT FROM replaced)
                """
        )
        self.touch = PostgresStatement(
            number: 3,
            sql: """
                UPDATE \(table) SET last_accessed_at = GREATEST(last_accessed_at, $2),
                    expires_at = GREATEST(expires_at, LEAST($3, absolute_expires_at))
                WHERE id = $1 AND record IS NOT NULL AND \(end) > $4
                """
        )
        // The row is locked before it is looked at, so that what is answered is what was changed.
        self.end = PostgresStatement(
            number: 4,
            sql: """
                UPDATE \(table) AS stored SET \(markerColumns),
                    expires_at = CASE WHEN present.is_live THEN $2 ELSE GREATEST(stored.expires_at, $2) END,
                    due_at = LEAST(stored.due_at, $2)
                FROM (SELECT id, record IS NOT NULL AS is_live FROM \(table) WHERE id = $1 AND \(end) > $3 FOR UPDATE)
                    AS present
                WHERE stored.id = present.id
                RETURNING present.is_live::int4::int8
                """
        )
        let ofSubject = "sha256(subject) = sha256($1) AND subject = $1 AND record IS NOT NULL AND \(end) > $2"
        self.sessions = PostgresStatement(
            number: 5, sql: "SELECT \(columns) FROM \(table) WHERE \(ofSubject) ORDER BY id")

        // Rows are locked in the order of their ids, here and in clear, so that no two wait for each other.
        self.endAll = PostgresStatement(
            number: 6,
            sql: """
                WITH ending AS MATERIALIZED (
                    SELECT id FROM \(table) WHERE \(ofSubject) AND id <> ALL ($4) ORDER BY id FOR UPDATE
                )
                UPDATE \(table) AS stored SET \(markerColumns), expires_at = $3, due_at = LEAST(stored.due_at, $3)
                FROM ending WHERE stored.id = ending.id
                """
        )
        self.page = PostgresStatement(
            number: 7,
            sql: """
                SELECT \(columns) FROM \(table) WHERE id >= $1 AND record IS NOT NULL AND \(end) > $2
                ORDER BY id LIMIT $3
                """
        )
        // These two go through the table in steps, so that no statement takes long: how many, and the last id.
        let last = "(SELECT id FROM step ORDER BY id DESC LIMIT 1)"
        self.count = PostgresStatement(
            number: 8,
            sql: """
                WITH step AS MATERIALIZED (
                    SELECT id, record IS NOT NULL AND \(end) > $2 AS is_live FROM \(table) WHERE id >= $1
                    ORDER BY id LIMIT $3
                )
                SELECT count(*) FILTER (WHERE is_live), \(last) FROM step
                """
        )
        self.clear = PostgresStatement(
            number: 9,
            sql: """
                WITH step AS MATERIALIZED (
                    SELECT id FROM \(table) WHERE id >= $1 ORDER BY id LIMIT $2 FOR UPDATE
                ), removed AS (
                    DELETE FROM \(table) WHERE id = ANY (ARRAY(SELECT id FROM step))
                )
                SELECT count(*), \(last) FROM step
                """
        )
        // What another server sweeps is left to it. What was only extended meanwhile is due later. An array, here and in
        // clear, is a few ids to the planner, which would read the whole table for a join whose size it does not know.
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
#endif
