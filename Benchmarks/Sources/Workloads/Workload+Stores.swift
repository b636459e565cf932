//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Workload {
    /// Store operations without an engine. Store servers are included if an environment variable names one.
    static let stores =
        calls("memory store") { MemorySessionStore() }
        + calls("SQLite store") { try Self.sqlite() }
        + server("SESSIONS_BENCH_REDIS").flatMap { url in
            calls("Redis store") {
                try RedisSessionStore(RedisClient(RedisConfiguration(url: url), logger: logger))
            }
        }
        + server("SESSIONS_BENCH_POSTGRES").flatMap { url in
            calls("PostgreSQL store") { try PostgresSessionStore(url, logger: logger) }
        }

    /// A store in a file of its own.
    static func sqlite() throws -> SQLiteSessionStore {
        let file = FileManager.default.temporaryDirectory.appending(path: "benchmark-\(UUID()).sqlite")
        var configuration = SQLiteStoreConfiguration()
        // Everything is slow while instructions are counted.
        configuration.slowCallLimit = .seconds(3_600)
        return try SQLiteSessionStore(path: file.path, configuration: configuration)
    }

    private static let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

    /// The value of an environment variable, if it is set.
    private static func server(_ variable: String) -> [String] {
        ProcessInfo.processInfo.environment[variable].map { [$0] } ?? []
    }

    private static let now = SessionInstant(millisecondsSince1970: 0)

    private static func calls(
        _ name: String,
        _ open: @escaping @Sendable () throws -> any SessionStore
    ) -> [Workload] {
        [
            Workload("\(name): load") {
                let (store, record) = (try open(), try await Self.record())
                try await store.create(record, now: now)
                return { for _ in 0..<$0 { _ = try await store.load(record.id, now: now) } }
            },
            Workload("\(name): replace") {
                let (store, record) = (try open(), try await Self.record())
                try await store.create(record, now: now)
                return { count in
                    var current = record
                    // Continues from the state after the last run.
                    if case .found(let stored) = try await store.load(record.id, now: now) { current = stored }
                    for _ in 0..<count {
                        let before = current.version
                        current.version = SessionVersion(counter: before.counter + 1, tag: 1)
                        _ = try await store.replace(current, ifVersion: before, now: now)
                    }
                }
            },
            Workload("\(name): touch") {
                let (store, record) = (try open(), try await Self.record())
                try await store.create(record, now: now)
                let touch = SessionTouch(lastAccessedAt: record.lastAccessedAt, expiresAt: record.expiresAt)
                return { for _ in 0..<$0 { _ = try await store.touch(record.id, touch, now: now) } }
            },
        ]
    }
}
