//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import GRDB
import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

/// Every store of this package keeps every rule. The script of the tests fails when a store is missing here.
@Suite("Store conformance")
struct ConformanceTests {
    @Test("MemorySessionStore keeps the rule", arguments: StoreConformance.rules)
    func memory(_ rule: StoreRule) async throws {
        try await rule.check(MemorySessionStore())
    }

    @Test("MemorySessionStore, asked without waiting, keeps the rule", arguments: StoreConformance.rules)
    func memoryWithoutWaiting(_ rule: StoreRule) async throws {
        try await rule.check(SynchronousCalls(MemorySessionStore()))
    }

    @Test("SQLiteSessionStore keeps the rule", arguments: StoreConformance.rules)
    func sqlite(_ rule: StoreRule) async throws {
        try await TemporaryFolder.with { folder in
            try await rule.check(try SQLiteSessionStore(path: folder.path("sessions.sqlite")))
        }
    }

    @Test("SQLiteSessionStore, asked without waiting, keeps the rule", arguments: StoreConformance.rules)
    func sqliteWithoutWaiting(_ rule: StoreRule) async throws {
        try await TemporaryFolder.with { folder in
            try await rule.check(SynchronousCalls(try SQLiteSessionStore(path: folder.path("sessions.sqlite"))))
        }
    }

    @Test("two SQLiteSessionStores on one file keep the rule as one", arguments: StoreConformance.rules)
    func twoOnOneFile(_ rule: StoreRule) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let stores = try [SQLiteSessionStore(path: path), SQLiteSessionStore(path: path)]
            try await rule.check(AlternatingStore(stores))
        }
    }

    #if Postgres
    @Test(
        "PostgresSessionStore keeps the rule",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: StoreConformance.rules)
    func postgres(_ rule: StoreRule) async throws {
        try await SharedPostgres.withStore { try await rule.check($0) }
    }

    @Test(
        "two PostgresSessionStores on one table keep the rule as one",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: StoreConformance.rules)
    func twoOnOneTable(_ rule: StoreRule) async throws {
        try await SharedPostgres.withStores(2) { try await rule.check(AlternatingStore($0)) }
    }

    @Test(
        "a PostgresSessionStore behind a pooler keeps the rule",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: StoreConformance.rules)
    func pooled(_ rule: StoreRule) async throws {
        try await SharedPostgres.withStore({ $0.isBehindTransactionPooler = true }) { try await rule.check($0) }
    }
    #endif

    #if Redis
    @Test(
        "RedisSessionStore keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func redis(_ rule: StoreRule) async throws {
        try await rule.check(try SharedServer.redis.store())
    }

    @Test(
        "RedisSessionStore on Valkey keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func valkey(_ rule: StoreRule) async throws {
        try await rule.check(try SharedServer.valkey.store())
    }

    @Test(
        "RedisSessionStore on a cluster keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func cluster(_ rule: StoreRule) async throws {
        try await rule.check(try SharedServer.cluster.store())
    }

    @Test(
        "RedisSessionStore with a near cache keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func nearCache(_ rule: StoreRule) async throws {
        try await rule.check(SynchronousCalls(try await SharedServer.redis.nearStores(1)[0]))
    }

    @Test(
        "RedisSessionStore on Valkey with a near cache keeps the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func nearCacheOnValkey(_ rule: StoreRule) async throws {
        try await rule.check(SynchronousCalls(try await SharedServer.valkey.nearStores(1)[0]))
    }

    @Test(
        "two RedisSessionStores with near caches keep the rule as one",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func nearCaches(_ rule: StoreRule) async throws {
        try await rule.check(AlternatingStore(try await SharedServer.redis.nearStores(2)))
    }
    #endif
}
#endif
