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
import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsSQLite

@Suite("When the files of SQLite are removed or replaced", .timeLimit(.minutes(10)))
struct SQLiteFilesTests {
    private let samples = SampleRecords()
    private var now: SessionInstant { self.samples.now }

    /// A store with a session that was there before.
    private struct Scenario {
        let folder: URL
        let path: String
        let logs: InMemoryLogHandler
        let store: SQLiteSessionStore
        let old: SessionRecord

        var errors: [String] { self.logs.entries.filter { $0.level == .error }.map { "\($0.message)" } }

        func remove(_ suffixes: [String]) throws {
            for suffix in suffixes { try FileManager.default.removeItem(atPath: self.path + suffix) }
        }
    }

    private func with(_ body: (Scenario) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let inner = folder.url.appending(path: "data")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            let path = folder.path("data/sessions.sqlite")
            let logs = InMemoryLogHandler()
            let store = try SQLiteSessionStore(path: path, logger: Logger(label: "test") { _ in logs })
            let old = self.samples.record(subject: "ada")
            try await store.create(old, now: self.now)
            try await body(Scenario(folder: inner, path: path, logs: logs, store: store, old: old))
        }
    }

    /// Reads until the store has noticed, which takes a second.
    private func result(of id: SessionID, in scenario: Scenario, isAwaited: (SessionLoadResult) -> Bool) async throws
        -> SessionLoadResult
    {
        while true {
            if let result = try? await scenario.store.load(id, now: self.now), isAwaited(result) { return result }
            try Task.checkCancellation()
        }
    }

    @Test(
        "without -wal or -shm all goes on, nothing is lost, and the next start finds everything",
        arguments: [["-wal"], ["-shm"], ["-wal", "-shm"]], [true, false])
    func logs(removed: [String], isWriteFirst: Bool) async throws {
        try await self.with { scenario in
            try scenario.remove(removed)
            let record = self.samples.record(subject: "ada")
            if !isWriteFirst {
                // Through connections that were not open before, too. They may be refused for a moment, never answered
                // wrong.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<32 {
                        group.addTask {
                            let result = try await self.result(of: scenario.old.id, in: scenario) { _ in true }
                            #expect(result == .found(scenario.old))
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await scenario.store.create(record, now: self.now)
            #expect(scenario.errors.first?.contains("-wal") == true)
            let next = try SQLiteSessionStore(path: scenario.path)
            for store in [scenario.store, next] {
                #expect(try await store.sessions(of: "ada", now: self.now).count == 2)
                #expect(try await store.load(scenario.old.id, now: self.now) == .found(scenario.old))
                #expect(try await store.load(record.id, now: self.now) == .found(record))
            }
            #expect(try await next.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        }
    }

    @Test(
        "no login goes into a file that was removed: it is in the new one, and a line says that all others are lost",
        arguments: [[""], ["", "-wal"], ["", "-wal", "-shm"]])
    func database(removed: [String]) async throws {
        try await self.with { scenario in
            try scenario.remove(removed)
            let record = self.samples.record(subject: "alan")
            try await scenario.store.create(record, now: self.now)
            #expect(scenario.errors.count == 1)
            #expect(scenario.errors.first?.contains("everyone is logged out") == true)
            let next = try SQLiteSessionStore(path: scenario.path)
            for store in [scenario.store, next] {
                #expect(try await store.load(record.id, now: self.now) == .found(record))
                #expect(try await store.load(scenario.old.id, now: self.now) == .missing)
            }
        }
    }

    @Test("reads alone notice a removed file within seconds")
    func reading() async throws {
        try await self.with { scenario in
            try scenario.remove([""])
            _ = try await self.result(of: scenario.old.id, in: scenario) { $0 == .missing }
            #expect(scenario.errors.count == 1)
        }
    }

    @Test("without its folder the store refuses all and says so once; with the folder back it goes on")
    func folder() async throws {
        try await self.with { scenario in
            let away = scenario.folder.deletingLastPathComponent().appending(path: "away")
            try FileManager.default.moveItem(at: scenario.folder, to: away)
            for _ in 0..<5 {
                let error = await #expect(throws: SessionStoreError.self) {
                    try await scenario.store.create(self.samples.record(), now: self.now)
                }
                #expect(error?.code == .unusable)
                #expect(error?.message.contains("its folder exists") == true)
            }
            await #expect(throws: SessionStoreError.self) {
                try await scenario.store.load(scenario.old.id, now: self.now)
            }
            #expect(scenario.errors.count == 2, "\(scenario.errors)")
            try FileManager.default.moveItem(at: away, to: scenario.folder)
            let result = try await self.result(of: scenario.old.id, in: scenario) { _ in true }
            #expect(result == .found(scenario.old))
            try await scenario.store.create(self.samples.record(), now: self.now)
        }
    }

    @Test("a file that takes the place of another counts from then on, without the log of the other")
    func replaced() async throws {
        try await self.with { scenario in
            let backup = scenario.path + ".backup"
            let restored = self.samples.record(subject: "grace")
            do {
                let store = try SQLiteSessionStore(path: backup)
                for _ in 0..<50 { try await store.create(self.samples.record(), now: self.now) }
                try await store.create(restored, now: self.now)
            }
            for _ in 0..<50 { try await scenario.store.create(self.samples.record(), now: self.now) }
            #expect(rename(backup, scenario.path) == 0)
            let record = self.samples.record()
            try await scenario.store.create(record, now: self.now)
            #expect(scenario.errors.first?.contains("replaced") == true)
            #expect(try await scenario.store.load(restored.id, now: self.now) == .found(restored))
            #expect(try await scenario.store.load(scenario.old.id, now: self.now) == .missing)
            #expect(try await scenario.store.count(now: self.now) == 52)
            let check = try await scenario.store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
            #expect(check == "ok")
        }
    }

    @Test("a file that was cut off is refused until it is moved away, and no one is taken for someone else")
    func cutOff() async throws {
        try await self.with { scenario in
            let records = (0..<500).map { _ in self.samples.record() }
            for record in records { try await scenario.store.create(record, now: self.now) }
            try await scenario.store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            // The size is known from here.
            try await scenario.store.create(self.samples.record(), now: self.now)
            #expect(truncate(scenario.path, 4096 * 5) == 0)
            let error = await #expect(throws: SessionStoreError.self) {
                try await scenario.store.create(self.samples.record(), now: self.now)
            }
            #expect(error?.code == .unusable)
            #expect(error?.message.contains("move the file away") == true, "\(String(describing: error))")
            #expect(scenario.errors.count == 2, "\(scenario.errors)")
            try scenario.remove([""])
            let result = try await self.result(of: records[0].id, in: scenario) { _ in true }
            #expect(result == .missing)
            try await scenario.store.create(self.samples.record(), now: self.now)
        }
    }

    @Test("a file that another program vacuumed goes on as it is")
    func vacuumed() async throws {
        try await self.with { scenario in
            for _ in 0..<500 { try await scenario.store.create(self.samples.record(idle: .minutes(1)), now: self.now) }
            try await scenario.store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try await scenario.store.create(self.samples.record(), now: self.now)
            #expect(try await scenario.store.sweep(limit: 1_000, now: self.now + .minutes(1)) == 500)
            try await DatabaseQueue(path: scenario.path).writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try await scenario.store.create(self.samples.record(), now: self.now)
            #expect(try await scenario.store.load(scenario.old.id, now: self.now) == .found(scenario.old))
            #expect(scenario.errors.isEmpty, "\(scenario.errors)")
        }
    }

    @Test(
        "two stores on one file from which a part is removed go on with one file, and no acknowledged session is missing",
        arguments: [["-wal"], ["-shm"], [""], ["", "-wal", "-shm"]])
    func twoStores(removed: [String]) async throws {
        try await self.with { scenario in
            let other = try SQLiteSessionStore(path: scenario.path)
            try await other.create(self.samples.record(subject: "ada"), now: self.now)
            try scenario.remove(removed)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for store in [scenario.store, other] {
                    group.addTask {
                        for _ in 0..<200 {
                            let record = self.samples.record(subject: "ada")
                            // Refused for a moment, while the other has it open; and then not.
                            while (try? await store.create(record, now: self.now)) == nil {
                                try Task.checkCancellation()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            // With the file itself the two sessions are gone that were there before.
            let expected = removed.contains("") ? 400 : 402
            for store in [scenario.store, other, try SQLiteSessionStore(path: scenario.path)] {
                #expect(try await store.sessions(of: "ada", now: self.now).count == expected)
                let check = try await store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
                #expect(check == "ok")
            }
        }
    }
}
#endif
