//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite(
    "Walks through all sessions in Redis", .enabled(if: SharedServer.areStarted, SharedServer.advice),
    .timeLimit(.minutes(10)))
struct RedisWalkTests {
    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }

    /// The ids that the pages meet, in their order.
    private func walk(_ store: RedisSessionStore, limit: Int, from start: SessionCursor? = nil) async throws
        -> [SessionID]
    {
        var met: [SessionID] = []
        var cursor = start
        repeat {
            let page = try await store.page(from: cursor, limit: limit, now: self.now)
            #expect(page.records.count <= limit)
            met += page.records.map(\.id)
            cursor = page.next
        } while cursor != nil
        return met
    }

    private func create(_ count: Int, in store: RedisSessionStore) async throws -> Set<SessionID> {
        let records = (0..<count).map { _ in self.samples.record() }
        let now = self.now
        _ = try await store.inParallel(records) { try await store.create($0, now: now) }
        return Set(records.map(\.id))
    }

    @Test(
        "every session is met once beside the keys of others, in pages of any size",
        arguments: [SharedServer.redis, .valkey])
    func pages(server: SharedServer) async throws {
        // One that no other test uses: a server whose keys change may give some twice.
        try await OwnServer.with(server, options: ["--appendonly", "no"]) { server in
            let client = try RedisClient(
                RedisConfiguration(url: "redis://127.0.0.1:\(server.port)"), logger: LogAudit.logger())
            var configuration = RedisStoreConfiguration()
            let store = try RedisSessionStore(client)
            configuration.prefix = "others:"
            _ = try await self.create(2_000, in: try RedisSessionStore(client, configuration: configuration))
            let ids = try await self.create(700, in: store)
            for limit in [1, 13, 512, 5_000] {
                let met = try await self.walk(store, limit: limit)
                #expect(Set(met) == ids && met.count == ids.count, "\(limit): \(met.count)")
            }
            await client.shutdown()
        }
    }

    @Test("every session of a cluster is met")
    func clusterPages() async throws {
        let store = try SharedServer.cluster.store()
        let ids = try await self.create(700, in: store)
        for limit in [7, 512] {
            let met = try await self.walk(store, limit: limit)
            #expect(Set(met) == ids, "\(limit)")
        }
    }

    @Test("a walk during which the server is started anew meets every session")
    func restart() async throws {
        try await OwnServer.with(.redis, options: ["--appendfsync", "no"]) { server in
            let client = try RedisClient(
                RedisConfiguration(url: "redis://127.0.0.1:\(server.port)"), logger: LogAudit.logger())
            let store = try RedisSessionStore(client)
            let ids = try await self.create(2_000, in: store)
            var met: Set<SessionID> = []
            var cursor: SessionCursor?
            for _ in 0..<5 {
                let page = try await store.page(from: cursor, limit: 100, now: self.now)
                met.formUnion(page.records.map(\.id))
                cursor = page.next
            }
            server.kill()
            try await server.start()
            while (try? await store.count(now: self.now)) == nil { await Task.yield() }
            met.formUnion(try await self.walk(store, limit: 100, from: cursor))
            #expect(met == ids)
            await client.shutdown()
        }
    }

    @Test("a walk during which a primary of a cluster hands over to its replica meets every session")
    func failover() async throws {
        try await OwnCluster.with { cluster in
            let client = try cluster.client()
            let store = try RedisSessionStore(client)
            let ids = try await self.create(600, in: store)
            var met: Set<SessionID> = []
            var cursor: SessionCursor?
            for _ in 0..<6 {
                let page = try await store.page(from: cursor, limit: 50, now: self.now)
                met.formUnion(page.records.map(\.id))
                cursor = page.next
            }
            let replica = cluster.servers[OwnCluster.primaryCount]
            while (try? await replica.tell("ROLE").elements?.first?.text) != "master" {
                _ = try? await replica.tell("CLUSTER", "FAILOVER")
            }
            await cluster.servers[0].hasSaid("role:slave", "INFO", "replication")
            while let from = cursor {
                do {
                    let page = try await store.page(from: from, limit: 50, now: self.now)
                    met.formUnion(page.records.map(\.id))
                    cursor = page.next
                } catch let error as SessionStoreError where error.code == .unavailable {
                    await Task.yield()
                }
            }
            #expect(met == ids)
            await client.shutdown()
        }
    }

    @Test("a walk that servers interrupt again and again fails in the end, and does not go on for ever")
    func restarts() throws {
        var walk = RedisScanCursor(map: 1)
        let error = #expect(throws: SessionStoreError.self) {
            for map in 2...1_000 { try walk.restart(map: UInt64(map)) }
        }
        #expect(error?.code == .unavailable)
        #expect(try RedisScanCursor(walk.cursor).cursor == walk.cursor)
    }

    @Test("a cursor of another listing, or of nothing, is refused")
    func invalidCursors() async throws {
        let store = try SharedServer.redis.store()
        let index = RedisIndexCursor(score: 1, begunAt: self.now, member: [1])
        for bytes in [[], [2], [2, 0, 0xFF, 0xFF], Array(repeating: 2, count: 27), index.cursor.bytes] as [[UInt8]] {
            let error = await #expect(throws: SessionStoreError.self) {
                try await store.page(from: SessionCursor(bytes: bytes), limit: 10, now: self.now)
            }
            #expect(error?.code == .invalidCursor, "\(bytes)")
        }
        let walk = RedisScanCursor(map: 1).cursor
        let error = await #expect(throws: SessionStoreError.self) {
            try await store.page(of: "ada", from: walk, limit: 10, now: self.now)
        }
        #expect(error?.code == .invalidCursor)
    }

    @Test("a reply above the limit fails its own command, and those beside it on the connection have their replies")
    func oversizedReply() async throws {
        var configuration = try RedisConfiguration(url: try SharedServer.redis.variable())
        configuration.maximumReplySize = 100_000
        configuration.connectionCount = 1
        let client = try RedisClient(configuration, logger: LogAudit.logger())
        let key = RedisArgument("\(UUID())")
        let connection = try await client.execute(RedisCommand("CLIENT", "ID"))
        _ = try await client.execute(RedisCommand("SETRANGE", key, 1_000_000, "x", key: key))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    guard number % 2 == 0 else {
                        let reply = try await client.execute(RedisCommand("ECHO", RedisArgument("\(number)")))
                        #expect(reply.text == "\(number)")
                        return
                    }
                    let error = await #expect(throws: RedisError.self) {
                        try await client.execute(RedisCommand("GET", key, key: key))
                    }
                    #expect(error?.code == .replyTooLarge && error?.mayHaveRun == true)
                }
            }
            try await group.waitForAll()
        }
        let again = try await client.execute(RedisCommand("CLIENT", "ID"))
        #expect(again == connection, "it is the same connection")
        // A session that large is one visitor without a session, and no server that fails.
        var store = RedisStoreConfiguration()
        store.prefix = "\(UUID()):"
        let sessions = try RedisSessionStore(client, configuration: store)
        let id = self.samples.id()
        let name = sessions.keys.session(id)
        _ = try await client.execute(RedisCommand("SETRANGE", name, 1_000_000, "x", key: name))
        let error = await #expect(throws: SessionStoreError.self) { try await sessions.load(id, now: self.now) }
        #expect(error?.code == .corruptRecord)
        for key in [key, name] { _ = try await client.execute(RedisCommand("UNLINK", key, key: key)) }
        await client.shutdown()
    }
}
#endif
