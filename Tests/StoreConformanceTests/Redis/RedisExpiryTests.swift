//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite(
    "For how long Redis keeps sessions", .enabled(if: SharedServer.areStarted, SharedServer.advice),
    .timeLimit(.minutes(10)))
struct RedisExpiryTests {
    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }

    @Test("the server keeps a session a minute longer than it lives, and a touch only ever longer")
    func serverExpiry() async throws {
        let store = try SharedServer.redis.store()
        let record = self.samples.record(idle: .minutes(20))
        try await store.create(record, now: self.now)
        try await self.expectKept(record.id, in: store, for: .minutes(21))
        try await self.touch(record.id, in: store, for: .minutes(30))
        try await self.expectKept(record.id, in: store, for: .minutes(31))
        try await self.touch(record.id, in: store, for: .minutes(10))
        try await self.expectKept(record.id, in: store, for: .minutes(31))
        try await store.end(record.id, tombstoneUntil: self.now + .minutes(1), now: self.now)
        try await self.expectKept(record.id, in: store, for: .minutes(2))
    }

    @Test("a time to live lets the server forget earlier, after a write and after a touch")
    func timeToLive() async throws {
        let fixed = try SharedServer.redis.store { $0.timeToLive = .atMost(.minutes(5)) }
        let byUser = try SharedServer.redis.store { configuration in
            configuration.timeToLive = .atMost { $0.subject == nil ? .minutes(5) : .hours(24) }
        }
        for (store, subject, kept) in [
            (fixed, nil, 5), (fixed, "ada", 5), (byUser, nil, 5), (byUser, "ada", 21),
        ] as [(RedisSessionStore, String?, Int)] {
            let record = self.samples.record(subject: subject)
            try await store.create(record, now: self.now)
            try await self.expectKept(record.id, in: store, for: .minutes(kept))
            try await self.touch(record.id, in: store, for: .minutes(30))
            try await self.expectKept(record.id, in: store, for: .minutes(kept == 5 ? 5 : 31))
            #expect(try await store.load(record.id, now: self.now) != .missing)
        }
    }

    @Test("where touches are ignored a session ends after its last change, and a touch of none says so")
    func ignoredTouches() async throws {
        let store = try SharedServer.redis.store { $0.ignoresTouches = true }
        let record = self.samples.record()
        try await store.create(record, now: self.now)
        let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: self.now + .hours(1))
        #expect(try await store.touch(record.id, touch, now: self.now))
        #expect(try await store.load(record.id, now: self.now) == .found(record))
        #expect(try await store.touch(self.samples.id(), touch, now: self.now) == false)
        try await store.end(record.id, tombstoneUntil: self.now + .minutes(1), now: self.now)
        #expect(try await store.touch(record.id, touch, now: self.now) == false)
    }

    private func touch(_ id: SessionID, in store: RedisSessionStore, for duration: Duration) async throws {
        let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: self.now + duration)
        _ = try await store.touch(id, touch, now: self.now)
    }

    /// Makes sure that the server keeps a session for so long, but for the seconds that the test took.
    private func expectKept(
        _ id: SessionID,
        in store: RedisSessionStore,
        for duration: Duration,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let key = store.keys.session(id)
        let reply = try await SharedServer.redis.client.execute(RedisCommand("PTTL", key, key: key))
        let left = Duration.milliseconds(try #require(reply.integer))
        #expect(left <= duration && left > duration - .seconds(50), sourceLocation: sourceLocation)
    }
}
#endif
