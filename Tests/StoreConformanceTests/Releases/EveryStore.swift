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

/// A kind of store, as two servers share it.
enum EveryStore: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, sqlite, moving
    #if Postgres
    case postgres
    #endif
    #if Redis
    case redis, valkey, cluster, nearCache
    #endif

    var testDescription: String { self.rawValue }

    /// Those that need no server, and the others if the servers run.
    static var started: [EveryStore] {
        self.allCases.filter { store in
            switch store {
            case .memory, .sqlite, .moving: return true
            #if Postgres
            case .postgres: return SharedPostgres.isStarted
            #endif
            #if Redis
            case .redis, .valkey, .cluster, .nearCache: return SharedServer.areStarted
            #endif
            }
        }
    }

    /// Calls `body` with the two servers' stores.
    func withTwo(_ body: @Sendable ([any SubjectSessionStore]) async throws -> Void) async throws {
        switch self {
        case .memory:
            let store = MemorySessionStore()
            try await body([store, store])
        case .sqlite:
            try await TemporaryFolder.with { folder in
                let path = folder.path("sessions.sqlite")
                try await body([try SQLiteSessionStore(path: path), try SQLiteSessionStore(path: path)])
            }
        case .moving:
            try await TemporaryFolder.with { folder in
                let old = try SQLiteSessionStore(path: folder.path("old.sqlite"))
                let new = try SQLiteSessionStore(path: folder.path("new.sqlite"))
                let store = MigratingSessionStore(from: old, to: new, phase: .migrating)
                try await body([store, MigratingSessionStore(from: old, to: new, phase: .migrating)])
            }
        #if Postgres
        case .postgres:
            try await SharedPostgres.withStores(2) { try await body($0) }
        #endif
        #if Redis
        case .redis: try await body(Self.twice(try SharedServer.redis.store()))
        case .valkey: try await body(Self.twice(try SharedServer.valkey.store()))
        case .cluster: try await body(Self.twice(try SharedServer.cluster.store()))
        case .nearCache: try await body(try await SharedServer.redis.nearStores(2))
        #endif
        }
    }

    private static func twice(_ store: any SubjectSessionStore) -> [any SubjectSessionStore] { [store, store] }
}

extension EveryStore {
    /// Calls `body` with two servers' engines.
    ///
    /// - Parameter driver: The driver of the engines.
    func withTwoEngines(
        _ driver: EngineDriver,
        _ configure: @escaping @Sendable (inout SessionConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable ([SessionEngine]) async throws -> Void
    ) async throws {
        try await self.withTwo { stores in
            try await EngineDriver.$current.withValue(driver) {
                var configuration = SessionConfiguration.forTests()
                configure(&configuration)
                try await body(
                    stores.map { store in
                        try SessionEngine(
                            .stored(in: store), configuration: configuration,
                            transports: [AuditedTransport(CookieTransport(configuration))])
                    })
            }
        }
    }
}
#endif
