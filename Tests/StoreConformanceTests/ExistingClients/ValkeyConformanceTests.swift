//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsRedis
import SessionsTesting
import SessionsValkey
import TestSupport
import Testing
import Valkey

@Suite(
    "The Redis store over valkey-swift", .enabled(if: SharedServer.areStarted, SharedServer.advice),
    .timeLimit(.minutes(5)))
struct ValkeyConformanceTests {
    @Test(
        "RedisSessionStore over a ValkeyClient keeps the rule",
        .serialized, arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func redis(_ rule: StoreRule) async throws {
        try await self.check(rule, on: .redis)
    }

    @Test(
        "RedisSessionStore over a ValkeyClient on Valkey keeps the rule",
        .serialized, arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func valkey(_ rule: StoreRule) async throws {
        try await self.check(rule, on: .valkey)
    }

    private func check(_ rule: StoreRule, on server: SharedServer) async throws {
        let configuration = try RedisConfiguration(url: server.variable("_USER"))
        try await ValkeyClients.withClient(of: configuration, commandDeadline: .seconds(60), Self.patient) {
            try await rule.check(try Self.store($0))
        }
    }

    @Test(
        "RedisSessionStore over a ValkeyClusterClient keeps the rule",
        .serialized, arguments: StoreConformance.rules(for: RedisSessionStore.self))
    func cluster(_ rule: StoreRule) async throws {
        let configuration = try RedisClusterConfiguration(url: SharedServer.cluster.variable("_USER"))
        try await ValkeyClients.withCluster(configuration, Self.patient) { client in
            try await rule.check(try Self.store(ValkeyClusterExecutor(client, commandDeadline: .seconds(60))))
        }
    }

    /// A machine that runs all tests at once is slow, and here nothing fails.
    private static func patient(_ configuration: inout ValkeyClientConfiguration) {
        configuration.commandTimeout = .seconds(60)
    }

    /// A store that shares no key with any other.
    private static func store(_ executor: any RedisCommandExecutor) throws -> RedisSessionStore {
        var configuration = RedisStoreConfiguration()
        configuration.prefix = "\(UUID()):"
        return try RedisSessionStore(executor, configuration: configuration)
    }

    @Test("all sessions of a user end, and all are counted and paged through, on every server of a cluster")
    func volume() async throws {
        let (samples, count) = (SampleRecords(), 300)
        let configuration = try RedisClusterConfiguration(url: SharedServer.cluster.variable("_USER"))
        try await ValkeyClients.withCluster(configuration, Self.patient) { client in
            let executor = ValkeyClusterExecutor(client, commandDeadline: .seconds(60))
            #expect(try await executor.primaries().count == OwnCluster.primaryCount)
            let store = try Self.store(executor)
            let records = (0..<count).map { _ in samples.record(subject: "ada") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for record in records { group.addTask { try await store.create(record, now: samples.now) } }
                try await group.waitForAll()
            }
            #expect(try await store.count(now: samples.now) == count)
            var (found, cursor) = (Set<SessionID>(), SessionCursor?.none)
            repeat {
                let page = try await store.page(from: cursor, limit: 50, now: samples.now)
                found.formUnion(page.records.map(\.id))
                cursor = page.next
            } while cursor != nil
            #expect(found == Set(records.map(\.id)))
            let ended = try await store.endAll(
                of: "ada", except: [records[0].id], tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            #expect(ended == count - 1)
            #expect(try await store.count(now: samples.now) == 1)
            try await store.clear()
            #expect(try await store.count(now: samples.now) == 0)
        }
    }
}
#endif
