//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import HTTPTypes
import LogAudit
import NIOSSL
import Sessions
import SessionsRedis
import SessionsTesting
import Testing

@Suite("The Redis store", .enabled(if: SharedServer.areStarted, SharedServer.advice), .timeLimit(.minutes(10)))
struct RedisSessionStoreTests {
    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }

    @Test("applications with prefixes of their own do not meet, whatever characters are in them")
    func prefixes() async throws {
        let name = "\(UUID())"
        let prefixes = [name, name + ":", name + "*", name + "?", name + "[ab]", name + "\\", name + "a", "*" + name]
        let stores = try prefixes.map { prefix in try SharedServer.redis.store { $0.prefix = prefix } }
        let record = self.samples.record(subject: "ada")
        for store in stores { try await store.create(record, now: self.now) }
        for (store, prefix) in zip(stores, prefixes) {
            #expect(try await store.count(now: self.now) == 1, "\(prefix)")
            try await store.clear()
            #expect(try await store.count(now: self.now) == 0, "\(prefix)")
            #expect(try await store.sessions(of: "ada", now: self.now) == [], "\(prefix)")
        }
    }

    @Test("clearing leaves the sessions of others where they are")
    func clearing() async throws {
        let name = "\(UUID())"
        let (one, other) = (
            try SharedServer.redis.store { $0.prefix = name + "*" },
            try SharedServer.redis.store { $0.prefix = name + "ab" }
        )
        let record = self.samples.record(subject: "ada")
        for store in [one, other] { try await store.create(record, now: self.now) }
        try await one.clear()
        #expect(try await other.sessions(of: "ada", now: self.now) == [record])
    }

    @Test("a prefix that is none, or too long, and steps of no size are refused in words")
    func refused() throws {
        let client = try SharedServer.redis.client
        for configure in [
            { $0.prefix = "" }, { $0.prefix = String(repeating: "x", count: 257) }, { $0.scanCount = 0 },
            { $0.scanCount = .max },
        ] as [(inout RedisStoreConfiguration) -> Void] {
            var configuration = RedisStoreConfiguration()
            configure(&configuration)
            let error = #expect(throws: SessionStoreError.self) {
                try RedisSessionStore(client, configuration: configuration)
            }
            #expect(error?.code == .unusable)
            #expect(error?.message.contains("give 1 to ") == true)
        }
    }

    @Test("sessions go over TLS, and over a socket of the machine")
    func tlsAndUnixSocket() async throws {
        var secure = try RedisConfiguration(url: try SharedServer.redis.variable("_TLS"))
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(try SharedServer.redis.variable("_CA"))
        secure.tls = .on(tls)
        let socket = try RedisConfiguration(url: try SharedServer.redis.variable("_SOCKET"))
        for configuration in [secure, socket] {
            let client = try RedisClient(configuration, logger: LogAudit.logger())
            let store = try RedisSessionStore(client)
            let record = self.samples.record(id: SessionID(high: .random(in: 0 ... .max), low: 1))
            try await store.create(record, now: self.now)
            #expect(try await store.load(record.id, now: self.now) == .found(record))
            await client.shutdown()
        }
    }

    @Test("no secret is in Redis, nor anything that lets someone in, nor a name in a key (CVE-2019-16782)")
    func dump() async throws {
        let prefix = "\(UUID()):"
        let store = try SharedServer.redis.store { $0.prefix = prefix }
        let visitor = try StoreVisitor(store)
        try await visitor.visit { try await $0.logIn("ada@example.com") }
        let (token, secret) = try visitor.token

        let id = try #require(SessionToken(token)?.id)
        let entry = try await SharedServer.redis.client.execute(
            RedisCommand("GET", RedisArgument(prefix + id.description)))
        let bytes = Data(try #require(entry.bytes))
        #expect(bytes.firstRange(of: Data("ada@example.com".utf8)) != nil, "the entry has the session")
        #expect(bytes.firstRange(of: secret) == nil)
        #expect(bytes.firstRange(of: Data(token.suffix(30).utf8)) == nil)
        let keys = try await self.keys(beginningWith: prefix)
        #expect(keys.count == 2)
        #expect(!keys.contains { $0.contains("ada") || $0.contains(token.suffix(30)) })
    }

    @Test(
        "64 clients count 100 times each in one session, over two servers: 6,400", arguments: SharedServer.allCases)
    func sixtyFourClients(server: SharedServer) async throws {
        let prefix = "\(UUID()):"
        var configuration = SessionConfiguration()
        configuration.storeDeadline = .minutes(1)
        let engines = try (0..<2).map { _ in
            try SessionEngine(
                .stored(in: try server.store { $0.prefix = prefix }), configuration: configuration)
        }
        let cookies = try await engines[0].increment(.visits, cookies: [:])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<64 {
                group.addTask {
                    for _ in 0..<100 { try await engines[client % 2].increment(.visits, cookies: cookies) }
                }
            }
            try await group.waitForAll()
        }
        let session = try await engines[1].open(
            SessionRequest(headerFields: cookies, isSecure: true), logger: LogAudit.logger())
        #expect(session[.visits] == 6_401)
    }

    private func keys(beginningWith prefix: String) async throws -> [String] {
        var (cursor, keys) = ("0", [String]())
        repeat {
            let reply = try await SharedServer.redis.client.execute(
                RedisCommand("SCAN", RedisArgument(cursor), "MATCH", RedisArgument(prefix + "*"), "COUNT", 10_000))
            let parts = try #require(reply.elements)
            cursor = try #require(parts[0].text)
            keys += try #require(parts[1].elements).compactMap(\.text)
        } while cursor != "0"
        return keys
    }
}

extension SessionKey<Int> {
    fileprivate static var visits: Self { .counter("visits") }
}
#endif
