//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

/// Who hears that a session has ended: its visitor, and not a stranger who knows its id.
@Suite("Secrets of ended sessions")
struct EndedSecretsTests {
    @Test("every store of ours tells the visitor of an ended session from a stranger who knows its id")
    func memoryAndFile() async throws {
        try await self.check(MemorySessionStore())
        try await TemporaryFolder.with { folder in
            try await self.check(try SQLiteSessionStore(path: folder.path("sessions.sqlite")))
        }
        for isMoving in [false, true] {
            let (old, new) = (MemorySessionStore(), MemorySessionStore())
            try await self.check(
                MigratingSessionStore(from: old, to: new, phase: isMoving ? .migrating : .dualRead))
        }
    }

    #if Postgres
    @Test(
        "PostgreSQL tells the visitor of an ended session from a stranger who knows its id",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice))
    func postgres() async throws {
        try await SharedPostgres.withStore { try await self.check($0) }
    }
    #endif

    #if Redis
    @Test(
        "Redis and Valkey tell the visitor of an ended session from a stranger who knows its id",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: [SharedServer.redis, .valkey, .cluster])
    func redis(_ server: SharedServer) async throws {
        try await self.check(try server.store())
    }
    #endif

    private static let views = SessionKey<Int>.counter("views")

    private func check(_ store: any SessionStore) async throws {
        let visitor = try StoreVisitor(store)
        try await visitor.visit { $0[Self.views] += 1 }
        let cookie = try #require(visitor.browser.cookie(named: "__Host-session"))
        let late = try StoreVisitor(store)
        late.browser.plant(cookie)
        let id = try await self.id(of: visitor)
        try await visitor.visit { try await $0.destroy() }

        // Nothing is begun for a visitor whose session has ended a moment ago.
        try await late.visit { session in
            session[Self.views] += 1
            await #expect(throws: SessionError.self) { try await session.save() }
        }
        #expect(late.browser.cookie(named: "__Host-session")?.value == cookie.value)

        // A stranger begins anew, whether the id has ended or never was.
        for id in [id, SampleRecords(seed: 77).id()] {
            let stranger = try StoreVisitor(store)
            var planted = cookie
            planted.value = Data(id.bytes + [UInt8](repeating: 7, count: 32)).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_")
            stranger.browser.plant(planted)
            try await stranger.visit { session in
                #expect(session.id == nil)
                session[Self.views] += 1
                try await session.save()
            }
            let value = try #require(stranger.browser.cookie(named: "__Host-session")?.value)
            #expect(value != planted.value && value != cookie.value)
        }
    }

    private func id(of visitor: StoreVisitor) async throws -> SessionID {
        var id: SessionID?
        try await visitor.visit { id = $0.id }
        return try #require(id)
    }
}
#endif
