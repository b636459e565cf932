//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

/// Two stores are one while sessions move: every rule, with the servers of every phase and of two beside each other.
/// The script of the tests fails when one is missing here.
@Suite("Store conformance while sessions move")
struct MovingConformanceTests {
    private typealias FromMemoryToSQLite = MigratingSessionStore<MemorySessionStore, SQLiteSessionStore>

    private func fromMemoryToSQLite(_ servers: MovingServers, _ rule: StoreRule) async throws {
        try await TemporaryFolder.with { folder in
            let new = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            try await rule.check(MovingApplication(servers, from: MemorySessionStore(), to: new))
        }
    }

    @Test(
        "MigratingSessionStore from memory to SQLite, with servers that prepare, keeps the rule",
        arguments: StoreConformance.rules(for: FromMemoryToSQLite.self))
    func fromMemoryToSQLitePreparing(_ rule: StoreRule) async throws {
        try await self.fromMemoryToSQLite(.dualRead, rule)
    }

    @Test(
        "MigratingSessionStore from memory to SQLite, with servers that move, keeps the rule",
        arguments: StoreConformance.rules(for: FromMemoryToSQLite.self))
    func fromMemoryToSQLiteMoving(_ rule: StoreRule) async throws {
        try await self.fromMemoryToSQLite(.migrating, rule)
    }

    @Test(
        "MigratingSessionStore from memory to SQLite, with servers of both phases, keeps the rule",
        arguments: StoreConformance.rules(for: FromMemoryToSQLite.self))
    func fromMemoryToSQLiteOfBothPhases(_ rule: StoreRule) async throws {
        try await self.fromMemoryToSQLite(.ofBothPhases, rule)
    }

    @Test(
        "MigratingSessionStore from memory to SQLite, with servers that meet what began in the old store, keeps the rule",
        arguments: StoreConformance.rules(for: FromMemoryToSQLite.self))
    func fromMemoryToSQLiteMeetingWhatBeganInTheOld(_ rule: StoreRule) async throws {
        try await self.fromMemoryToSQLite(.meetingWhatBeganInTheOld, rule)
    }

    #if Redis
    private typealias FromSQLiteToRedis = MigratingSessionStore<SQLiteSessionStore, RedisSessionStore>

    private func fromSQLiteToRedis(_ servers: MovingServers, _ rule: StoreRule) async throws {
        try await TemporaryFolder.with { folder in
            let old = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            try await rule.check(MovingApplication(servers, from: old, to: try SharedServer.redis.store()))
        }
    }

    @Test(
        "MigratingSessionStore from SQLite to Redis, with servers that prepare, keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: FromSQLiteToRedis.self))
    func fromSQLiteToRedisPreparing(_ rule: StoreRule) async throws {
        try await self.fromSQLiteToRedis(.dualRead, rule)
    }

    @Test(
        "MigratingSessionStore from SQLite to Redis, with servers that move, keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: FromSQLiteToRedis.self))
    func fromSQLiteToRedisMoving(_ rule: StoreRule) async throws {
        try await self.fromSQLiteToRedis(.migrating, rule)
    }

    @Test(
        "MigratingSessionStore from SQLite to Redis, with servers of both phases, keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: FromSQLiteToRedis.self))
    func fromSQLiteToRedisOfBothPhases(_ rule: StoreRule) async throws {
        try await self.fromSQLiteToRedis(.ofBothPhases, rule)
    }

    @Test(
        "MigratingSessionStore from SQLite to Redis, with servers that meet what began in the old store, keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: FromSQLiteToRedis.self))
    func fromSQLiteToRedisMeetingWhatBeganInTheOld(_ rule: StoreRule) async throws {
        try await self.fromSQLiteToRedis(.meetingWhatBeganInTheOld, rule)
    }
    #endif

    #if Redis && Postgres
    private typealias FromRedisToPostgreSQL = MigratingSessionStore<RedisSessionStore, PostgresSessionStore>

    private func fromRedisToPostgreSQL(_ servers: MovingServers, _ rule: StoreRule) async throws {
        try await SharedPostgres.withStore { new in
            try await rule.check(MovingApplication(servers, from: try SharedServer.redis.store(), to: new))
        }
    }

    @Test(
        "MigratingSessionStore from Redis to PostgreSQL, with servers that prepare, keeps the rule",
        // A server of PostgreSQL has so many connections and no more.
        .serialized, .enabled(if: SharedServer.areStarted && SharedPostgres.isStarted, SharedPostgres.advice),
        arguments: StoreConformance.rules(for: FromRedisToPostgreSQL.self))
    func fromRedisToPostgreSQLPreparing(_ rule: StoreRule) async throws {
        try await self.fromRedisToPostgreSQL(.dualRead, rule)
    }

    @Test(
        "MigratingSessionStore from Redis to PostgreSQL, with servers that move, keeps the rule",
        // A server of PostgreSQL has so many connections and no more.
        .serialized, .enabled(if: SharedServer.areStarted && SharedPostgres.isStarted, SharedPostgres.advice),
        arguments: StoreConformance.rules(for: FromRedisToPostgreSQL.self))
    func fromRedisToPostgreSQLMoving(_ rule: StoreRule) async throws {
        try await self.fromRedisToPostgreSQL(.migrating, rule)
    }

    @Test(
        "MigratingSessionStore from Redis to PostgreSQL, with servers of both phases, keeps the rule",
        // A server of PostgreSQL has so many connections and no more.
        .serialized, .enabled(if: SharedServer.areStarted && SharedPostgres.isStarted, SharedPostgres.advice),
        arguments: StoreConformance.rules(for: FromRedisToPostgreSQL.self))
    func fromRedisToPostgreSQLOfBothPhases(_ rule: StoreRule) async throws {
        try await self.fromRedisToPostgreSQL(.ofBothPhases, rule)
    }

    @Test(
        "MigratingSessionStore from Redis to PostgreSQL, with servers that meet what began in the old store, keeps the rule",
        // A server of PostgreSQL has so many connections and no more.
        .serialized, .enabled(if: SharedServer.areStarted && SharedPostgres.isStarted, SharedPostgres.advice),
        arguments: StoreConformance.rules(for: FromRedisToPostgreSQL.self))
    func fromRedisToPostgreSQLMeetingWhatBeganInTheOld(_ rule: StoreRule) async throws {
        try await self.fromRedisToPostgreSQL(.meetingWhatBeganInTheOld, rule)
    }
    #endif
}
#endif
