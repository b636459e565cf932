//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import GRDB
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsSQLite

@Suite("Many sessions in SQLite")
struct SQLiteVolumeTests {
    private let samples = SampleRecords()
    private var now: SessionInstant { self.samples.now }

    @Test(
        "statements about many sessions look at those they are asked for, by an index",
        arguments: [
            (SQLiteSessionSQL.page, "SEARCH sessions USING INTEGER PRIMARY KEY (rowid>?)"),
            (
                SQLiteSessionSQL.subjectPage,
                "SEARCH sessions USING INDEX sessions_by_subject (subject=? AND rowid>?)"
            ),
            (
                SQLiteSessionSQL.subjectStep,
                "SEARCH sessions USING COVERING INDEX sessions_by_subject (subject=? AND rowid>?)"
            ),
            (
                SQLiteSessionSQL.ending + SQLiteSessionSQL.isOfStep,
                "SEARCH sessions USING INDEX sessions_by_subject (subject=? AND rowid>? AND rowid<?)"
            ),
            (
                SQLiteSessionSQL.ending + SQLiteSessionSQL.isOneOfIDs,
                "SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)"
            ),
            (
                SQLiteSessionSQL.extending + SQLiteSessionSQL.isOneOfIDs,
                "SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)"
            ),
            (SQLiteSessionSQL.count, "SEARCH sessions USING INTEGER PRIMARY KEY (rowid>?)"),
            (SQLiteSessionSQL.sweep, "SEARCH sessions USING INDEX sessions_by_expiry (<expr><?)"),
        ]
    )
    func plans(statement: String, expected: String) async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let names = ["ids", "subject", "last", "end", "limit", "now", "until"].filter {
                statement.contains(":" + $0)
            }
            let plan = try await store.pool.read { db in
                let arguments = names.reduce(into: StatementArguments()) { $0 += [$1: 1] }
                return try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + statement, arguments: arguments)
                    .map { $0["detail"] as String }
            }
            #expect(plan.contains(expected), "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN sessions") || $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }

    @Test("rows that are over, however many, neither end a walk nor hold up a page")
    func expired() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            for _ in 0..<2_500 {
                try await store.create(self.samples.record(idle: .minutes(1), subject: "ada"), now: self.now)
            }
            let live = (0..<3).map { _ in self.samples.record(subject: "ada") }
            for record in live { try await store.create(record, now: self.now) }
            let later = self.now + .minutes(1)
            #expect(try await store.sessions(of: "ada", now: later) == live.sorted { $0.id < $1.id })
            #expect(try await store.sessions(now: later) == live.sorted { $0.id < $1.id })
            #expect(try await store.count(now: later) == 3)
            #expect(try await store.endAll(of: "ada", except: [], tombstoneUntil: later + .minutes(1), now: later) == 3)
            #expect(try await store.count(now: later) == 0)
        }
    }

    @Test("many are counted in steps, and ended by one statement that keeps the later end of tombstones")
    func endingMany() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let records = (0..<700).map { _ in self.samples.record() }
            for record in records { try await store.create(record, now: self.now) }
            let (early, late) = (self.now + .minutes(1), self.now + .minutes(9))
            try await store.end(records[0].id, tombstoneUntil: late, now: self.now)
            try await store.end(records[1].id, tombstoneUntil: self.now + .seconds(1), now: self.now)
            #expect(try await store.count(now: self.now) == 698)
            let ids = records.prefix(600).map(\.id) + [self.samples.id()]
            #expect(try await store.end(ids, tombstoneUntil: early, now: self.now) == 598)
            #expect(try await store.count(now: self.now) == 100)
            #expect(try await store.load(records[0].id, now: early) == .ended)
            #expect(try await store.load(records[1].id, now: early - .milliseconds(1)) == .ended)
            #expect(try await store.load(records[1].id, now: early) == .missing)
        }
    }

    @Test("a walk that a VACUUM interrupts begins again and misses nothing; cursors of other listings are refused")
    func vacuumedWalk() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path)
            let records = (0..<100).map { self.samples.record(idle: $0 < 50 ? .minutes(1) : .minutes(20)) }
            for record in records { try await store.create(record, now: self.now) }
            let later = self.now + .minutes(1)
            let first = try await store.page(from: nil, limit: 20, now: later)
            #expect(first.records.count == 20)
            #expect(try await store.sweep(limit: 1_000, now: later) == 50)
            try await DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
            var met = Set(first.records.map(\.id))
            var cursor = first.next
            while let next = cursor {
                let page = try await store.page(from: next, limit: 20, now: later)
                met.formUnion(page.records.map(\.id))
                cursor = page.next
            }
            #expect(met == Set(records.suffix(50).map(\.id)))
            for bytes in [[], [1], records[0].id.bytes, Array(repeating: 0xFF, count: 17)] as [[UInt8]] {
                let error = await #expect(throws: SessionStoreError.self) {
                    try await store.page(from: SessionCursor(bytes: bytes), limit: 20, now: later)
                }
                #expect(error?.code == .invalidCursor)
            }
        }
    }

    @Test("a file of the version before is read, and is still one that version can use")
    func oldFile() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let records = (0..<300).map { self.samples.record(subject: $0 % 2 == 0 ? "ada" : nil) }
            let ended = self.samples.id()
            try await self.makeOldFile(path, records: records, ended: ended)
            let store = try SQLiteSessionStore(path: path)
            for record in records { #expect(try await store.load(record.id, now: self.now) == .found(record)) }
            #expect(try await store.load(ended, now: self.now) == .ended)
            #expect(try await store.sessions(of: "ada", now: self.now).count == 150)
            #expect(try await store.sessions(now: self.now).count == 300)
            let version = try await store.pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            #expect(version == 1, "the version before refuses any higher one")
            let indexes = try await store.pool.read { db in
                try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            }
            #expect(indexes == ["sessions_by_expiry", "sessions_by_subject"])
            #expect(
                try await store.endAll(of: "ada", except: [], tombstoneUntil: self.now + .minutes(1), now: self.now)
                    == 150
            )
        }
    }

    /// A file as the version made it that had no pages.
    private func makeOldFile(_ path: String, records: [SessionRecord], ended: SessionID) async throws {
        try await DatabasePool(path: path).write { db in
            try db.execute(
                sql: """
                    CREATE TABLE sessions (
                        id BLOB NOT NULL PRIMARY KEY,
                        version_counter INTEGER NOT NULL,
                        version_tag INTEGER NOT NULL,
                        last_accessed_at INTEGER NOT NULL,
                        expires_at INTEGER NOT NULL,
                        absolute_expires_at INTEGER NOT NULL,
                        subject BLOB,
                        record BLOB
                    );
                    CREATE INDEX sessions_by_expiry ON sessions (min(expires_at, absolute_expires_at));
                    CREATE INDEX sessions_by_subject ON sessions (subject) WHERE subject IS NOT NULL;
                    PRAGMA application_id = 1400329061;
                    PRAGMA user_version = 1;
                    """
            )
            for record in records {
                try db.execute(
                    sql: "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        Data(record.id.bytes), Int64(bitPattern: record.version.counter),
                        Int64(bitPattern: record.version.tag), record.lastAccessedAt.millisecondsSince1970,
                        record.expiresAt.millisecondsSince1970, record.absoluteExpiresAt.millisecondsSince1970,
                        record.subject.map { Data($0.utf8) }, Data(SessionRecordCodec.encode(record)),
                    ]
                )
            }
            try db.execute(
                sql: "INSERT INTO sessions VALUES (?, 1, 1, 1, ?, 9223372036854775807, NULL, NULL)",
                arguments: [Data(ended.bytes), (self.now + .minutes(1)).millisecondsSince1970]
            )
        }
    }
}
#endif
