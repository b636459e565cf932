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

@Suite("Writing to SQLite on the calling thread")
struct SQLiteSynchronousWritesTests {
    private let samples = SampleRecords(seed: 2)
    private var now: SessionInstant { self.samples.now }

    /// A store with a session, and a log that has begun.
    private struct Scenario {
        let path: String
        let store: SQLiteSessionStore
        var record: SessionRecord

        /// Replaces the record with a newer version.
        mutating func replace(now: SessionInstant) throws -> SessionReplaceResult? {
            let before = self.record.version
            var next = self.record
            next.version = SessionVersion(counter: before.counter + 1, tag: 7)
            let result = try self.store.replaceSynchronously(next, ifVersion: before, now: now)
            if result == .replaced { self.record = next }
            return result
        }
    }

    private func with(
        _ configuration: SQLiteStoreConfiguration = SQLiteStoreConfiguration(),
        _ body: (inout Scenario) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path, configuration: configuration)
            let record = self.samples.record(subject: "ada")
            try await store.create(record, now: self.now)
            var scenario = Scenario(path: path, store: store, record: record)
            try await body(&scenario)
        }
    }

    @Test("a replacement and a touch are made without waiting, and are there for every reader")
    func writesAreMadeWithoutWaiting() async throws {
        try await self.with { scenario in
            // After a slow write there are none for a while.
            var result: SessionReplaceResult?
            while result == nil { result = try scenario.replace(now: self.now) }
            #expect(result == .replaced)
            #expect(try await scenario.store.load(scenario.record.id, now: self.now) == .found(scenario.record))
            let touch = SessionTouch(lastAccessedAt: self.now + .seconds(1), expiresAt: scenario.record.expiresAt)
            var isLive: Bool?
            while isLive == nil {
                isLive = try scenario.store.touchSynchronously(scenario.record.id, touch, now: self.now)
            }
            guard case .found(let touched) = try await scenario.store.load(scenario.record.id, now: self.now) else {
                Issue.record("The session is gone.")
                return
            }
            #expect(touched.lastAccessedAt == self.now + .seconds(1))
        }
    }

    @Test("a conflict is left to the asynchronous call, and nothing is written")
    func conflictIsNotAnswered() async throws {
        try await self.with { scenario in
            var next = scenario.record
            next.version = SessionVersion(counter: 9, tag: 9)
            let other = SessionVersion(counter: 8, tag: 8)
            let result = try scenario.store.replaceSynchronously(next, ifVersion: other, now: self.now)
            #expect(result == nil)
            #expect(try await scenario.store.load(next.id, now: self.now) == .found(scenario.record))
        }
    }

    @Test("no write waits for another one")
    func writeDoesNotWaitForOthers() async throws {
        try await self.with { scenario in
            let before = scenario.record
            let (store, now) = (scenario.store, self.now)
            let result = try await store.write { _ in
                var next = before
                next.version = SessionVersion(counter: before.version.counter + 1, tag: 7)
                return try store.replaceSynchronously(next, ifVersion: before.version, now: now)
            }
            #expect(result == nil)
            #expect(try await store.load(before.id, now: now) == .found(before))
        }
    }

    @Test("a file that another process has locked is not waited for", .timeLimit(.minutes(10)))
    func lockedFileIsNotWaitedFor() async throws {
        var configuration = SQLiteStoreConfiguration()
        configuration.busyTimeout = .seconds(3_600)
        try await self.with(configuration) { scenario in
            let other = try DatabaseQueue(path: scenario.path)
            let result = try other.inDatabase { db in
                try db.execute(sql: "BEGIN IMMEDIATE")
                defer { try? db.execute(sql: "ROLLBACK") }
                return try scenario.replace(now: self.now)
            }
            #expect(result == nil)
        }
    }

    @Test("a commit that must wait for the disk is not made on the calling thread")
    func durableCommitIsNotMade() async throws {
        var configuration = SQLiteStoreConfiguration()
        configuration.durability = .machineCrash
        try await self.with(configuration) { scenario in
            let result = try scenario.replace(now: self.now)
            #expect(result == nil)
            #expect(try await scenario.store.load(scenario.record.id, now: self.now) == .found(scenario.record))
        }
    }

    @Test("the log stays short, although no checkpoint is made on the calling thread")
    func logStaysShort() async throws {
        try await self.with { scenario in
            var writeCount = 0
            for _ in 0..<6_000 {
                if try scenario.replace(now: self.now) == .replaced {
                    writeCount += 1
                } else {
                    let before = scenario.record.version
                    scenario.record.version = SessionVersion(counter: before.counter + 1, tag: 7)
                    #expect(
                        try await scenario.store.replace(scenario.record, ifVersion: before, now: self.now)
                            == .replaced)
                }
            }
            // After a slow write, all are asynchronous for a while.
            #expect(writeCount > 0)
            let log = try FileManager.default.attributesOfItem(atPath: scenario.path + "-wal")
            // 1,000 pages, and what is written until the checkpoint begins.
            #expect(log[.size] as? Int ?? .max < 2_000 * 4_120)
        }
    }

    @Test("a write to a file that was removed is not acknowledged", arguments: ["", "-wal"])
    func removedFileAcknowledgesNothing(_ suffix: String) async throws {
        try await self.with { scenario in
            try FileManager.default.removeItem(atPath: scenario.path + suffix)
            #expect(try scenario.replace(now: self.now) == nil)
        }
    }

    @Test("a write without the reserve for logouts is left to the asynchronous call")
    func missingReserveIsNotRestored() async throws {
        try await self.with { scenario in
            try FileManager.default.removeItem(atPath: scenario.path + "-reserve")
            #expect(try scenario.replace(now: self.now) == nil)
            #expect(!FileManager.default.fileExists(atPath: scenario.path + "-reserve"))
        }
    }
}
#endif
