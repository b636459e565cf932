//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions

/// The statements about many sessions. Each looks at no more rows than it is asked for, however many there are.
enum SQLiteSessionSQL {
    private static let isLive = "min(expires_at, absolute_expires_at) > :now"

    private static let columns = """
        CASE WHEN \(Self.isLive) THEN record END, version_counter, version_tag, last_accessed_at, expires_at, id
        """

    /// Records, and nothing in place of those that are over; from a row on. In the order of the table, so that reading
    /// all and ending them touches each page of the file once and not once for each of its rows.
    static let page = "SELECT \(Self.columns), rowid FROM sessions WHERE rowid > :last ORDER BY rowid LIMIT :limit"

    /// The same of a subject: its part of the index is in the order of the table too.
    static let subjectPage = """
        SELECT \(Self.columns), rowid FROM sessions WHERE subject = :subject AND rowid > :last ORDER BY rowid LIMIT :limit
        """

    /// How many rows of a subject follow a row, those that are over too, and the last of them.
    static let subjectStep = """
        SELECT count(*), max(number) FROM (
            SELECT rowid AS number FROM sessions WHERE subject = :subject AND rowid > :last ORDER BY rowid LIMIT :limit
        )
        """

    /// A condition: the row is one of a step of a subject, and its id is none of those that are kept.
    static let isOfStep = " AND subject = :subject AND rowid > :last AND rowid <= :end AND NOT (true\(Self.isOneOfIDs))"

    /// Makes tombstones of live records; a condition is to follow. A tombstone has no version: in the place of its tag
    /// are the first bytes of the record, which have the secrets in them.
    static let ending = """
        UPDATE sessions SET version_tag = substr(record, 1, \(EndedSecrets.recordPrefixByteCount)), record = NULL,
            subject = NULL, absolute_expires_at = 9223372036854775807, expires_at = :until
        WHERE record IS NOT NULL AND \(Self.isLive)
        """

    /// Keeps the later end of tombstones; a condition is to follow.
    static let extending = """
        UPDATE sessions SET expires_at = max(expires_at, :until) WHERE record IS NULL AND expires_at > :now
        """

    /// A condition: the ids are in one value, one after the other.
    static let isOneOfIDs = """
         AND id IN (
            WITH RECURSIVE place(number) AS (
                SELECT 0 WHERE length(:ids) >= 16
                UNION ALL SELECT number + 1 FROM place WHERE number + 1 < length(:ids) / 16
            )
            SELECT substr(:ids, number * 16 + 1, 16) FROM place
        )
        """

    /// How many rows follow a row in the order of the table, how many of them are live, and the last of them.
    static let count = """
        SELECT count(*), coalesce(sum(isLive), 0), max(number) FROM (
            SELECT rowid AS number, record IS NOT NULL AND \(Self.isLive) AS isLive FROM sessions
            WHERE rowid > :last ORDER BY rowid LIMIT :limit
        )
        """

    static let sweep = """
        DELETE FROM sessions WHERE rowid IN
            (SELECT rowid FROM sessions WHERE min(expires_at, absolute_expires_at) <= :now LIMIT :limit)
        """
}
#endif
