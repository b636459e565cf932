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
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        try await self.read { db in
            let position = try SQLiteRowPosition(of: cursor, in: .subject, db)
            return try SQLiteSessionRow.fetchPage(
                SQLiteSessionSQL.subjectPage,
                ["subject": Data(subject.utf8), "last": position.row],
                limit: limit,
                now: now,
                after: position,
                db
            )
        }
    }

    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let page = try await self.write(.ending) { db in
            var position = try SQLiteRowPosition(of: cursor, in: .subject, db)
            let start: StatementArguments = ["subject": Data(subject.utf8), "last": position.row]
            let step = try Row.fetchOne(
                try db.cachedStatement(sql: SQLiteSessionSQL.subjectStep), arguments: start + ["limit": max(1, limit)]
            ).map { (count: $0[0] as Int, end: $0[1] as Int64?) }
            guard let step, let end = step.end else { return SessionEndingPage(endedCount: 0, next: nil) }
            try db.cachedStatement(sql: SQLiteSessionSQL.ending + SQLiteSessionSQL.isOfStep).execute(
                arguments: start + [
                    "end": end, "ids": Data(joining: kept), "until": tombstoneUntil.millisecondsSince1970,
                    "now": now.millisecondsSince1970,
                ])
            position.row = end
            return SessionEndingPage(endedCount: db.changesCount, next: step.count < limit ? nil : position.cursor)
        }
        // The statement does not say which.
        if page.endedCount > 0 { self.endings.observers.anySessionMayHaveEnded() }
        return page
    }
}

extension Data {
    /// Concatenates ids into one value.
    fileprivate init(joining ids: some Sequence<SessionID>) {
        self = ids.reduce(into: Data()) { $0 += $1.bytes }
    }
}

extension SQLiteSessionStore: EnumerableSessionStore {
    /// How many sessions are live. It reads the whole table, in steps between which other calls can run.
    public func count(now: SessionInstant) async throws -> Int {
        var (count, last) = (0, Int64.min)
        while true {
            try Task.checkCancellation()
            let (from, limit) = (last, 10_000)
            let step = try await self.read { db in
                try Row.fetchOne(
                    try db.cachedStatement(sql: SQLiteSessionSQL.count),
                    arguments: ["last": from, "limit": limit, "now": now.millisecondsSince1970]
                ).map { (rows: $0[0] as Int, live: $0[1] as Int, last: $0[2] as Int64?) }
            }
            count += step?.live ?? 0
            guard let step, step.rows == limit, let next = step.last else { return count }
            last = next
        }
    }

    public func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        try await self.read { db in
            let position = try SQLiteRowPosition(of: cursor, in: .everything, db)
            return try SQLiteSessionRow.fetchPage(
                SQLiteSessionSQL.page, ["last": position.row], limit: limit, now: now, after: position, db)
        }
    }

    @discardableResult
    public func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        let count = try await self.write(.ending) { db in
            let arguments: StatementArguments = [
                "ids": Data(joining: ids), "until": tombstoneUntil.millisecondsSince1970,
                "now": now.millisecondsSince1970,
            ]
            for statement in [SQLiteSessionSQL.extending, SQLiteSessionSQL.ending] {
                try db.cachedStatement(sql: statement + SQLiteSessionSQL.isOneOfIDs).execute(arguments: arguments)
            }
            return db.changesCount
        }
        if count > 0 { for id in ids { self.endings.observers.sessionMayHaveEnded(id) } }
        return count
    }

    public func clear() async throws {
        try await self.write(.ending) { try $0.execute(sql: "DELETE FROM sessions") }
        self.endings.observers.anySessionMayHaveEnded()
    }
}

extension SQLiteSessionStore: SweepableSessionStore {
    public func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        try await self.write(.sweep) { db in
            let statement = try db.cachedStatement(sql: SQLiteSessionSQL.sweep)
            try statement.execute(arguments: ["now": now.millisecondsSince1970, "limit": max(0, limit)])
            return db.changesCount
        }
    }
}
#endif
