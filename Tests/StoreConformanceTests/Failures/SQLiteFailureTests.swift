//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import GRDB
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsSQLite

@Suite("When SQLite fails", .timeLimit(.minutes(10)))
struct SQLiteFailureTests {
    /// A harness on its own file, with two users who are logged in.
    private struct FaultScenario {
        let folder: TemporaryFolder
        let store: SQLiteSessionStore
        let harness: FailingHarness
        let ada: TestBrowser
        let alan: TestBrowser

        var path: String { self.folder.path("sessions.sqlite") }

        static func with(_ body: (FaultScenario) async throws -> Void) async throws {
            try await TemporaryFolder.with { folder in
                var configuration = SQLiteStoreConfiguration()
                configuration.busyTimeout = .milliseconds(50)
                let path = folder.path("sessions.sqlite")
                let store = try SQLiteSessionStore(path: path, configuration: configuration)
                let harness = try FailingHarness(store, clock: ManualClock(), deadline: .seconds(5))
                let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
                try await body(FaultScenario(folder: folder, store: store, harness: harness, ada: ada, alan: alan))
            }
        }

        func expectBothServed(_ comment: Comment) async throws {
            try await self.harness.expectServed(self.ada, "ada", comment)
            try await self.harness.expectServed(self.alan, "alan", comment)
        }
    }

    @Test("a file that someone else has locked is read all the same; writes wait for a moment and then say so")
    func locked() async throws {
        try await FaultScenario.with { scenario in
            let harness = scenario.harness
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: scenario.path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
            try await scenario.expectBothServed("what only reads goes on")
            for _ in 0..<7 { await harness.expectOutage(scenario.ada, "a write") { $0[.note] = "lost" } }
            try await harness.expectStrangerServed("a stranger meanwhile")
            harness.letPausesPass()
            await harness.expectOutage(scenario.ada, "a logout that did not happen says so") { try await $0.logOut() }
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            harness.letPausesPass()
            try await scenario.expectBothServed("unlocked")
            try await harness.visit(scenario.ada) { $0[.note] = "kept" }
            try await harness.visit(scenario.ada) { #expect($0[.note] == "kept") }
        }
    }

    @Test("on a full disk nothing is stored and no one is logged out, but for those who log out")
    func fullDisk() async throws {
        try await FaultScenario.with { scenario in
            let harness = scenario.harness
            // The file may not grow by a single page any more.
            try await scenario.store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count)")
            }
            let large = String(repeating: "x", count: 60_000)
            await harness.expectOutage(scenario.ada, "a write that does not fit") { $0[.note] = large }
            await harness.expectOutage(harness.browser(), "a login that does not fit") { session in
                session[.note] = large
                try await session.logIn("grace")
            }
            try await scenario.expectBothServed("what only reads goes on")
            try await harness.expectStrangerServed("a stranger meanwhile")
            try await harness.visit(scenario.alan) { try await $0.logOut() }
            try await harness.visit(scenario.alan) { #expect($0.id == nil) }
            try await scenario.store.pool.writeWithoutTransaction { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = 1000000")
            }
            harness.letPausesPass()
            try await harness.visit(scenario.ada) { $0[.note] = large }
            try await harness.visit(scenario.ada) { #expect($0[.note] == large) }
        }
    }

    @Test("when the file is deleted under a server, everyone is logged out, and no one is taken for someone else")
    func deleted() async throws {
        try await FaultScenario.with { scenario in
            let harness = scenario.harness
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: scenario.path + suffix) }
            // From here on there is a new file, and reads know it too.
            let grace = try await harness.loggedIn("grace")
            for browser in [scenario.ada, scenario.alan] {
                try await harness.visit(browser) { session in
                    #expect(session.subject == nil)
                    #expect(session[.owner] == nil)
                }
            }
            try await harness.expectServed(grace, "grace", "from the new file")
            try await harness.expectStrangerServed("a stranger meanwhile")
            let next = try FailingHarness(
                try SQLiteSessionStore(path: scenario.path), clock: harness.clock, deadline: .seconds(5))
            try await next.expectServed(grace, "grace", "after the next start")
        }
    }

    @Test("a folder that becomes read-only stops no server that runs, and lets none begin that cannot write")
    func readOnlyFolder() async throws {
        try await FaultScenario.with { scenario in
            let folder = scenario.folder.path("")
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder) }
            try await scenario.expectBothServed("read-only")
            try await scenario.harness.visit(scenario.ada) { $0[.note] = "kept" }
            try await scenario.harness.visit(scenario.ada) { #expect($0[.note] == "kept") }
        }
        // Where even an administrator cannot write.
        let error = #expect(throws: SessionStoreError.self) {
            try SQLiteSessionStore(path: "/dev/null/sessions.sqlite")
        }
        #expect(error?.code == .unusable)
    }
}

extension SessionKey<String?> {
    fileprivate static var note: Self { .init("note") }
}
#endif
