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
public import Sessions

extension SQLiteSessionStore: SubjectSessionStore {
    public func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        try await self.read { db in
            try SQLiteSessionRow.fetchAll(
                where: "subject = ? AND min(expires_at, absolute_expires_at) > ? ORDER BY id",
                [Data(subject.utf8), now.millisecondsSince1970],
                from: db
            )
        }
    }

    @discardableResult
    public func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        try await self.write(isEnding: true) { db in
            // One statement, so that a session that begins meanwhile is either ended or after it.
            let keptIDs = Array(repeating: "?", count: kept.count).joined(separator: ", ")
            try db.execute(
                sql: "\(SQLiteSessionRow.endingSQL) AND subject = ? AND id NOT IN (\(keptIDs))",
                arguments: [markedUntil.millisecondsSince1970, now.millisecondsSince1970, Data(subject.utf8)]
                    + StatementArguments(kept.map(\.data))
            )
            return db.changesCount
        }
    }
}

extension SQLiteSessionStore: EnumerableSessionStore {
    public func count(now: Instant) async throws -> Int {
        try await self.read { db in
            let sql =
                "SELECT count(*) FROM sessions WHERE record IS NOT NULL AND min(expires_at, absolute_expires_at) > ?"
            return try Int.fetchOne(db, sql: sql, arguments: [now.millisecondsSince1970]) ?? 0
        }
    }

    public func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        try await self.read { db in
            try SQLiteSessionRow.fetchAll(
                where: """
                    id > ? AND record IS NOT NULL AND min(expires_at, absolute_expires_at) > ? ORDER BY id LIMIT ?
                    """,
                [id?.data ?? Data(), now.millisecondsSince1970, max(0, limit)],
                from: db
            )
        }
    }

    public func clear() async throws {
        try await self.write(isEnding: true) { try $0.execute(sql: "DELETE FROM sessions") }
    }
}

extension SQLiteSessionStore: SweepableSessionStore {
    public func sweep(limit: Int, now: Instant) async throws -> Int {
        try await self.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    DELETE FROM sessions WHERE rowid IN
                        (SELECT rowid FROM sessions WHERE min(expires_at, absolute_expires_at) <= ? LIMIT ?)
                    """
            )
            try statement.execute(arguments: [now.millisecondsSince1970, max(0, limit)])
            return db.changesCount
        }
    }
}
#endif
