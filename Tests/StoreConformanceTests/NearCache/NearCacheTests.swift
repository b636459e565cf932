//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsRedis

@Suite(
    "The Redis store with a near cache",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .timeLimit(.minutes(10)))
struct NearCacheTests {
    private static let servers = [SharedServer.redis, .valkey]

    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }

    private func cached(_ id: SessionID, in store: RedisSessionStore) throws -> SessionRecord? {
        guard case .found(let record)? = try store.loadSynchronously(id, now: self.now) else { return nil }
        return record
    }

    /// Loads a record until the store has it in memory.
    private func cache(_ id: SessionID, in store: RedisSessionStore) async throws {
        while try self.cached(id, in: store) == nil { _ = try await store.load(id, now: self.now) }
    }

    @Test("a session that was read is read from memory until any server changes it", arguments: servers)
    func reading(server: SharedServer) async throws {
        let stores = try await server.nearStores(2)
        let record = self.samples.record()
        try await stores[0].create(record, now: self.now)
        try await self.cache(record.id, in: stores[0])
        #expect(try self.cached(record.id, in: stores[0]) == record)
        let next = self.samples.next(record)
        #expect(try await stores[1].replace(next, ifVersion: record.version, now: self.now) == .replaced)
        while try self.cached(record.id, in: stores[0]) != nil { await Task.yield() }
        try await self.cache(record.id, in: stores[0])
        #expect(try self.cached(record.id, in: stores[0]) == next)
        let touch = SessionTouch(lastAccessedAt: self.now + .minutes(1), expiresAt: self.now + .minutes(21))
        #expect(try await stores[1].touch(record.id, touch, now: self.now))
        while try self.cached(record.id, in: stores[0]) == next { await Task.yield() }
        try await self.cache(record.id, in: stores[0])
        #expect(try self.cached(record.id, in: stores[0])?.expiresAt == touch.expiresAt)
    }

    @Test("what a server has written it reads, whatever it had in memory before")
    func ownWrites() async throws {
        let store = try await SharedServer.redis.nearStores(1)[0]
        var record = self.samples.record()
        try await store.create(record, now: self.now)
        for _ in 0..<200 {
            try await self.cache(record.id, in: store)
            let next = self.samples.next(record)
            #expect(try await store.replace(next, ifVersion: record.version, now: self.now) == .replaced)
            #expect(try self.cached(record.id, in: store) != record)
            record = next
        }
    }

    @Test("an old record in memory makes a conflict, which has the latest record")
    func conflict() async throws {
        let stores = try await SharedServer.redis.nearStores(2)
        let record = self.samples.record()
        try await stores[0].create(record, now: self.now)
        try await self.cache(record.id, in: stores[0])
        let next = self.samples.next(record)
        #expect(try await stores[1].replace(next, ifVersion: record.version, now: self.now) == .replaced)
        let late = self.samples.next(record)
        #expect(try await stores[0].replace(late, ifVersion: record.version, now: self.now) == .conflict(next))
    }

    @Test(
        "a record in memory is not used at its limits, and what is missing or has ended is never answered from memory")
    func limits() async throws {
        let store = try await SharedServer.redis.nearStores(1)[0]
        let record = self.samples.record(idle: .minutes(20))
        try await store.create(record, now: self.now)
        try await self.cache(record.id, in: store)
        #expect(try store.loadSynchronously(record.id, now: record.expiresAt - .milliseconds(1)) == .found(record))
        #expect(try store.loadSynchronously(record.id, now: record.expiresAt) == nil)
        #expect(try await store.load(record.id, now: record.expiresAt) == .missing)
        try await store.end(record.id, tombstoneUntil: self.now + .hours(1), now: self.now)
        #expect(try await store.load(record.id, now: self.now) == .ended)
        #expect(try store.loadSynchronously(record.id, now: self.now) == nil)
        #expect(try store.loadSynchronously(self.samples.id(), now: self.now) == nil)
    }

    @Test(
        "an ending, another secret or user, and an earlier limit return when a lease has passed; other changes do not")
    func waiting() async throws {
        let lease = Duration.milliseconds(900)
        let client = try SharedServer.redis.client
        var configuration = RedisStoreConfiguration()
        configuration.prefix = try SharedServer.redis.store().keys.prefix
        let store = try RedisSessionStore(
            client, configuration: configuration, nearCache: .leased(lease, maximumCount: 0))

        func duration(of body: () async throws -> Void) async rethrows -> Duration {
            let start = ContinuousClock.now
            try await body()
            return ContinuousClock.now - start
        }
        var record = self.samples.record(subject: "ada")
        try await store.create(record, now: self.now)
        func replace(_ change: (inout SessionRecord) -> Void) async throws -> Duration {
            var next = self.samples.next(record)
            change(&next)
            let former = record.version
            record = next
            return try await duration {
                let result = try await store.replace(next, ifVersion: former, now: self.now)
                #expect(result == .replaced)
            }
        }
        let (until, now) = (self.now + .hours(1), self.now)
        // One that waits is never quick. One that does not wait may still be slow beside a thousand other tests.
        func isQuick(_ change: (inout SessionRecord) -> Void) async throws -> Bool {
            for _ in 0..<20 where try await replace(change) < lease { return true }
            return false
        }
        #expect(try await isQuick { $0.values = SessionValues(["views": .integer(2)]) })
        #expect(try await isQuick { $0.expiresAt = $0.expiresAt + .minutes(1) })
        let later = self.samples.record(subject: "alan")
        try await store.create(later, now: now)
        let slow = [
            try await replace { $0.secretHash = self.samples.secretHash() },
            try await replace { $0.subject = "alan" },
            try await replace { $0.expiresAt = $0.expiresAt - .minutes(1) },
            try await replace { $0.absoluteExpiresAt = $0.absoluteExpiresAt - .minutes(1) },
            try await duration { _ = try await store.end(record.id, tombstoneUntil: until, now: now) },
            // Another call may have ended it a moment ago.
            try await duration { _ = try await store.end(record.id, tombstoneUntil: until, now: now) },
            try await duration {
                let count = try await store.endAll(of: "alan", except: [], tombstoneUntil: until, now: now)
                #expect(count == 1)
            },
            try await duration { _ = try await store.end([later.id], tombstoneUntil: until, now: now) },
            try await duration { try await store.clear() },
        ]
        for (position, duration) in slow.enumerated() { #expect(duration >= lease, "number \(position)") }
    }

    @Test("an ending whose task is cancelled or whose deadline passes while it waits has ended the session, and throws")
    func interruptedWaiting() async throws {
        let store = try RedisSessionStore(
            SharedServer.redis.client, configuration: try SharedServer.redis.store().configuration,
            nearCache: .leased(.seconds(1), maximumCount: 0))
        let records = [self.samples.record(), self.samples.record()]
        for record in records { try await store.create(record, now: self.now) }
        let (until, now) = (self.now + .hours(1), self.now)
        let ending = Task { try await store.end(records[0].id, tombstoneUntil: until, now: now) }
        while try await store.load(records[0].id, now: now) != .ended { await Task.yield() }
        ending.cancel()
        await #expect(throws: CancellationError.self) { try await ending.value }

        let error = await #expect(throws: SessionStoreError.self) {
            try await SessionStoreDeadline.with(.now + .milliseconds(500)) {
                try await store.end(records[1].id, tombstoneUntil: until, now: now)
            }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(try await store.load(records[1].id, now: now) == .ended)
    }

    @Test("a server that is emptied, and a connection that is lost, empty the cache; reads then ask the server")
    func emptied() async throws {
        try await OwnServer.with(.redis) { server in
            let client = try SplitClient(port: server.port, trackingPort: server.port)
            let store = try RedisSessionStore(client, nearCache: .leased(.milliseconds(100), maximumCount: 1_000))
            let record = self.samples.record()
            for trouble in [["FLUSHALL"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]] {
                try await store.getLease()
                try await store.create(record, now: self.now)
                try await self.cache(record.id, in: store)
                let command = RedisCommand(trouble[0], trouble[1...].map { RedisArgument($0) })
                _ = try await server.tell(command)
                let near = try #require(store.near)
                while near.cache.count > 0 { await Task.yield() }
                try await server.tell("FLUSHALL")
            }
            // Frozen: the lease ends by itself, and the server is asked.
            try await store.create(record, now: self.now)
            try await store.getLease()
            try await self.cache(record.id, in: store)
            server.freeze()
            // What this process has written has a lease of its own.
            while try store.hasLease || self.cached(record.id, in: store) != nil { await Task.yield() }
            await #expect(throws: SessionStoreError.self) { _ = try await store.load(record.id, now: self.now) }
            server.thaw()
            try await store.getLease()
            await client.shutdown()
            #expect(try self.cached(record.id, in: store) == nil, "nor after the client has shut down")
        }
    }

    @Test("a primary that becomes a replica gives no more leases, and a primary again does")
    func demotion() async throws {
        try await OwnServer.with(.redis) { server in
            let client = try SplitClient(port: server.port, trackingPort: server.port)
            let store = try RedisSessionStore(client, nearCache: .leased(.milliseconds(100), maximumCount: 1_000))
            try await store.getLease()
            try await server.tell("REPLICAOF", "127.0.0.1", "1")
            while store.hasLease { _ = try await store.load(self.samples.id(), now: self.now) }
            // Another connection finds a replica as well.
            for _ in 0..<50 {
                _ = try await store.load(self.samples.id(), now: self.now)
                #expect(!store.hasLease)
            }
            try await server.tell("REPLICAOF", "NO", "ONE")
            try await store.getLease()
            await client.shutdown()
        }
    }

    @Test("an unused cache sends nothing, and one that is used again has a lease again")
    func idleness() async throws {
        try await OwnServer.with(.redis) { server in
            let client = try SplitClient(port: server.port, trackingPort: server.port)
            let store = try RedisSessionStore(client, nearCache: .leased(.milliseconds(10), maximumCount: 1_000))
            for _ in 0..<3 {
                try await store.getLease()
                let near = try #require(store.near)
                while near.cache.isInUse { await Task.yield() }
                let count = try await self.pingCount(of: server)
                #expect(try await self.pingCount(of: server) == count)
            }
            await client.shutdown()
        }
    }

    private func pingCount(of server: OwnServer) async throws -> String {
        let text = try #require(try await server.tell("INFO", "commandstats").text)
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_ping:") }
        return try #require(line.map { String($0.prefix { $0 != "," }) })
    }

    @Test("the cache has at most its number of records and of bytes, whatever is read")
    func bounds() async throws {
        let client = try SharedServer.redis.client
        let configuration = try SharedServer.redis.store().configuration
        let few = try RedisSessionStore(
            client, configuration: configuration, nearCache: .leased(.milliseconds(100), maximumCount: 5))
        let small = try RedisSessionStore(
            client, configuration: configuration,
            nearCache: .leased(.milliseconds(100), maximumCount: 1_000, maximumByteCount: 5_000))
        let records = (0..<50).map { _ in self.samples.record() }
        for record in records { try await few.create(record, now: self.now) }
        for store in [few, small] {
            try await store.getLease()
            let cache = try #require(store.near?.cache)
            for record in records {
                _ = try await store.load(record.id, now: self.now)
                #expect(cache.count <= 5)
                #expect(cache.byteCount <= 5_000)
            }
            #expect(cache.count > 0)
        }
    }

    @Test("clients that cannot track, and options that a near cache cannot keep, are refused in words")
    func refusals() throws {
        let redis = try RedisClient(RedisConfiguration(url: "redis://localhost"), logger: LogAudit.logger())
        var old = try RedisConfiguration(url: "redis://localhost")
        old.protocolVersion = .resp2
        var shortLived = RedisStoreConfiguration()
        shortLived.timeToLive = .atMost(.minutes(1))
        let usual = RedisNearCache.leased(.milliseconds(100), maximumCount: 1)
        let standard = RedisStoreConfiguration()
        let cases: [(any RedisCommandExecutor, RedisStoreConfiguration, RedisNearCache, String)] = [
            (try SharedServer.cluster.client, standard, usual, "RedisClusterClient cannot follow"),
            (WatchedExecutor(redis), standard, usual, "give a RedisClient or a RedisSentinelClient"),
            (try RedisClient(old, logger: LogAudit.logger()), standard, usual, "set protocolVersion to .automatic"),
            (redis, shortLived, usual, "leave timeToLive at .untilEnd"),
            (redis, standard, .leased(.milliseconds(9), maximumCount: 1), "give 10 milliseconds to a second"),
            (redis, standard, .leased(.milliseconds(1_001), maximumCount: 1), "give 10 milliseconds to a second"),
            (redis, standard, .leased(.milliseconds(100), maximumCount: -1), "give 0 to 100,000,000"),
            (redis, standard, .leased(.milliseconds(100), maximumCount: 1, maximumByteCount: -1), "give 0 or more"),
        ]
        #expect(try nearStore(redis).near != nil)
        for (executor, configuration, nearCache, words) in cases {
            let error = #expect(throws: SessionStoreError.self) {
                try RedisSessionStore(executor, configuration: configuration, nearCache: nearCache)
            }
            #expect(error?.code == .unusable)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }
}
#endif
