//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Logging
import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite
import SessionsTesting

typealias ListedStore = SubjectSessionStore & EnumerableSessionStore

/// A store that is empty when it is opened and removed afterwards.
enum VolumeStore {
    /// The available stores: the argument of each, and its name in charts.
    static let names = ["memory": "memory", "sqlite": "SQLite", "redis": "Redis", "postgres": "PostgreSQL"]

    private static let logger = Logger(label: "volume") { _ in SwiftLogNoOpLogHandler() }

    static func with(_ name: String, _ body: (any ListedStore) async throws -> Void) async throws {
        switch name {
        case "memory":
            try await body(MemorySessionStore(maximumCount: 4_000_000, maximumByteCount: .max))
        case "sqlite":
            let folder = FileManager.default.temporaryDirectory.appending(path: "volume-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try await body(SQLiteSessionStore(path: folder.appending(path: "sessions.sqlite").path))
        case "redis":
            try await self.withRedis(1, .off) { stores in
                try await stores[0].clear()
                try await body(stores[0])
                try await stores[0].clear()
            }
        case "postgres":
            // For filling and clearing, which are not measured. Measured calls use the deadline of the engine.
            var configuration = PostgresStoreConfiguration()
            (configuration.statementTimeout, configuration.callDeadline) = (.seconds(30), .seconds(30))
            let store = try PostgresSessionStore(
                self.url("SESSIONS_BENCH_POSTGRES"), configuration: configuration, logger: self.logger)
            try await store.clear()
            try await body(store)
            try await store.clear()
            await store.shutdown()
        default:
            throw CocoaError(.featureUnsupported, userInfo: [NSLocalizedDescriptionKey: "There is no store \(name)."])
        }
    }

    /// Gives several stores on one Redis, each with a client of its own, as in several servers.
    static func withRedis<Result>(
        _ count: Int, _ nearCache: RedisNearCache, _ body: ([RedisSessionStore]) async throws -> Result
    ) async throws -> Result {
        let configuration = try RedisConfiguration(url: self.url("SESSIONS_BENCH_REDIS"))
        let clients = try (0..<count).map { _ in try RedisClient(configuration, logger: self.logger) }
        let result = try await body(clients.map { try RedisSessionStore($0, nearCache: nearCache) })
        for client in clients { await client.shutdown() }
        return result
    }

    private static func url(_ variable: String) throws -> String {
        guard let url = ProcessInfo.processInfo.environment[variable] else {
            throw CocoaError(
                .featureUnsupported, userInfo: [NSLocalizedDescriptionKey: "\(variable) names no server."])
        }
        return url
    }

    /// Adds sessions. The subject of each follows from its number.
    static func fill(
        _ store: any ListedStore,
        count: Int,
        seed: UInt64,
        subject: @Sendable @escaping (Int) -> String
    ) async throws {
        let samples = SampleRecords(seed: seed, now: SessionClock.system.now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                if index >= 256 { try await group.next() }
                let record = samples.record(
                    idle: .seconds(8 * 3_600), absolute: .seconds(8 * 3_600), subject: subject(index))
                group.addTask { try await store.create(record, now: samples.now) }
            }
            try await group.waitForAll()
        }
    }
}
