//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions

/// The statements about many sessions. Each reads at most the requested number of rows, however large the table is.
enum SQLiteSessionSQL {
    private static let isLive = "min(expires_at, absolute_expires_at) > :now"

    private static let columns = """
        CASE WHEN \(Self.isLive) THEN record END, version_counter, version_tag, last_accessed_at, expires_at, id
        """

    /// A page of records after a row, without the record of an expired row. The page is in the order of the table, so
    /// that reading and ending all sessions touches each page of the file once rather than once for each row.
    static let page = "SELECT \(Self.columns), rowid FROM sessions WHERE rowid > :last ORDER BY rowid LIMIT :limit"

    /// The same for a subject. Its part of the index is in the order of the table too.
    static let subjectPage = """
        SELECT \(Self.columns), rowid FROM sessions WHERE subject = :subject AND rowid > :last ORDER BY rowid LIMIT :limit
        """

    /// The number of a subject's rows after a row, including expired ones, and the last of them.
    static let subjectStep = """
        SELECT count(*), max(number) FROM (
            SELECT rowid AS number FROM sessions WHERE subject = :subject AND rowid > :last ORDER BY rowid LIMIT :limit
        )
        """

    /// A condition: the row belongs to a step of a subject, and its id is not one of the kept ids.
    static let isOfStep = " AND subject = :subject AND rowid > :last AND rowid <= :end AND NOT (true\(Self.isOneOfIDs))"

    /// Turns live records into tombstones. A condition follows. A tombstone has no version: the column of its tag has
    /// the first bytes of the record, which contain the secrets.
    static let ending = """
        UPDATE sessions SET version_tag = substr(record, 1, \(EndedSecrets.recordPrefixByteCount)), record = NULL,
            subject = NULL, absolute_expires_at = 9223372036854775807, expires_at = :until
        WHERE record IS NOT NULL AND \(Self.isLive)
        """

    /// Extends tombstones to the later end. A condition follows.
    static let extending = """
        UPDATE sessions SET expires_at = max(expires_at, :until) WHERE record IS NULL AND expires_at > :now
        """

    /// A condition: the id is one of the ids that one value concatenates.
    static let isOneOfIDs = """
         AND id IN (
            WITH RECURSIVE place(number) AS (
                SELECT 0 WHERE length(:ids) >= 16
                UNION ALL SELECT number + 1 FROM place WHERE number + 1 < length(:ids) / 16
            )
            SELECT substr(:ids, number * 16 + 1, 16) FROM place
        )
        """

    /// The number of rows after a row in the order of the table, the number of live ones, and the last of them.
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
