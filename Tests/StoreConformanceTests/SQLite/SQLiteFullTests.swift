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

@Suite("When SQLite has no space", .timeLimit(.minutes(10)))
struct SQLiteFullTests {
    private let samples = SampleRecords()
    private var now: SessionInstant { self.samples.now }

    private static var small: SQLiteStoreConfiguration {
        var configuration = SQLiteStoreConfiguration()
        configuration.maximumFileSize = 4 << 20
        configuration.reservedDiskSpace = 1 << 20
        return configuration
    }

    private func large() -> SessionRecord {
        self.samples.record(values: ["a": .string(String(repeating: "x", count: 57_000))])
    }

    /// Creates sessions, 64 at once, until one is refused.
    private func fill(
        _ store: SQLiteSessionStore, with make: @escaping @Sendable () -> SessionRecord
    ) async throws -> SessionStoreError? {
        let now = self.now
        for _ in 0..<1_000 {
            let error = try await withThrowingTaskGroup(of: SessionStoreError?.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        do {
                            try await store.create(make(), now: now)
                            return nil
                        } catch let error as SessionStoreError {
                            return error
                        }
                    }
                }
                return try await group.reduce(nil) { $0 ?? $1 }
            }
            if let error { return error }
        }
        return nil
    }

    @Test(
        "a file at its maximum size refuses what is new and says why; all can be read, ended, and swept",
        arguments: [true, false])
    func maximumFileSize(isLarge: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path, configuration: Self.small)
            let users = (0..<350).map { self.samples.record(subject: "user \($0 % 7)") }
            for user in users { try await store.create(user, now: self.now) }
            let error = try await self.fill(store) { isLarge ? self.large() : self.samples.record(idle: .minutes(1)) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("maximumFileSize") == true, "\(String(describing: error))")
            for user in users { #expect(try await store.load(user.id, now: self.now) == .found(user)) }
            for user in users.prefix(175) {
                #expect(try await store.end(user.id, tombstoneUntil: self.now + .minutes(1), now: self.now))
            }
            for subject in 0..<7 {
                try await store.endAll(
                    of: "user \(subject)", except: [], tombstoneUntil: self.now + .minutes(1), now: self.now)
            }
            for user in users { #expect(try await store.load(user.id, now: self.now) == .ended) }
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            #expect(size <= 4 << 20)
            while try await store.sweep(limit: 1_000, now: self.now + .hours(1)) > 0 {}
            try await store.create(isLarge ? self.large() : self.samples.record(), now: self.now + .hours(1))
        }
    }

    @Test("while there is no space for a reserve, sessions are read and ended, and nothing else is written")
    func reserve() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path, configuration: Self.small)
            let record = self.samples.record()
            try await store.create(record, now: self.now)
            let reserve = path + "-reserve"
            #expect(try FileManager.default.attributesOfItem(atPath: reserve)[.size] as? Int == 1 << 20)
            // Given up, and on a disk that takes not a byte more.
            try FileManager.default.removeItem(atPath: reserve)
            try FileManager.default.createSymbolicLink(atPath: reserve, withDestinationPath: "/dev/full")
            let error = await #expect(throws: SessionStoreError.self) {
                try await store.create(self.samples.record(), now: self.now)
            }
            #expect(error?.message.contains("disk is full") == true, "\(String(describing: error))")
            #expect(try await store.load(record.id, now: self.now) == .found(record))
            #expect(try await store.end(record.id, tombstoneUntil: self.now + .minutes(1), now: self.now))
            // There is space again.
            try await self.createWhenPossible(in: store)
            #expect(try FileManager.default.attributesOfItem(atPath: reserve)[.size] as? Int == 1 << 20)
        }
    }

    @Test("an ending for which there is no space gives up the reserve and is done all the same")
    func endingOnFullDisk() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path, configuration: Self.small)
            let record = self.samples.record()
            try await store.create(record, now: self.now)
            // An ending needs a page that there is not, as long as there is a reserve.
            try await store.pool.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        CREATE TABLE growth (bytes BLOB);
                        CREATE TRIGGER grow AFTER UPDATE ON sessions WHEN reserve()
                        BEGIN INSERT INTO growth VALUES (zeroblob(5000000)); END;
                        """
                )
                db.add(
                    function: DatabaseFunction("reserve", argumentCount: 0) { _ in
                        FileManager.default.fileExists(atPath: path + "-reserve")
                    }
                )
            }
            #expect(try await store.end(record.id, tombstoneUntil: self.now + .minutes(1), now: self.now))
            #expect(try await store.load(record.id, now: self.now) == .ended)
            #expect(!FileManager.default.fileExists(atPath: path + "-reserve"))
        }
    }

    @Test("on a disk that is full to the last byte all sessions can be read and ended", .enabled(if: getuid() == 0))
    func fullDisk() async throws {
        try await TemporaryFolder.with { folder in
            let disk = folder.path("disk")
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            // Where an administrator may not mount either, there is nothing to test.
            guard try await Self.run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk) else { return }
            do {
                try await self.fillDisk(disk)
            } catch {
                _ = try await Self.run("umount", "-l", disk)
                throw error
            }
            _ = try await Self.run("umount", "-l", disk)
        }
    }

    private func fillDisk(_ disk: String) async throws {
        let store = try SQLiteSessionStore(path: disk + "/sessions.sqlite")
        let users = (0..<300).map { self.samples.record(subject: "user \($0)") }
        for user in users { try await store.create(user, now: self.now) }
        let error = try await self.fill(store) { self.large() }
        #expect(error?.message.contains("disk is full") == true, "\(String(describing: error))")
        let until = self.now + .minutes(1)
        #expect(try await store.end(users[0].id, tombstoneUntil: until, now: self.now))
        // Another program takes the rest of the reserve.
        let other = try #require(fopen(disk + "/other", "w"))
        while fwrite([UInt8](repeating: 0, count: 4096), 4096, 1, other) == 1, fflush(other) == 0 {}
        for user in users.dropFirst() {
            #expect(try await store.load(user.id, now: self.now) == .found(user))
            #expect(try await store.end(user.id, tombstoneUntil: until, now: self.now))
        }
        fclose(other)
        try FileManager.default.removeItem(atPath: disk + "/other")
        while try await store.sweep(limit: 1_000, now: self.now + .hours(1)) > 0 {}
        try await self.createWhenPossible(in: store)
    }

    private func createWhenPossible(in store: SQLiteSessionStore) async throws {
        while (try? await store.create(self.samples.record(), now: self.now)) == nil { try Task.checkCancellation() }
    }

    /// Whether a command succeeds.
    private static func run(_ arguments: String...) async throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = nil
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test("a maximum size that holds no sessions is refused")
    func tooSmall() async throws {
        try await TemporaryFolder.with { folder in
            var configuration = SQLiteStoreConfiguration()
            configuration.maximumFileSize = 1 << 20
            let error = #expect(throws: SessionStoreError.self) {
                try SQLiteSessionStore(path: folder.path("sessions.sqlite"), configuration: configuration)
            }
            #expect(error?.code == .unusable)
            #expect(error?.message.contains("maximumFileSize is 1048576") == true)
        }
    }
}
#endif
