//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite(
    "What the Redis store asks", .enabled(if: SharedServer.areStarted, SharedServer.advice), .timeLimit(.minutes(10)))
struct RedisCommandsTests {
    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }

    private func watchedStore() throws -> (RedisSessionStore, WatchedExecutor) {
        let executor = WatchedExecutor(try SharedServer.redis.client)
        var configuration = RedisStoreConfiguration()
        configuration.prefix = "\(UUID()):"
        return (try RedisSessionStore(executor, configuration: configuration), executor)
    }

    @Test("a request that reads costs one command, and one more if it writes")
    func roundTrips() async throws {
        let (store, executor) = try self.watchedStore()
        // The server learns the scripts from the first client.
        let first = self.samples.record(subject: "ada")
        try await self.useEveryScript(of: store, on: first)
        _ = executor.takeNames()

        let record = self.samples.record()
        try await store.create(record, now: self.now)
        #expect(executor.takeNames() == ["EVALSHA"])
        #expect(try await store.load(record.id, now: self.now) == .found(record))
        #expect(executor.takeNames() == ["GET"])
        let next = self.samples.next(record)
        #expect(try await store.replace(next, ifVersion: record.version, now: self.now) == .replaced)
        #expect(executor.takeNames() == ["EVALSHA"])
        let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: self.now + .hours(1))
        #expect(try await store.touch(record.id, touch, now: self.now))
        #expect(executor.takeNames() == ["EVALSHA"])
        #expect(try await store.end(record.id, tombstoneUntil: self.now + .minutes(1), now: self.now))
        #expect(executor.takeNames() == ["EVALSHA"])
    }

    @Test("a session that stays the same user's is written with one command; the index is told of another user's")
    func indexTrips() async throws {
        let (store, executor) = try self.watchedStore()
        let record = self.samples.record(subject: "ada")
        try await self.useEveryScript(of: store, on: self.samples.record(subject: "ada"))
        _ = executor.takeNames()
        try await store.create(record, now: self.now)
        #expect(executor.takeNames() == ["EVALSHA", "EVALSHA"])
        let next = self.samples.next(record)
        #expect(try await store.replace(next, ifVersion: record.version, now: self.now) == .replaced)
        #expect(executor.takeNames() == ["EVALSHA"])
        var others = self.samples.next(next)
        others.subject = "alan"
        #expect(try await store.replace(others, ifVersion: next.version, now: self.now) == .replaced)
        #expect(executor.takeNames() == ["EVALSHA", "EVALSHA", "EVALSHA"])
    }

    @Test("fifty sessions of a user are listed in two round trips")
    func listing() async throws {
        let (store, executor) = try self.watchedStore()
        for _ in 0..<50 { try await store.create(self.samples.record(subject: "ada"), now: self.now) }
        _ = executor.takeNames()
        // One by one they would wait for each other for ever.
        executor.hold(until: 50) { $0.name == "GET" }
        #expect(try await store.sessions(of: "ada", now: self.now).count == 50)
        #expect(executor.takeNames() == ["ZRANGE"] + Array(repeating: "GET", count: 50))
    }

    @Test("a session that is on its way is in the index before it is there, and is not taken out of it")
    func creationUnderWay() async throws {
        let (store, executor) = try self.watchedStore()
        try await self.useEveryScript(of: store, on: self.samples.record(subject: "alan"))
        let (record, now) = (self.samples.record(subject: "ada"), self.now)
        let key = record.id.description
        executor.hold { command in
            command.name == "EVALSHA" && String(decoding: command.key?.bytes ?? [], as: UTF8.self).hasSuffix(key)
        }
        let creation = Task { try await store.create(record, now: now) }
        while executor.heldCount == 0 { await Task.yield() }
        // Neither one who looks now nor one whose clock is minutes ahead may forget it.
        #expect(try await store.sessions(of: "ada", now: now) == [])
        #expect(try await store.sessions(of: "ada", now: now + .minutes(4)) == [])
        executor.release()
        try await creation.value
        #expect(try await store.sessions(of: "ada", now: now) == [record])
        #expect(try await store.endAll(of: "ada", except: [], tombstoneUntil: now + .minutes(1), now: now) == 1)
    }

    @Test("the index forgets what has been over for minutes, and nothing that lives")
    func outlivedEntries() async throws {
        let (store, executor) = try self.watchedStore()
        let (over, live) = (self.samples.record(idle: .minutes(1), subject: "ada"), self.samples.record(subject: "ada"))
        for record in [over, live] { try await store.create(record, now: self.now) }
        let later = self.now + .minutes(6)
        #expect(try await store.sessions(of: "ada", now: later) == [live])
        #expect(executor.takeNames().last == "ZREM")
        #expect(try await store.sessions(of: "ada", now: later) == [live])
        #expect(executor.takeNames() == ["ZRANGE", "GET"])
    }

    @Test("the index does not grow with logins: what is past its absolute limit goes with the next one")
    func boundedIndex() async throws {
        let (store, executor) = try self.watchedStore()
        for day in 0..<30 {
            let samples = SampleRecords(seed: UInt64(day), now: self.now + .days(day))
            try await store.create(samples.record(subject: "ada"), now: samples.now)
        }
        _ = executor.takeNames()
        #expect(try await store.sessions(of: "ada", now: self.now + .days(29)).count == 1)
        #expect(executor.takeNames() == ["ZRANGE", "GET"])
    }

    @Test("a session of a newer version is left alone by this one, and ends with the others of its user")
    func newerRecord() async throws {
        let store = try SharedServer.redis.store()
        let record = self.samples.record(subject: "ada")
        let key = store.keys.session(record.id)
        var entry = RedisSessionEntry.encode(record, subject: RedisSubject("ada"), timeToLive: 0)
        entry[RedisSessionEntry.Offset.rest] = 2
        try await store.create(record, now: self.now)
        _ = try await SharedServer.redis.client.execute(RedisCommand("SET", key, RedisArgument(entry), key: key))
        for call in [
            { _ = try await store.load(record.id, now: $0) },
            { _ = try await store.replace(record, ifVersion: record.version, now: $0) },
            { _ = try await store.touch(record.id, SessionTouch(lastAccessedAt: $0, expiresAt: $0), now: $0) },
        ] as [(SessionInstant) async throws -> Void] {
            let error = await #expect(throws: SessionStoreError.self) { try await call(self.now) }
            #expect(error?.code == .newerRecord)
        }
        let marked = self.now + .minutes(1)
        #expect(try await store.endAll(of: "alan", except: [], tombstoneUntil: marked, now: self.now) == 0)
        #expect(try await store.endAll(of: "ada", except: [], tombstoneUntil: marked, now: self.now) == 1)
        #expect(try await store.load(record.id, now: self.now) == .ended)
    }

    private func useEveryScript(of store: RedisSessionStore, on record: SessionRecord) async throws {
        try await store.create(record, now: self.now)
        _ = try await store.replace(self.samples.next(record), ifVersion: record.version, now: self.now)
        let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: self.now)
        _ = try await store.touch(record.id, touch, now: self.now)
        try await store.end(record.id, tombstoneUntil: self.now + .minutes(1), now: self.now)
    }
}
#endif
