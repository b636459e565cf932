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
import Testing

@testable import SessionsSQLite

@Suite("When SQLite fails", .timeLimit(.minutes(5)))
struct SQLiteFailureTests {
    /// A site on a file of its own, with two users who are logged in.
    private struct FaultScenario {
        let folder: TemporaryFolder
        let store: SQLiteSessionStore
        let site: FailingHarness
        let ada: TestBrowser
        let alan: TestBrowser

        var path: String { self.folder.path("sessions.sqlite") }

        static func with(_ body: (FaultScenario) async throws -> Void) async throws {
            try await TemporaryFolder.with { folder in
                var configuration = SQLiteStoreConfiguration()
                configuration.busyTimeout = .milliseconds(50)
                let path = folder.path("sessions.sqlite")
                let store = try SQLiteSessionStore(path: path, configuration: configuration)
                let site = try FailingHarness(store, clock: ManualClock(), deadline: .seconds(5))
                let (ada, alan) = (try await site.loggedIn("ada"), try await site.loggedIn("alan"))
                try await body(FaultScenario(folder: folder, store: store, site: site, ada: ada, alan: alan))
            }
        }

        func expectBothServed(_ comment: Comment) async throws {
            try await self.site.expectServed(self.ada, "ada", comment)
            try await self.site.expectServed(self.alan, "alan", comment)
        }
    }

    @Test("a file that somebody else has locked is read all the same; writes wait for a moment and then say so")
    func locked() async throws {
        try await FaultScenario.with { scene in
            let site = scene.site
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: scene.path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
            try await scene.expectBothServed("what only reads goes on")
            for _ in 0..<7 { await site.expectOutage(scene.ada, "a write") { $0[.note] = "lost" } }
            try await site.expectStrangerServed("a stranger meanwhile")
            site.letPausesPass()
            await site.expectOutage(scene.ada, "a logout that did not happen says so") { try await $0.logOut() }
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            site.letPausesPass()
            try await scene.expectBothServed("unlocked")
            try await site.visit(scene.ada) { $0[.note] = "kept" }
            try await site.visit(scene.ada) { #expect($0[.note] == "kept") }
        }
    }

    @Test("on a full disk nothing is stored and nobody is logged out, but for those who log out")
    func fullDisk() async throws {
        try await FaultScenario.with { scene in
            let site = scene.site
            // The file may not grow by a single page any more.
            try await scene.store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count)")
            }
            let large = String(repeating: "x", count: 60_000)
            await site.expectOutage(scene.ada, "a write that does not fit") { $0[.note] = large }
            await site.expectOutage(site.browser(), "a login that does not fit") { session in
                session[.note] = large
                try await session.logIn("grace")
            }
            try await scene.expectBothServed("what only reads goes on")
            try await site.expectStrangerServed("a stranger meanwhile")
            try await site.visit(scene.alan) { try await $0.logOut() }
            try await site.visit(scene.alan) { #expect($0.id == nil) }
            try await scene.store.pool.writeWithoutTransaction { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = 1000000")
            }
            site.letPausesPass()
            try await site.visit(scene.ada) { $0[.note] = large }
            try await site.visit(scene.ada) { #expect($0[.note] == large) }
        }
    }

    @Test("when the file is deleted under a server, everyone is logged out, and nobody is taken for somebody else")
    func deleted() async throws {
        try await FaultScenario.with { scene in
            let site = scene.site
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: scene.path + suffix) }
            // From here on there is a new file, and reads know it too.
            let grace = try await site.loggedIn("grace")
            for browser in [scene.ada, scene.alan] {
                try await site.visit(browser) { session in
                    #expect(session.subject == nil)
                    #expect(session[.owner] == nil)
                }
            }
            try await site.expectServed(grace, "grace", "from the new file")
            try await site.expectStrangerServed("a stranger meanwhile")
            let next = try FailingHarness(
                try SQLiteSessionStore(path: scene.path), clock: site.clock, deadline: .seconds(5))
            try await next.expectServed(grace, "grace", "after the next start")
        }
    }

    @Test("a folder that becomes read-only stops no server that runs, and lets none begin that cannot write")
    func readOnlyFolder() async throws {
        try await FaultScenario.with { scene in
            let folder = scene.folder.path("")
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder) }
            try await scene.expectBothServed("read-only")
            try await scene.site.visit(scene.ada) { $0[.note] = "kept" }
            try await scene.site.visit(scene.ada) { #expect($0[.note] == "kept") }
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
