//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsSQLite
import Synchronization
import TestSupport
import Testing

/// `revokeAll` while 32 clients hammer, on every store.
@Suite("Revocation under load")
struct RevocationUnderLoadTests {
    /// What the clients saw.
    private final class Tally: Sendable {
        struct Counts {
            var isRevoked = false
            var before = 0
            var after = 0
            var succeededAfter = 0
        }

        private let state = Mutex(Counts())

        var counts: Counts { self.state.withLock { $0 } }

        func revoked() { self.state.withLock { $0.isRevoked = true } }

        func note(after: Bool, succeeded: Bool) {
            self.state.withLock { counts in
                if after { counts.after += 1 } else { counts.before += 1 }
                if after, succeeded { counts.succeededAfter += 1 }
            }
        }
    }

    private func hammer(_ store: any SessionStore) async throws {
        let admin = try StoreVisitor(store)
        let visitors = (0..<32).map { _ in StoreVisitor(admin.engine) }
        for visitor in visitors { try await visitor.visit { try await $0.logIn("ada") } }
        let views = SessionKey<Int>.counter("views")
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for visitor in visitors {
                group.addTask {
                    while tally.counts.after < 1_000 {
                        let isAfter = tally.counts.isRevoked
                        // Reads and writes, each time with the token of the login.
                        try await visitor.visitUnanswered { session in
                            tally.note(after: isAfter, succeeded: session.subject != nil)
                            session[views] += 1
                        }
                        await Task.yield()
                    }
                }
            }
            while tally.counts.before < 500 { await Task.yield() }
            try await admin.engine.revokeAll(of: "ada")
            tally.revoked()
            try await group.waitForAll()
        }
        let counts = tally.counts
        #expect(counts.before >= 500 && counts.after >= 1_000)
        #expect(counts.succeededAfter == 0)
        let listed = try await admin.engine.activeSessions(of: "ada")
        #expect(listed.isEmpty)
    }

    @Test(
        "of the requests opened after all sessions of a user were ended, not one succeeds with an old token: in memory")
    func memory() async throws {
        try await self.hammer(MemorySessionStore())
    }

    @Test(
        "of the requests opened after all sessions of a user were ended, not one succeeds with an old token: in SQLite")
    func sqlite() async throws {
        try await TemporaryFolder.with { folder in
            try await self.hammer(try SQLiteSessionStore(path: folder.path("sessions.sqlite")))
        }
    }

    #if Postgres
    @Test(
        "of the requests opened after all sessions of a user were ended, not one succeeds with an old token: in PostgreSQL",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice))
    func postgres() async throws {
        try await SharedPostgres.withStore { try await self.hammer($0) }
    }
    #endif
}
#endif
