//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && SQLite
import Foundation
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import Testing

@testable import SessionsPostgres

@Suite(
    "The PostgreSQL store", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .timeLimit(.minutes(10)))
struct PostgresSessionStoreTests {
    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }

    @Test("no secret is in PostgreSQL, nor anything that lets someone in (CVE-2019-16782)")
    func dump() async throws {
        try await SharedPostgres.withStore { store in
            let visitor = try StoreVisitor(store)
            try await visitor.visit { try await $0.logIn("ada@example.com") }
            let (token, secret) = try visitor.token
            let table = try PostgresTable(store.pool.configuration).sessions
            let rows = try await PostgresDatabase(try SharedPostgres.variable()).tell(
                "SELECT encode(record, 'base64'), encode(subject, 'escape'), id, version_tag FROM \(table)")
            let bytes = try #require(
                rows[0][0].flatMap { Data(base64Encoded: $0, options: .ignoreUnknownCharacters) })
            #expect(bytes.firstRange(of: Data("ada@example.com".utf8)) != nil, "the row has the session")
            #expect(rows[0][1] == "ada@example.com")
            #expect(bytes.firstRange(of: secret) == nil)
            #expect(bytes.firstRange(of: Data(token.suffix(30).utf8)) == nil)
        }
    }

    @Test("64 clients count 100 times each in one session, over two stores on one table: 6,400")
    func sixtyFourClients() async throws {
        try await SharedPostgres.withStores(2) { stores in
            var configuration = SessionConfiguration()
            configuration.storeDeadline = .minutes(1)
            let engines = try stores.map { try SessionEngine(.stored(in: $0), configuration: configuration) }
            let visitors = engines.map { StoreVisitor($0) }
            try await visitors[0].visit { $0[.visits] += 1 }
            let browser = visitors[0].browser
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<64 {
                    group.addTask {
                        for _ in 0..<100 {
                            var request = SessionRequest(headerFields: [:])
                            browser.addCookies(to: &request.headerFields, for: "https://example.com/")
                            let session = try await engines[client % 2].open(request, logger: LogAudit.logger())
                            session[.visits] += 1
                            var response = HTTPFields()
                            try await engines[client % 2].close(session, response: &response)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let record = try #require(
                try await stores[1].sessions(now: SessionClock.system.now).first)
            #expect(record.values["visits"] == .integer(6401))
        }
    }

    @Test("of several servers that sweep at once each removes its own, and together they remove all that is over")
    func sweepingTogether() async throws {
        try await SharedPostgres.withStores(4) { stores in
            let later = self.now + .hours(9)
            let live = self.samples.record(absolute: .hours(10))
            for _ in 0..<400 { try await stores[0].create(self.samples.record(), now: self.now) }
            // Due by the index, and extended since: put where it belongs.
            try await stores[0].create(live, now: self.now)
            let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: self.now + .hours(10))
            #expect(try await stores[0].touch(live.id, touch, now: self.now))
            let removed = try await withThrowingTaskGroup(of: Int.self) { group in
                for store in stores {
                    group.addTask {
                        var removed = 0
                        while true {
                            let count = try await store.sweep(limit: 10, now: later)
                            removed += count
                            if count < 10 { return removed }
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(removed == 400)
            #expect(try await stores[0].sweep(limit: 10, now: later) == 0)
            #expect(try await stores[0].count(now: later) == 1)
        }
    }

    @Test("what was extended while its sweep was due does not keep a sweep from what lies behind it")
    func extendedBeforeExpired() async throws {
        try await SharedPostgres.withStore { store in
            let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: self.now + .hours(8))
            for _ in 0..<25 {
                let record = self.samples.record(idle: .minutes(1))
                try await store.create(record, now: self.now)
                _ = try await store.touch(record.id, touch, now: self.now)
            }
            for _ in 0..<5 { try await store.create(self.samples.record(idle: .minutes(2)), now: self.now) }
            let later = self.now + .hours(1)
            #expect(try await store.sweep(limit: 10, now: later) == 5)
            #expect(try await store.count(now: later) == 25)
            #expect(try await store.sweep(limit: 100, now: self.now + .hours(8)) == 25)
        }
    }

    @Test(
        "checklist 18: whatever bytes stand in PostgreSQL, their visitor has no session, and no one else loses theirs")
    func hostileBytes() async throws {
        try await SharedPostgres.withStore { store in
            let (ada, alan) = (self.samples.record(subject: "ada"), self.samples.record(subject: "alan"))
            try await store.create(ada, now: self.now)
            try await store.create(alan, now: self.now)
            let whole = SessionRecordCodec.encode(ada)
            let random = DeterministicRandom(seed: 18)
            let noise = (0..<60).map { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            let database = try PostgresDatabase(try SharedPostgres.variable())
            let table = try PostgresTable(store.pool.configuration).sessions
            for bytes in whole.indices.map({ Array(whole.prefix($0)) }) + noise + noise.map({ [1] + $0 }) {
                let hex = bytes.map { String(format: "%02x", $0) }.joined()
                try await database.tell("UPDATE \(table) SET record = '\\x\(hex)' WHERE subject = 'ada'")
                let error = await #expect(throws: SessionStoreError.self) {
                    _ = try await store.load(ada.id, now: self.now)
                }
                #expect(error?.code == .corruptRecord || error?.code == .newerRecord)
                // One that a newer version wrote is no bad one, and an error to all who ask for it.
                guard error?.code == .corruptRecord else { continue }
                #expect(try await store.sessions(now: self.now) == [alan])
            }
            // Numbers that no clock shows.
            try await database.tell(
                """
                UPDATE \(table) SET expires_at = 9223372036854775807, absolute_expires_at = 9223372036854775807,
                    last_accessed_at = -9223372036854775808, version_counter = -1 WHERE subject = 'alan'
                """
            )
            guard case .found(let strange) = try await store.load(alan.id, now: self.now) else {
                Issue.record("alan's session is gone")
                return
            }
            #expect(strange.expiresAt == .distantFuture && strange.lastAccessedAt == .distantPast)
        }
    }

    @Test(
        "a table whose columns have other types is an error, and none of its content is in it",
        arguments: ["record TYPE text USING 'secret'", "version_counter TYPE text", "expires_at TYPE numeric"])
    func foreignColumns(_ change: String) async throws {
        let configuration = SharedPostgres.configuration()
        let store = try SharedPostgres.store(configuration)
        let record = self.samples.record()
        try await store.create(record, now: self.now)
        #expect(try await store.load(record.id, now: self.now) == .found(record))
        let table = PostgresTable(configuration)
        let database = try PostgresDatabase(try SharedPostgres.variable())
        try await database.tell("ALTER TABLE \(table.sessions) ALTER COLUMN \(change)")
        for store in [store, try SharedPostgres.store(configuration)] {
            let error = await #expect(throws: SessionStoreError.self) {
                _ = try await store.load(record.id, now: self.now)
            }
            #expect(error.map { "\($0)".contains("secret") } == false)
            await #expect(throws: SessionStoreError.self) {
                _ = try await store.replace(self.samples.next(record), ifVersion: record.version, now: self.now)
            }
            await store.shutdown()
        }
    }

    @Test("statements that the server has forgotten are prepared again, and nothing is lost")
    func forgottenStatements() async throws {
        try await SharedPostgres.withStore({ $0.maximumConnectionCount = 1 }) { store in
            let record = self.samples.record()
            try await store.create(record, now: self.now)
            for statement in ["DEALLOCATE ALL", "DISCARD ALL"] {
                _ = try await store.pool.execute(.reading(sql: statement))
                #expect(try await store.load(record.id, now: self.now) == .found(record))
                #expect(try await store.load(record.id, now: self.now) == .found(record))
            }
        }
    }

    @Test("calls beyond the queue fail at once and say so, and those in it are served")
    func fullQueue() async throws {
        try await SharedPostgres.withStore({
            $0.maximumConnectionCount = 1
            $0.queueLimit = 3
        }) { store in
            try await store.prepare()
            let database = try PostgresDatabase(try SharedPostgres.variable())
            try await database.tell("BEGIN")
            let table = try PostgresTable(store.pool.configuration).sessions
            try await database.tell("LOCK TABLE \(table)")
            let served = Mutexed(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<4 {
                    group.addTask {
                        _ = try await store.load(self.samples.id(), now: self.now)
                        served.update { $0 += 1 }
                    }
                    // One after the other: the first runs, the others wait.
                    while try store.pool.load != (index == 0 ? (1, 0) : (1, index)) { await Task.yield() }
                }
                let error = await #expect(throws: SessionStoreError.self) {
                    _ = try await store.load(self.samples.id(), now: self.now)
                }
                #expect(error?.message.contains("queueLimit") == true)
                try await database.tell("ROLLBACK")
                try await group.waitForAll()
            }
            #expect(served.value == 4)
        }
    }

    @Test("calls that were cancelled while they waited make room in the queue")
    func cancelledQueue() async throws {
        try await SharedPostgres.withStore({
            $0.maximumConnectionCount = 1
            $0.queueLimit = 3
        }) { store in
            try await store.prepare()
            let database = try PostgresDatabase(try SharedPostgres.variable())
            try await database.tell("BEGIN")
            let table = try PostgresTable(store.pool.configuration).sessions
            try await database.tell("LOCK TABLE \(table)")
            let calls = (0..<4).map { _ in Task { try await store.load(self.samples.id(), now: self.now) } }
            while try store.pool.load != (1, 3) { await Task.yield() }
            for call in calls { call.cancel() }
            for call in calls { await #expect(throws: CancellationError.self) { try await call.value } }
            while try store.pool.load != (1, 0) { await Task.yield() }
            try await database.tell("ROLLBACK")
            #expect(try await store.load(self.samples.id(), now: self.now) == .missing)
        }
    }

    @Test("a store that was shut down closes its connections, and says so")
    func shutdown() async throws {
        var configuration = SharedPostgres.configuration()
        configuration.maximumConnectionCount = 2
        let store = try SharedPostgres.store(configuration)
        try await store.prepare()
        await store.shutdown()
        await store.shutdown()
        #expect(try store.pool.load == (0, 0))
        let error = await #expect(throws: SessionStoreError.self) { _ = try await store.count(now: self.now) }
        #expect(error?.code == .unavailable)
    }
}

extension SessionKey<Int> {
    fileprivate static var visits: Self { .counter("visits") }
}
#endif
