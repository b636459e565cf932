//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsRedis
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

@Suite("The stores beside each other")
struct SameHistoryTests {
    private static let steps = 600

    @Test("memory and SQLite return the same bytes for the same calls", arguments: [1, 2, 3, 4])
    func sqlite(seed: UInt64) async throws {
        let expected = try await Self.transcript(MemorySessionStore(), seed)
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            Self.compare(try await Self.transcript(store, seed), expected)
        }
    }

    @Test(
        "memory, Redis, Valkey and a cluster return the same bytes for the same calls",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: SharedServer.allCases, [1, 2, 3, 4])
    func redis(server: SharedServer, seed: UInt64) async throws {
        let expected = try await Self.transcript(MemorySessionStore(), seed)
        Self.compare(try await Self.transcript(try server.store(), seed), expected)
    }

    @Test(
        "memory and a near cache of Redis or Valkey return the same bytes for the same calls",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: [SharedServer.redis, .valkey], [1, 2, 3, 4])
    func nearCache(server: SharedServer, seed: UInt64) async throws {
        let expected = try await Self.transcript(MemorySessionStore(), seed)
        let store = SynchronousCalls(try await server.nearStores(1)[0])
        Self.compare(try await Self.transcript(store, seed), expected)
    }

    #if Postgres
    @Test(
        "memory and PostgreSQL return the same bytes for the same calls",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice),
        arguments: [1, 2, 3, 4])
    func postgres(seed: UInt64) async throws {
        let expected = try await Self.transcript(MemorySessionStore(), seed)
        try await SharedPostgres.withStore { store in
            Self.compare(try await Self.transcript(store, seed), expected)
        }
    }
    #endif

    @Test(
        "memory returns the same bytes as two stores during a migration",
        arguments: MovingServers.allCases, [1, 2, 3, 4])
    func moving(servers: MovingServers, seed: UInt64) async throws {
        let expected = try await Self.transcript(MemorySessionStore(), seed)
        try await TemporaryFolder.with { folder in
            let new = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let store = MovingApplication(servers, from: MemorySessionStore(), to: new)
            Self.compare(try await Self.transcript(store, seed), expected)
        }
    }

    @Test(
        "memory returns the same bytes as SQLite and Redis during a migration",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: MovingServers.allCases, [1, 2, 3, 4])
    func movingToRedis(servers: MovingServers, seed: UInt64) async throws {
        let expected = try await Self.transcript(MemorySessionStore(), seed)
        try await TemporaryFolder.with { folder in
            let old = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let store = MovingApplication(servers, from: old, to: try SharedServer.redis.store())
            Self.compare(try await Self.transcript(store, seed), expected)
        }
    }

    @Test("the calls include every operation and every result")
    func variety() async throws {
        let lines = try await Self.transcript(MemorySessionStore(), 1)
        for answer in [
            "create: created", "create: duplicate", "load: ended", "load: missing",
            "replace: replaced, and again: true",
            "replace: conflict", "replace: missing", "touch: true", "touch: false", "end: true", "end: false",
            "end all: 1", "pages: []",
        ] {
            #expect(lines.contains { $0.drop { $0 != " " }.dropFirst().hasPrefix(answer) }, "\(answer)")
        }
    }

    private static func transcript(
        _ store: any SubjectSessionStore & EnumerableSessionStore,
        _ seed: UInt64
    ) async throws -> [String] {
        var script = StoreScript(store, seed: seed)
        return try await script.run(steps: Self.steps)
    }

    private static func compare(_ lines: [String], _ expected: [String]) {
        #expect(lines.count == expected.count)
        let difference = zip(lines, expected).first { $0 != $1 }
        #expect(difference == nil, "the first difference; what follows from it is not shown")
    }
}
#endif
