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

/// A server, or a cluster of them, that all tests share. The script of the tests starts it; a test has keys of its own.
enum SharedServer: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case redis = "REDIS"
    case valkey = "VALKEY"
    case cluster = "CLUSTER"

    static let advice: Comment =
        "There are no servers: run the tests as make test or Scripts/run-tests"

    static var areStarted: Bool { ProcessInfo.processInfo.environment["SESSIONS_TEST_REDIS"] != nil }

    /// What the clusters of the tests are made of: one of the two, or what `Scripts/test-matrix` says.
    static var clusterEngine: SharedServer {
        ProcessInfo.processInfo.environment["SESSIONS_TEST_CLUSTER_ENGINE"] == "redis" ? .redis : .valkey
    }

    /// One client for each server, as an application has.
    private static let clients = Result { () throws -> [SharedServer: any RedisReplicatedExecutor] in
        try Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0, try $0.connect()) })
    }

    private func connect() throws -> any RedisReplicatedExecutor {
        let url = try self.variable("_USER")
        // A machine that runs all tests at once is slow, and here nothing fails.
        func patient(_ configuration: inout RedisConfiguration) {
            configuration.commandDeadline = .seconds(60)
            configuration.queueLimit = 100_000
        }
        if self == .cluster {
            var configuration = try RedisClusterConfiguration(url: url)
            patient(&configuration.server)
            return try RedisClusterClient(configuration, logger: LogAudit.logger())
        }
        var configuration = try RedisConfiguration(url: url)
        patient(&configuration)
        return try RedisClient(configuration, logger: LogAudit.logger())
    }

    var testDescription: String { self.rawValue.capitalized }

    /// A variable that the script has set.
    func variable(_ suffix: String = "") throws -> String {
        try #require(ProcessInfo.processInfo.environment["SESSIONS_TEST_\(self.rawValue)\(suffix)"])
    }

    /// A client that may do what the store does, and nothing else.
    var client: any RedisReplicatedExecutor {
        get throws { try #require(try Self.clients.get()[self]) }
    }

    /// A store that shares no key with any other.
    func store(_ configure: (inout RedisStoreConfiguration) -> Void = { _ in }) throws -> RedisSessionStore {
        var configuration = RedisStoreConfiguration()
        configuration.prefix = "\(UUID()):"
        configure(&configuration)
        return try RedisSessionStore(self.client, configuration: configuration)
    }

    /// Stores with near caches that share their keys with each other, and no key with any other store. Each has a
    /// lease.
    func nearStores(_ count: Int) async throws -> [RedisSessionStore] {
        var configuration = RedisStoreConfiguration()
        configuration.prefix = "\(UUID()):"
        var stores: [RedisSessionStore] = []
        for _ in 0..<count {
            // Short, because endings wait for it.
            let nearCache = RedisNearCache.leased(.milliseconds(40), maximumCount: 1_000)
            stores.append(try RedisSessionStore(self.client, configuration: configuration, nearCache: nearCache))
        }
        for store in stores { try await store.getLease() }
        return stores
    }
}

extension RedisSessionStore {
    /// Whether the near cache may be used at the moment.
    var hasLease: Bool { self.near?.cache.hasLease(at: .now) ?? false }

    /// Uses the near cache until it has a lease. The client may pause after a failure.
    func getLease() async throws {
        let samples = SampleRecords()
        while !self.hasLease {
            try Task.checkCancellation()
            _ = try? await self.load(samples.id(), now: samples.now)
        }
    }
}
#endif
