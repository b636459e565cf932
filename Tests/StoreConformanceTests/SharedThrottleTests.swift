//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsRedis
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

@Suite("Login throttling on several servers")
struct SharedThrottleTests {
    @Test("two connections to an SQLite file count 32 attempts at once exactly")
    func sqliteThrottle() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            try await Self.check([SQLiteSessionStore(path: path), SQLiteSessionStore(path: path)])
        }
    }

    #if Postgres
    @Test(
        "two servers on PostgreSQL count 32 attempts at once exactly",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice))
    func postgresThrottle() async throws {
        try await SharedPostgres.withStores(2) { try await Self.check($0) }
    }
    #endif

    #if Redis
    @Test(
        "two servers on Redis, Valkey or a cluster count 32 attempts at once exactly",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: SharedServer.allCases)
    func redisThrottle(_ server: SharedServer) async throws {
        let store = try server.store()
        try await Self.check([store, store])
    }

    @Test(
        "two servers with near caches of Redis count 32 attempts at once exactly",
        .enabled(if: SharedServer.areStarted, SharedServer.advice))
    func nearCacheThrottle() async throws {
        try await Self.check(try await SharedServer.redis.nearStores(2))
    }
    #endif

    /// Checks attempts of which five are free, and attempts of which all are.
    private static func check(_ stores: [any SessionStore]) async throws {
        var configuration = SessionConfiguration()
        let clock = ManualClock()
        configuration.clock = clock.sessionClock
        configuration.storeDeadline = .seconds(60)
        configuration.tombstoneLifetime = .seconds(60)
        for (subject, free) in [("ada", 5), ("alan", 100)] {
            var limit = LoginThrottle.Limit.subject
            limit.freeAttempts = free
            var network = LoginThrottle.Limit.network
            network.freeAttempts = 1_000
            let servers = try stores.map {
                try LoginThrottle(
                    in: $0, subjectLimit: limit, networkLimit: network, configuration: configuration)
            }
            let attempts = try await withThrowingTaskGroup(of: LoginAttempt?.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        do {
                            return try await servers[number % 2].begin(subject, from: "192.0.2.1")
                        } catch let error as SessionError where error.code == .tooManyAttempts {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
            }
            #expect(attempts.map(\.consecutiveFailures).sorted() == Array(1...min(free, 32)))
            // A success on one server is one on the other.
            try await attempts.first?.succeed()
            #expect(try await servers[1].begin(subject, from: "192.0.2.1").isFromKnownPlace)
        }
    }
}
#endif
