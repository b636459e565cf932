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

/// A row of the sessions table that has not expired: a live record or a tombstone.
enum SQLiteSessionRow: Sendable {
    case record(Stored)
    /// With the secrets of the session, unless an earlier version of this library ended it.
    case tombstone(EndedSecrets?)

    /// A record as stored in the table. The times that a touch changes are columns, so that a touch does not rewrite
    /// the record.
    struct Stored: Sendable {
        var id: SessionID
        var bytes: [UInt8]
        var version: SessionVersion
        var lastAccessedAt: SessionInstant
        var expiresAt: SessionInstant

        fileprivate init(_ row: Row, id: SessionID) {
            self.id = id
            self.bytes = Array(row[0] as Data)
            self.version = SessionVersion(
                counter: UInt64(bitPattern: row[1] as Int64),
                tag: UInt64(bitPattern: row[2] as Int64)
            )
            self.lastAccessedAt = SessionInstant(millisecondsSince1970: row[3])
            self.expiresAt = SessionInstant(millisecondsSince1970: row[4])
        }

        func decode() throws -> SessionRecord {
            var record = try SessionRecordCodec.decode(self.bytes, id: self.id)
            record.lastAccessedAt = self.lastAccessedAt
            record.expiresAt = self.expiresAt
            return record
        }
    }

    private static let columns = "record, version_counter, version_tag, last_accessed_at, expires_at"
    private static let row =
        "SELECT \(Self.columns) FROM sessions WHERE id = ? AND min(expires_at, absolute_expires_at) > ?"

    static func fetch(_ id: SessionID, now: SessionInstant, from db: Database) throws -> SQLiteSessionRow? {
        let statement = try db.cachedStatement(sql: self.row)
        // A cursor's row is not copied ("SQLite: read"). It is released with the cursor.
        let rows = try Row.fetchCursor(statement, arguments: [id.data, now.millisecondsSince1970])
        guard let row = try rows.next() else { return nil }
        guard row.hasNull(atIndex: 0) else { return .record(Stored(row, id: id)) }
        guard case .blob(let prefix) = (row[2] as DatabaseValue).storage else { return .tombstone(nil) }
        return .tombstone(EndedSecrets(recordPrefix: Array(prefix)))
    }

    /// A page of records. An unreadable record is left out, so that it does not break the listing.
    ///
    /// Expired rows, which may be many, are skipped up to the number that one statement may read.
    ///
    /// - Parameter position: The start of the page.
    static func fetchPage(
        _ statement: String,
        _ arguments: StatementArguments,
        limit: Int,
        now: SessionInstant,
        after position: SQLiteRowPosition,
        _ db: Database
    ) throws -> SessionPage {
        var position = position
        let limit = max(1, limit)
        let rowLimit = max(1_000, limit.multipliedReportingOverflow(by: 2).overflow ? limit : limit * 2)
        let rows = try Row.fetchCursor(
            try db.cachedStatement(sql: statement),
            arguments: arguments + ["limit": rowLimit, "now": now.millisecondsSince1970]
        )
        var page = SessionPage([], next: nil)
        var rowCount = 0
        while let row = try rows.next() {
            rowCount += 1
            guard let id = SessionID(bytes: row[5] as Data) else { continue }
            if !row.hasNull(atIndex: 0) {
                do {
                    page.records.append(try Stored(row, id: id).decode())
                } catch let error as SessionStoreError where error.code == .corruptRecord {}
            }
            guard page.records.count < limit, rowCount < rowLimit else {
                position.row = row[6]
                page.next = position.cursor
                break
            }
        }
        return page
    }
}

extension SessionID {
    /// The id as stored in the table. Bytes, like the subject, because text could end at a NUL.
    var data: Data { Data(self.bytes) }
}
#endif
