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

/// Every store that can keep the revocations of sealed sessions, with each of their writes lost in turn.
@Suite("Revocation conformance")
struct RevocationConformanceTests {
    @Test("revocations in SQLite keep the rule", arguments: RevocationConformance.rules)
    func sqlite(_ rule: RevocationRule) async throws {
        try await TemporaryFolder.with { folder in
            try await rule.check(try SQLiteSessionStore(path: folder.path("sessions.sqlite")))
        }
    }

    @Test("revocations in a store that is being moved keep the rule", arguments: RevocationConformance.rules)
    func moving(_ rule: RevocationRule) async throws {
        try await TemporaryFolder.with { folder in
            let old = try SQLiteSessionStore(path: folder.path("old.sqlite"))
            let new = try SQLiteSessionStore(path: folder.path("new.sqlite"))
            try await rule.check(MigratingSessionStore(from: old, to: new, phase: .migrating))
        }
    }

    #if Postgres
    @Test(
        "revocations in PostgreSQL keep the rule",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: RevocationConformance.rules)
    func postgres(_ rule: RevocationRule) async throws {
        try await SharedPostgres.withStore { try await rule.check($0) }
    }
    #endif

    #if Redis
    @Test(
        "revocations in Redis keep the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: RevocationConformance.rules)
    func redis(_ rule: RevocationRule) async throws {
        try await rule.check(try SharedServer.redis.store())
    }
    #endif
}
#endif
