//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation
import LogAudit
import Sessions
import SessionsExpress
import SessionsExpressRedis
import SessionsRedis
import Testing

/// The servers that the script of the tests has started.
enum RecordServer: String, CaseIterable, Sendable {
    case redis = "REDIS"
    case valkey = "VALKEY"
    case cluster = "CLUSTER"

    static let advice: Comment =
        "There are no servers: run the tests as make test or Scripts/run-tests"

    static var areStarted: Bool { ProcessInfo.processInfo.environment["SESSIONS_TEST_REDIS"] != nil }

    /// Of a user that may do what the store does and nothing else, by the rights that the documentation names; of a
    /// cluster, whose users need some more, of one that may do everything.
    var client: any RedisCommandExecutor {
        get throws { try self.client(of: self == .cluster ? "" : "_EXPRESS") }
    }

    /// Of one that may do everything, as who runs the Express application may.
    var administrator: any RedisCommandExecutor { get throws { try self.client(of: "") } }

    private func client(of user: String) throws -> any RedisCommandExecutor {
        let url = try #require(ProcessInfo.processInfo.environment["SESSIONS_TEST_\(self.rawValue)\(user)"])
        guard self != .cluster else {
            var cluster = try RedisClusterConfiguration(url: url)
            cluster.server.commandDeadline = .seconds(60)
            return try RedisClusterClient(cluster, logger: LogAudit.logger())
        }
        var configuration = try RedisConfiguration(url: url)
        configuration.commandDeadline = .seconds(60)
        return try RedisClient(configuration, logger: LogAudit.logger())
    }
}

@Suite("Records of Express on a server", .enabled(if: RecordServer.areStarted, RecordServer.advice))
struct RedisExpressStoreTests {
    static let now = SessionInstant(millisecondsSince1970: 0)

    @Test("records are written and read on the server as connect-redis does it", arguments: RecordServer.allCases)
    func records(server: RecordServer) async throws {
        let client = try server.administrator
        let (store, key, now) = (RedisExpressStore(try server.client), "sess:\(UUID())", Self.now)
        let (first, second) = (Array(#"{"a":1}"#.utf8), Array(#"{"a":2,"ü":"\ud83d"}"#.utf8))

        #expect(try await store.load(key, now: now) == .missing)
        #expect(try await store.replace(key, first, with: second, .never, now: now) == .missing)
        #expect(try await !store.touch(key, .after(.seconds(9)), now: now))
        #expect(try await store.create(key, first, .after(.seconds(100)), now: now))
        #expect(try await !store.create(key, second, .never, now: now))
        // As connect-redis asks.
        let got = try await client.execute(RedisCommand("GET", RedisArgument(key), key: RedisArgument(key)))
        #expect(got.bytes == first)
        let left = try await client.execute(RedisCommand("TTL", RedisArgument(key), key: RedisArgument(key)))
        #expect((40...100).contains(left.integer ?? 0))

        // As connect-redis writes.
        _ = try await client.execute(
            RedisCommand("SET", RedisArgument(key), RedisArgument(second), "EX", 200, key: RedisArgument(key)))
        guard
            case .conflict(second, .some(let life)) = try await store.replace(
                key, first, with: [1], .unchanged, now: now)
        else {
            Issue.record("what someone else wrote is no conflict")
            return
        }
        #expect((.seconds(140)...(.seconds(200))).contains(life))
        #expect(try await store.replace(key, second, with: first, .unchanged, now: now) == .replaced)
        // Another writer of the same text has not seen it.
        guard case .conflict(first, _) = try await store.replace(key, second, with: first, .unchanged, now: now) else {
            Issue.record("what someone else wrote in the same words is no conflict")
            return
        }
        try await self.expectLife(140...200, of: key, in: store)
        #expect(try await store.touch(key, .after(.seconds(50)), now: now))
        try await self.expectLife(140...200, of: key, in: store)
        #expect(try await store.touch(key, .after(.seconds(300)), now: now))
        try await self.expectLife(240...300, of: key, in: store)
        #expect(try await store.touch(key, .unchanged, now: now))
        #expect(try await store.touch(key, .never, now: now))
        #expect(try await store.load(key, now: now) == .found(first, remaining: nil))
        #expect(try await store.replace(key, first, with: second, .after(.seconds(9)), now: now) == .replaced)
        #expect(try await store.replace(key, second, with: first, .never, now: now) == .replaced)
        #expect(try await store.load(key, now: now) == .found(first, remaining: nil))
    }

    @Test(
        "what is ended on the server is marked, and a text that is written back is removed",
        arguments: RecordServer.allCases)
    func endings(server: RecordServer) async throws {
        let client = try server.administrator
        let (store, key, now) = (RedisExpressStore(try server.client), "sess:\(UUID())", Self.now)
        #expect(
            try await !store.end(key, tombstoneUntil: now + .seconds(60), removedUntil: now + .seconds(60), now: now))
        #expect(try await store.load(key, now: now) == .missing)
        #expect(try await store.create(key, [1], .never, now: now))
        #expect(
            try await store.end(key, tombstoneUntil: now + .seconds(60), removedUntil: now + .seconds(60), now: now))
        #expect(
            try await !store.end(key, tombstoneUntil: now + .seconds(60), removedUntil: now + .seconds(60), now: now))
        #expect(try await store.load(key, now: now) == .ended)
        _ = try await client.execute(RedisCommand("SET", RedisArgument(key), "1", key: RedisArgument(key)))
        #expect(try await store.load(key, now: now) == .ended)
        let got = try await client.execute(RedisCommand("GET", RedisArgument(key), key: RedisArgument(key)))
        #expect(got.isNull)
    }

    @Test(
        "a tombstone removes what is written back after the time in which the key is known to have ended",
        arguments: RecordServer.allCases)
    func tombstones(server: RecordServer) async throws {
        let client = try server.administrator
        let (store, key, now) = (RedisExpressStore(try server.client), "sess:\(UUID())", Self.now)
        for (marked, expected) in [(Duration.seconds(500), ExpressLoadResult.ended), (.zero, .missing)] {
            let other = "\(key)\(marked)"
            #expect(try await store.create(other, [1], .never, now: now))
            let (tombstoneUntil, removedUntil) = (now + marked, now + .seconds(1000))
            #expect(try await store.end(other, tombstoneUntil: tombstoneUntil, removedUntil: removedUntil, now: now))
            _ = try await client.execute(RedisCommand("SET", RedisArgument(other), "1", key: RedisArgument(other)))
            #expect(try await store.load(other, now: now) == expected)
            let got = try await client.execute(RedisCommand("GET", RedisArgument(other), key: RedisArgument(other)))
            #expect(got.isNull)
        }
        // A tombstone of an older version.
        let tombstone = RedisArgument("swift-sessions:ended:{\(key)}")
        _ = try await client.execute(RedisCommand("SET", tombstone, "1", "PX", "60000", key: tombstone))
        #expect(try await store.load(key, now: now) == .ended)
    }

    @Test("a walk meets the keys of a prefix, whatever is in it, and no tombstones", arguments: RecordServer.allCases)
    func walking(server: RecordServer) async throws {
        let (store, now) = (RedisExpressStore(try server.client, scanCount: 100), Self.now)
        let prefix = "sess:*[?]\\\(UUID()):"
        for number in 0..<20 { _ = try await store.create("\(prefix)\(number)", [1], .after(.hours(1)), now: now) }
        #expect(
            try await store.end("\(prefix)7", tombstoneUntil: now + .hours(1), removedUntil: now + .hours(1), now: now))
        #expect(try await store.count(prefix: prefix, now: now) == 19)
        var (keys, cursor, pageCount) = (Set<String>(), SessionCursor?.none, 0)
        repeat {
            let page = try await store.keys(prefix: prefix, from: cursor, now: now)
            keys.formUnion(page.elements)
            (cursor, pageCount) = (page.next, pageCount + 1)
        } while cursor != nil
        #expect(pageCount > 0)
        #expect(keys == Set((0..<20).filter { $0 != 7 }.map { "\(prefix)\($0)" }))
    }

    @Test(
        "a walk takes a step of SCAN at a time, and a cursor of another store is refused",
        arguments: RecordServer.allCases)
    func steps(server: RecordServer) async throws {
        let (store, now) = (RedisExpressStore(try server.client, scanCount: 10), Self.now)
        let prefix = "sess:\(UUID()):"
        for number in 0..<200 { _ = try await store.create("\(prefix)\(number)", [1], .after(.hours(1)), now: now) }
        let first = try await store.keys(prefix: prefix, from: nil, now: now)
        #expect(first.elements.count < 100)
        let next = try #require(first.next)
        #expect(SessionCursor("\(next)") == next, "it can be kept as text")
        #expect(try await store.count(prefix: prefix, now: now) == 200)
        for bytes in [[], Array("x".utf8), Array("0:x".utf8), Array("-1:0".utf8), Array("99999:0".utf8)] {
            let error = await #expect(throws: SessionStoreError.self) {
                try await store.keys(prefix: prefix, from: SessionCursor(bytes: bytes), now: now)
            }
            #expect(error?.code == .invalidCursor)
        }
    }

    @Test(
        "the user of the documentation may touch nothing but sessions and their tombstones",
        arguments: [RecordServer.redis, .valkey])
    func rights(server: RecordServer) async throws {
        let (client, now) = (try server.client, Self.now)
        let other = RedisExpressStore(client)
        await #expect(throws: SessionStoreError.self) { try await other.load("of another application", now: now) }
        for command in [
            RedisCommand("KEYS", "*"), RedisCommand("FLUSHALL"), RedisCommand("CONFIG", "GET", "*"),
            RedisCommand("SET", "of another application", "1", key: "of another application"),
        ] {
            let error = await #expect(throws: RedisError.self) { try await client.execute(command) }
            #expect(error?.code == .noPermission)
        }
    }

    @Test("a life longer than the server can count is as long as it can", arguments: RecordServer.allCases)
    func longLife(server: RecordServer) async throws {
        let (store, key, now) = (RedisExpressStore(try server.client), "sess:\(UUID())", Self.now)
        let longest = ExpressExpiry.after(.milliseconds(Int64.max))
        #expect(try await store.create(key, [1], longest, now: now))
        #expect(try await store.replace(key, [1], with: [2], longest, now: now) == .replaced)
        #expect(try await store.touch(key, longest, now: now))
        guard case .found([2], .some(let life)) = try await store.load(key, now: now) else {
            Issue.record("there is no text with a life")
            return
        }
        #expect(life > .days(1_000_000))
        #expect(
            try await store.end(
                key, tombstoneUntil: now + .milliseconds(1), removedUntil: now + .milliseconds(1), now: now))
    }

    private func expectLife(_ seconds: ClosedRange<Int>, of key: String, in store: RedisExpressStore) async throws {
        guard case .found(_, .some(let life)) = try await store.load(key, now: Self.now) else {
            Issue.record("there is no text with a life")
            return
        }
        #expect((.seconds(seconds.lowerBound)...(.seconds(seconds.upperBound))).contains(life))
    }
}
#endif
