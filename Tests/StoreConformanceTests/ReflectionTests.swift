//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import Logging
import Sessions
import SessionsExpress
import SessionsExpressRedis
import SessionsPostgres
import SessionsRedis
import SessionsTesting
import Testing

@Suite("Law 11: what reflection shows of stores and clients")
struct ReflectionTests {
    private static let password = "a-password-that-was-planted"
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let search = SecretSearch(Self.password, "a-user-key-that-was-planted")

    @Test("law 11: the password of a PostgreSQL is shown by nothing that has it")
    func postgres() async throws {
        for string in [
            "postgres://sessions:\(Self.password)@127.0.0.1:1/db", "host=127.0.0.1 port=1 password=\(Self.password)",
        ] {
            let store = try PostgresSessionStore(string, logger: self.logger)
            let engine = try SessionEngine(.stored(in: store))
            // After a call that failed, what the store remembers of it is looked through as well.
            let error = await #expect(throws: (any Error).self) { try await store.prepare() }
            let values: [Any] = [
                store, engine, try TokenRegistry<String>("links", in: store), SessionSweeper(store), error as Any,
                MigratingSessionStore(from: store, to: MemorySessionStore(), phase: .migrating),
            ]
            for value in values { #expect(self.search.findings(in: value).isEmpty, "\(type(of: value))") }
            await store.shutdown()
        }
    }

    @Test("law 11: the password of a Redis is shown by nothing that has it")
    func redis() throws {
        let configuration = try RedisConfiguration(url: "redis://sessions:\(Self.password)@127.0.0.1:1")
        let cluster = try RedisClusterConfiguration(url: "redis-cluster://sessions:\(Self.password)@127.0.0.1:1")
        var sentinel = try RedisSentinelConfiguration(
            url: "redis-sentinel://sessions:\(Self.password)@127.0.0.1:1/main")
        sentinel.sentinel.password = Self.password
        let executors: [any RedisCommandExecutor] = [
            try RedisClient(configuration, logger: self.logger), try RedisClusterClient(cluster, logger: self.logger),
            try RedisSentinelClient(sentinel, logger: self.logger),
        ]
        var values: [Any] = [
            configuration, configuration.tls, configuration.address, cluster, sentinel,
            RedisCommand("AUTH", "sessions", RedisArgument(Self.password)), RedisArgument(Self.password),
            RedisReply.bulkString(Array(Self.password.utf8)),
        ]
        for executor in executors {
            let store = try RedisSessionStore(executor)
            values += [
                executor, store, RedisEvictionCheck(executor, logger: self.logger), RedisExpressStore(executor),
                try SessionEngine(.stored(in: store)), try TokenRegistry<String>("links", in: store),
            ]
        }
        for value in values { #expect(self.search.findings(in: value).isEmpty, "\(type(of: value))") }
    }
}
#endif
