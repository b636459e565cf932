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
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsSQLite

@Suite("The SQLite store")
struct SQLiteSessionStoreTests {
    private let samples = SampleRecords()

    @Test("what was stored is there when the file is opened again")
    func reopening() async throws {
        try await TemporaryFolder.with { folder in
            let record = self.samples.record(subject: "ada", values: ["a": .integer(1)])
            let path = folder.path("sessions.sqlite")
            try await SQLiteSessionStore(path: path).create(record, now: self.samples.now)
            let store = try SQLiteSessionStore(path: path)
            #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
            #expect(try await store.sessions(of: "ada", now: self.samples.now) == [record])
        }
    }

    @Test("the file is its owner's alone")
    func permissions() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path)
            try await store.create(self.samples.record(), now: self.samples.now)
            for suffix in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                #expect((attributes[.posixPermissions] as? Int ?? 0) & 0o077 == 0, "\(suffix)")
            }
            // Open until here: the last one to close the file takes its log away.
            #expect(try await store.count(now: self.samples.now) == 1)
        }
    }

    @Test("no secret is in the file, nor anything that lets someone in (CVE-2019-16782)")
    func dump() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let visitor = try StoreVisitor(store)
            try await visitor.visit { try await $0.logIn("ada") }
            let (token, secret) = try visitor.token
            var files = Data()
            for suffix in ["", "-wal"] {
                files += try Data(contentsOf: URL(filePath: folder.path("sessions.sqlite" + suffix)))
            }
            #expect(files.firstRange(of: Data("ada".utf8)) != nil, "the file has the session")
            #expect(files.firstRange(of: secret) == nil)
            #expect(files.firstRange(of: Data(token.utf8)) == nil)
            #expect(files.firstRange(of: Data(token.suffix(30).utf8)) == nil)
        }
    }

    @Test("a file that cannot serve is refused in words, and left untouched", arguments: BadFile.all)
    func refused(file: BadFile) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            try await file.make(path)
            let before = try Data(contentsOf: URL(filePath: path))
            let error = #expect(throws: SessionStoreError.self) { try SQLiteSessionStore(path: path) }
            #expect(error?.code == .unusable)
            #expect(error?.message.contains(file.words) == true, "\(String(describing: error))")
            #expect(error?.message.contains(path) == true)
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test("a path that is no file is refused", arguments: ["", ":memory:", "/nowhere/at/all.sqlite"])
    func noFile(path: String) {
        let error = #expect(throws: SessionStoreError.self) { try SQLiteSessionStore(path: path) }
        #expect(error?.code == .unusable)
    }

    @Test("many stores may open one new file at once")
    func openingTogether() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let stores = try await withThrowingTaskGroup(of: SQLiteSessionStore.self) { group in
                for _ in 0..<8 { group.addTask { try SQLiteSessionStore(path: path) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let record = self.samples.record()
            try await stores[0].create(record, now: self.samples.now)
            for store in stores { #expect(try await store.load(record.id, now: self.samples.now) == .found(record)) }
        }
    }

    @Test("a file whose log others keep locked is opened in three attempts, and then the error says so")
    func lockedLog() async throws {
        var attempts = 0
        let attempt = {
            attempts += 1
            guard attempts.isMultiple(of: 3) else { throw DatabaseError(resultCode: .SQLITE_PROTOCOL) }
            return attempts
        }
        #expect(try SQLiteSessionFile.opening("sessions.sqlite", attempt) == 3)
        let error = #expect(throws: SessionStoreError.self) {
            try SQLiteSessionFile.opening("sessions.sqlite") {
                attempts += 1
                throw DatabaseError(resultCode: .SQLITE_PROTOCOL)
            }
        }
        #expect(attempts == 6)
        #expect(error?.message.contains("other processes kept it locked") == true)
    }

    @Test(
        "64 clients count 100 times each in one session: 6,400, also through two stores on one file", arguments: [1, 2])
    func sixtyFourClients(storeCount: Int) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            // What is counted is increments, not how fast a machine is that does other things as well.
            var configuration = SessionConfiguration()
            configuration.storeDeadline = .minutes(1)
            var storeConfiguration = SQLiteStoreConfiguration()
            storeConfiguration.busyTimeout = .seconds(30)
            let engines = try (0..<storeCount).map { _ in
                let store = try SQLiteSessionStore(path: path, configuration: storeConfiguration)
                return try SessionEngine(.stored(in: store), configuration: configuration)
            }
            let views = SessionKey<Int>.counter("views")
            let logger = LogAudit.logger()
            let browser = TestBrowser()
            let visit = { @Sendable (engine: SessionEngine) in
                var request = SessionRequest(headerFields: [:])
                browser.addCookies(to: &request.headerFields, for: "https://example.com/")
                let session = try await engine.open(request, logger: logger)
                session[views] += 1
                var response = HTTPFields()
                try await engine.close(session, response: &response)
                LogAudit.noteTokens(in: response)
                browser.receive(response, from: "https://example.com/")
            }
            try await visit(engines[0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<64 {
                    group.addTask { for _ in 0..<100 { try await visit(engines[client % storeCount]) } }
                }
                try await group.waitForAll()
            }
            let store = try SQLiteSessionStore(path: path)
            let record = try #require(try await store.sessions(now: SessionClock.system.now).first)
            #expect(record.values["views"] == .integer(6401))
        }
    }

    @Test(
        "an ending waits for the disk by default, another write where it is asked to",
        arguments: [
            (
                SQLiteStoreConfiguration.Durability.processCrash, SQLiteStoreConfiguration.Durability.machineCrash,
                [1, 2, 1]
            ),
            (.machineCrash, .machineCrash, [2, 2, 2]), (.processCrash, .processCrash, [1, 1, 1]),
        ]
    )
    func durability(
        of writes: SQLiteStoreConfiguration.Durability,
        ofEndings: SQLiteStoreConfiguration.Durability,
        expected: [Int]
    ) async throws {
        #expect(SQLiteStoreConfiguration().durability == .processCrash)
        #expect(SQLiteStoreConfiguration().logoutDurability == .machineCrash)
        try await TemporaryFolder.with { folder in
            var configuration = SQLiteStoreConfiguration()
            configuration.durability = writes
            configuration.logoutDurability = ofEndings
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"), configuration: configuration)
            let record = self.samples.record()
            let touch = SessionTouch(lastAccessedAt: self.samples.now, expiresAt: self.samples.now + .hours(1))
            var synchronous: [Int] = []
            // What SQLite calls synchronous is 1 for NORMAL and 2 for FULL.
            let note = { @Sendable in
                try await store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
            }
            try await store.create(record, now: self.samples.now)
            synchronous.append(try await note())
            try await store.end(record.id, tombstoneUntil: self.samples.now + .minutes(1), now: self.samples.now)
            synchronous.append(try await note())
            _ = try await store.touch(record.id, touch, now: self.samples.now)
            synchronous.append(try await note())
            #expect(synchronous == expected)
        }
    }

    @Test("one write that fails does not fail those that were committed with it")
    func groupCommit() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let store = try SQLiteSessionStore(path: path)
            try await DatabaseQueue(path: path).write { db in
                try db.execute(
                    sql: """
                        CREATE TRIGGER refuse BEFORE INSERT ON sessions WHEN new.subject = x'626164'
                        BEGIN SELECT RAISE(ABORT, 'refused'); END
                        """
                )
            }
            let results = try await withThrowingTaskGroup(of: (Bool, Bool).self) { group in
                for index in 0..<100 {
                    let isBad = index % 10 == 0
                    let record = self.samples.record(subject: isBad ? "bad" : "good")
                    group.addTask {
                        do {
                            try await store.create(record, now: self.samples.now)
                            return (isBad, true)
                        } catch let error as SessionStoreError where error.code == .unavailable {
                            return (isBad, false)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.allSatisfy { isBad, isStored in isBad != isStored })
            #expect(try await store.count(now: self.samples.now) == 90)
        }
    }
}

/// A file that a store must refuse.
struct BadFile: Sendable, CustomTestStringConvertible {
    var name: String
    var words: String
    var make: @Sendable (String) async throws -> Void

    var testDescription: String { self.name }

    static let all = [
        BadFile(name: "text", words: "not an SQLite database") { path in
            try Data("hello, this is no database at all".utf8).write(to: URL(filePath: path))
        },
        BadFile(name: "damaged header", words: "damaged") { path in
            try await Self.makeSessions(path)
            try Self.overwrite(path, at: 16..<100)
        },
        BadFile(name: "damaged pages", words: "damaged") { path in
            try await Self.makeSessions(path)
            try Self.overwrite(path, at: 4096 * 3..<4096 * 6)
        },
        BadFile(name: "cut off", words: "damaged") { path in
            try await Self.makeSessions(path)
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.truncate(atOffset: 4096 * 3)
            try handle.close()
        },
        BadFile(name: "newer schema", words: "newer version") { path in
            try await Self.makeSessions(path)
            try await DatabaseQueue(path: path).writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
            }
        },
        BadFile(name: "another application's", words: "another application") { path in
            try await DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
        },
    ]

    /// A file of ours with some pages, all of them in the file itself and none in its log.
    private static func makeSessions(_ path: String) async throws {
        do {
            let store = try SQLiteSessionStore(path: path)
            let samples = SampleRecords()
            for _ in 0..<200 { try await store.create(samples.record(subject: "ada"), now: samples.now) }
        }
        try await DatabaseQueue(path: path).writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    private static func overwrite(_ path: String, at range: Range<Int>) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes.replaceSubrange(range, with: Data(repeating: 0xA5, count: range.count))
        try bytes.write(to: URL(filePath: path))
    }
}
#endif
