//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsSQLite

@Suite("Reading SQLite on the calling thread")
struct SQLiteReadersTests {
    private func readers(in folder: TemporaryFolder) throws -> SQLiteReaders {
        let path = folder.path("sessions.sqlite")
        _ = try SQLiteSessionStore(path: path)
        return try SQLiteReaders(
            path: path, configuration: Configuration(), count: 2, pause: SlowCallPause(limit: .seconds(60)))
    }

    private func one(_ db: Database) throws -> Int? { try Int.fetchOne(db, sql: "SELECT 1") }

    @Test("a read does not wait for another one: when all connections are in use, it returns nothing")
    func readDoesNotWaitForOthers() async throws {
        try await TemporaryFolder.with { folder in
            let readers = try self.readers(in: folder)
            let second = try readers.read { _ in
                try readers.read { _ in try readers.read { try self.one($0) } == nil }
            }
            #expect(second == .some(.some(true)))
            #expect(try readers.read { try self.one($0) } == 1)
        }
    }

    @Test("a locked file is not waited for")
    func lockedFileIsNotWaitedFor() async throws {
        try await TemporaryFolder.with { folder in
            let readers = try self.readers(in: folder)
            let value: Int? = try readers.read { _ in throw DatabaseError(resultCode: .SQLITE_BUSY) }
            #expect(value == nil)
        }
    }

    @Test("a store answers loads without waiting, and sees each write as soon as it is acknowledged")
    func storeAnswersLoadsWithoutWaiting() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let samples = SampleRecords(seed: 1, now: SessionInstant(millisecondsSince1970: 1_800_000_000_000))
            var record = samples.record(idle: .seconds(60), absolute: .seconds(60), subject: nil)
            try await store.create(record, now: samples.now)
            // Nothing is answered when a check of the files is due, and for a while after a slow read.
            var answerCount = 0
            for _ in 0..<2_000 {
                if let answer = try store.loadSynchronously(record.id, now: samples.now) {
                    #expect(answer == .found(record))
                    answerCount += 1
                }
                let before = record.version
                record.version = SessionVersion(counter: before.counter + 1, tag: 7)
                #expect(try await store.replace(record, ifVersion: before, now: samples.now) == .replaced)
            }
            #expect(answerCount > 0)
            #expect(try await store.end(record.id, tombstoneUntil: samples.now + .seconds(60), now: samples.now))
            if let answer = try store.loadSynchronously(record.id, now: samples.now) { #expect(answer == .ended) }
        }
    }
}
#endif
