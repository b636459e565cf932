//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import GRDB
import HTTPTypes
import LogAudit
import Sessions
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

/// Rows of the security checklist that hold for every store of this package.
@Suite("Checklist: stores")
struct StoreChecklistTests {
    /// Opens a store, and opens it again where that means something.
    private func withStores(_ body: (_ open: () throws -> any SessionStore) async throws -> Void) async throws {
        let memory = MemorySessionStore()
        try await body { memory }
        try await TemporaryFolder.with { folder in
            try await body { try SQLiteSessionStore(path: folder.path("sessions.sqlite")) }
        }
    }

    @Test("CVE-2023-20862: a logout is in the store, whichever it is, also when it is opened again")
    func logout() async throws {
        try await self.withStores { open in
            let visitor = try StoreVisitor(try open())
            try await visitor.visit { try await $0.logIn("ada") }
            let cookie = try #require(visitor.browser.cookie(named: "__Host-session"))
            try await visitor.visit { try await $0.logOut() }
            #expect(visitor.browser.cookies.isEmpty)
            for _ in 0..<2 {
                let thief = try StoreVisitor(try open())
                thief.browser.plant(cookie)
                try await thief.visit { #expect($0.id == nil && !$0.isAuthenticated) }
            }
        }
    }

    @Test("checklist 31: requests that are cancelled at any moment leave the session whole")
    func cancellation() async throws {
        let (first, second) = (SessionKey<Int>.counter("first"), SessionKey<Int>.counter("second"))
        try await self.withStores { open in
            let visitor = try StoreVisitor(try open())
            try await visitor.visit {
                $0[first] += 1; $0[second] += 1
            }
            var acknowledged = 1
            let rounds = 120
            for round in 0..<rounds {
                let request = Task {
                    try await visitor.visit { session in
                        session[first] += 1
                        session[second] += 1
                        try await session.save()
                    }
                }
                for _ in 0..<round % 40 { await Task.yield() }
                request.cancel()
                switch await request.result {
                case .success: acknowledged += 1
                case .failure(let error): #expect(error is CancellationError, "\(error)")
                }
            }
            try await visitor.visit { session in
                #expect(session[first] == session[second], "both changes or none")
                #expect((acknowledged...rounds + 1).contains(session[first]))
            }
        }
    }

    @Test("checklist 18: whatever bytes stand in the file, their visitor has no session, and no one else loses theirs")
    func hostileFile() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            var configuration = SQLiteStoreConfiguration()
            configuration.busyTimeout = .seconds(30)
            let store = try SQLiteSessionStore(path: path, configuration: configuration)
            let (victim, other) = (try StoreVisitor(store), try StoreVisitor(store))
            try await other.visit { try await $0.logIn("alan") }
            try await victim.visit { try await $0.logIn("ada") }
            let id = try #require(try await store.sessions(of: "ada", now: SessionClock.system.now).first?.id)
            let file = try DatabaseQueue(path: path)
            let whole = try await file.read { db in
                try Data.fetchOne(db, sql: "SELECT record FROM sessions WHERE id = ?", arguments: [Data(id.bytes)])
            }
            let bytes = try #require(whole)
            let random = DeterministicRandom(seed: 18)
            let noise = (0..<100).map { length in
                Data([1]) + Data((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            }
            let endless = bytes.prefix(90) + Data([0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F])
            for hostile in bytes.indices.map({ bytes.prefix($0) }) + noise + [endless] {
                try await file.write { db in
                    try db.execute(
                        sql: "UPDATE sessions SET record = ? WHERE id = ?",
                        arguments: [hostile, Data(id.bytes)]
                    )
                }
                if hostile.isEmpty || hostile.first == 1 {
                    try await victim.visit { #expect($0.id == nil) }
                }
                #expect(try await store.sessions(now: SessionClock.system.now).count == 1)
            }
            try await other.visit { #expect($0.subject == "alan") }
        }
    }
}
#endif
