//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import GRDB
import Sessions

/// Writes of one statement. Each returns whether it changed the row.
extension SQLiteSessionRow {
    static func insert(_ record: SessionRecord, now: SessionInstant, into db: Database) throws -> Bool {
        // Only an expired row may be overwritten: an expired record or an expired tombstone.
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO sessions (version_counter, version_tag, last_accessed_at, expires_at, absolute_expires_at,
                    subject, record, id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET version_counter = excluded.version_counter,
                    version_tag = excluded.version_tag, last_accessed_at = excluded.last_accessed_at,
                    expires_at = excluded.expires_at, absolute_expires_at = excluded.absolute_expires_at,
                    subject = excluded.subject, record = excluded.record
                WHERE min(sessions.expires_at, sessions.absolute_expires_at) <= ?
                """
        )
        try statement.execute(arguments: self.columns(of: record) + [now.millisecondsSince1970])
        return db.changesCount > 0
    }

    static func replace(
        with record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant,
        in db: Database
    ) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE sessions SET version_counter = ?, version_tag = ?, last_accessed_at = ?, expires_at = ?,
                    absolute_expires_at = ?, subject = ?, record = ?
                WHERE id = ? AND version_counter = ? AND version_tag = ? AND record IS NOT NULL
                    AND min(expires_at, absolute_expires_at) > ?
                """
        )
        try statement.execute(
            arguments: self.columns(of: record) + [
                Int64(bitPattern: version.counter), Int64(bitPattern: version.tag), now.millisecondsSince1970,
            ])
        return db.changesCount > 0
    }

    static func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE sessions SET last_accessed_at = max(last_accessed_at, ?),
                    expires_at = max(expires_at, min(?, absolute_expires_at))
                WHERE id = ? AND record IS NOT NULL AND min(expires_at, absolute_expires_at) > ?
                """
        )
        try statement.execute(arguments: [
            touch.lastAccessedAt.millisecondsSince1970, touch.expiresAt.millisecondsSince1970, id.data,
            now.millisecondsSince1970,
        ])
        return db.changesCount > 0
    }

    /// The values of a record's columns, the id last.
    private static func columns(of record: SessionRecord) -> StatementArguments {
        [
            Int64(bitPattern: record.version.counter), Int64(bitPattern: record.version.tag),
            record.lastAccessedAt.millisecondsSince1970, record.expiresAt.millisecondsSince1970,
            record.absoluteExpiresAt.millisecondsSince1970, record.subject.map { Data($0.utf8) },
            Data(SessionRecordCodec.encode(record)), record.id.data,
        ]
    }
}
#endif
