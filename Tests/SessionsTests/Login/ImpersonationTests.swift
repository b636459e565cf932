//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Administrators who act as users", .bothDrivers)
struct ImpersonationTests {
    @Test("an administrator acts in a session of its own, and returns to theirs as it was", arguments: [false, true])
    func actAndStop(atRest: Bool) async throws {
        let harness = try StoredHarness.administrated(atRest: atRest)
        let browser = try await harness.administrator(remember: true)
        let token = try #require(browser.token)
        let before = try await harness.open(browser)
        let facts = (before.id, before.createdAt, before.absoluteExpiresAt, before.authenticatedAt, before.isRemembered)
        try await harness.visit(browser) { session in
            session[.views] = 3
            try await session.act(as: "bob", reason: "ticket 7", for: .seconds(1_800))
            #expect(session.subject == "bob" && session.actor == "alice" && session.actingReason == "ticket 7")
            #expect(session.names.isEmpty)
        }
        #expect(browser.token != token)
        try await harness.visit(browser) { session in
            #expect(session.id != facts.0)
            #expect(session[.theme] == nil)
            session[.theme] = "light"
        }
        try await harness.visit(browser) { session in
            #expect(session[.theme] == "light")
            session[.views] += 1
            try await session.stopActing()
            #expect(session.subject == "alice" && session.actor == nil)
        }
        #expect(browser.token == token, "the token is the same")
        try await harness.visit(browser) { session in
            #expect(session.subject == "alice")
            #expect(session[.theme] == "dark" && session[.views] == 3)
            #expect((session.id, session.createdAt, session.absoluteExpiresAt) == (facts.0, facts.1, facts.2))
            #expect(session.authenticatedAt == facts.3 && session.isRemembered == facts.4)
        }
        #expect(try await harness.count == 1)
        try await harness.visit(browser) { try await $0.stopActing() }
        #expect(try await harness.subjects(browser) == ["alice", nil], "without acting it does nothing")
    }

    @Test("nesting is impossible")
    func nesting() async throws {
        let harness = try StoredHarness.administrated { $0.allowsImpersonation = { _ in true } }
        let browser = try await harness.administrator()
        try await harness.act(browser)
        try await harness.visit(browser) { session in
            await refuses(.refusedWhileActing) { try await session.act(as: "carol", reason: "x", for: .seconds(60)) }
            await refuses(.refusedWhileActing) { try await session.act(as: "alice", reason: "x", for: .seconds(60)) }
        }
        #expect(try await harness.subjects(browser) == ["bob", "alice"])
    }

    @Test("one session acts as one user at a time: of two that begin the later one counts")
    func parallel() async throws {
        let harness = try StoredHarness.administrated()
        let browser = try await harness.administrator()
        let other = browser.copy(in: harness)
        try await harness.act(browser)
        #expect(try await harness.subjects(browser) == ["bob", "alice"])
        try await harness.visit(other) { try await $0.act(as: "carol", reason: "x", for: .seconds(60)) }
        #expect(try await harness.subjects(other) == ["carol", "alice"])
        #expect(try await harness.subjects(browser) == [nil, nil])
    }

    @Test("extension is impossible: it ends after its time, however it is used")
    func extension_() async throws {
        let harness = try StoredHarness.administrated()
        let browser = try await harness.administrator()
        try await harness.act(browser)
        for _ in 0..<29 {
            harness.clock.advance(by: .seconds(60))
            try await harness.visit(browser) { session in
                session[.views] += 1
                try await session.touch()
                #expect(session.subject == "bob")
            }
        }
        try await harness.visit(browser) { session in
            await refuses(.refusedWhileActing) { try await session.reauthenticate() }
            await refuses(.refusedWhileActing) { try await session.remember() }
            await refuses(.refusedWhileActing) { try await session.remember(for: .seconds(7_200)) }
            await refuses(.refusedWhileActing) { try await session.stopRemembering() }
            await refuses(.refusedWhileActing) { try await session.renew() }
            await refuses(.refusedWhileActing) { try await session.changeCredentials(to: 2) }
            await refuses(.refusedWhileActing) { try await session.logOutOthers() }
            await refuses(.refusedWhileActing) { try await session.logOutEverywhere() }
            #expect(session.subject == "bob")
        }
        harness.clock.advance(by: .seconds(60))
        #expect(try await harness.subjects(browser) == [nil, nil])
    }

    @Test("its uses keep the administrator's session alive, which is shorter without them")
    func keepsActorAlive() async throws {
        let harness = try StoredHarness.administrated()
        let browser = try await harness.administrator()
        try await harness.act(browser)
        for _ in 0..<25 {
            harness.clock.advance(by: .seconds(60))
            #expect(try await harness.subjects(browser) == ["bob", "alice"])
        }
        try await harness.visit(browser) { try await $0.stopActing() }
        #expect(try await harness.subjects(browser) == ["alice", nil])
        try await harness.act(browser)
        harness.clock.advance(by: .seconds(1_201))
        #expect(try await harness.subjects(browser) == [nil, nil], "the idle limit applies to both")
    }

    @Test("it never lasts longer than the administrator's session")
    func absoluteLimit() async throws {
        let harness = try StoredHarness.administrated {
            $0.limits = SessionLimits(idle: nil, absolute: .seconds(3_600))
        }
        let browser = try await harness.administrator()
        harness.clock.advance(by: .seconds(3_000))
        try await harness.act(browser, for: .seconds(100_000))
        harness.clock.advance(by: .seconds(599))
        #expect(try await harness.subjects(browser) == ["bob", "alice"])
        harness.clock.advance(by: .seconds(1))
        #expect(try await harness.subjects(browser) == [nil, nil])
    }

    @Test("outliving the administrator's logout is impossible, wherever the session ends")
    func outliving() async throws {
        let endings: [@Sendable (StoredHarness, TestBrowser, SessionID) async throws -> Void] = [
            { harness, own, _ in try await harness.visit(own) { try await $0.logOut() } },
            { harness, own, _ in try await harness.visit(own) { try await $0.destroy() } },
            { harness, own, _ in try await harness.visit(own) { try await $0.logIn("alice") } },
            { harness, own, _ in try await harness.visit(own) { try await $0.logOutEverywhere() } },
            { harness, _, id in try await harness.engine.revoke(id) },
            { harness, _, _ in try await harness.engine.revokeAll(of: "alice") },
            { harness, _, _ in try await harness.engine.revokeEverything() },
            { harness, _, id in
                let elsewhere = harness.browser()
                try await harness.visit(elsewhere) { session in
                    try await session.logIn("alice")
                    try await session.logOut(id)
                }
            },
        ]
        for (number, end) in endings.enumerated() {
            let harness = try StoredHarness.administrated()
            let browser = try await harness.administrator()
            let own = browser.copy(in: harness)
            let id = try #require(try await harness.open(browser).id)
            try await harness.act(browser)
            let (slow, stopping) = (try await harness.open(browser), try await harness.open(browser))
            try await end(harness, own, id)
            #expect(try await harness.subjects(browser) == [nil, nil])
            // The end of all sessions ends this one too, and nothing is left to tell its client.
            if number != 6 { #expect(browser.token == nil, "its cookie is cleared") }
            await refuses(.ended) { try await slow.reload() }
            await refuses(.ended) { try await stopping.stopActing() }
            #expect(try await harness.engine.activeSessions(of: "bob").isEmpty)
        }
    }

    @Test("who is logged out while acting is logged out of both sessions")
    func logOut() async throws {
        let harness = try StoredHarness.administrated()
        for operation: @Sendable (Session) async throws -> Void in [
            { try await $0.logOut() }, { try await $0.destroy() }, { try await $0.regenerate() },
        ] {
            let browser = try await harness.administrator()
            let own = browser.copy(in: harness)
            try await harness.act(browser)
            try await harness.visit(browser, operation)
            #expect(try await harness.subjects(own) == [nil, nil])
            #expect(try await harness.subjects(browser) == [nil, nil])
        }
        let browser = try await harness.administrator()
        let own = browser.copy(in: harness)
        try await harness.act(browser)
        try await harness.visit(browser) { try await $0.logIn("carol") }
        #expect(try await harness.subjects(browser) == ["carol", nil])
        #expect(try await harness.subjects(own) == [nil, nil])
    }

    @Test("only what the application allows, with a reason, for a while, as someone else")
    func refused() async throws {
        let harness = try StoredHarness.administrated()
        let (alice, mallory) = (try await harness.administrator(), harness.browser())
        try await harness.visit(mallory) { session in
            await refuses(.notAuthenticated) { try await session.act(as: "bob", reason: "x", for: .seconds(60)) }
            try await session.logIn("mallory")
            await refuses(.impersonationRefused) { try await session.act(as: "bob", reason: "x", for: .seconds(60)) }
        }
        try await harness.visit(alice) { session in
            await refuses(.impersonationRefused) { try await session.act(as: "alice", reason: "x", for: .seconds(60)) }
            await refuses(.impersonationRefused) { try await session.act(as: "bob", reason: "", for: .seconds(60)) }
            let error = await #expect(throws: SessionError.self) {
                try await session.act(as: "bob", reason: "x", for: .zero)
            }
            #expect(error?.code == .impersonationRefused && error?.message.contains("1 second or more") == true)
            await refuses(.invalidSubject) { try await session.act(as: "", reason: "x", for: .seconds(60)) }
            #expect(session.subject == "alice")
        }
        let closed = try StoredHarness()
        let browser = try await closed.administrator()
        try await closed.visit(browser) { session in
            let error = await #expect(throws: SessionError.self) {
                try await session.act(as: "bob", reason: "x", for: .seconds(60))
            }
            #expect(error?.message.contains("set allowsImpersonation") == true)
        }
        #expect(try await harness.count == 2)
    }

    @Test("both users see the session in their lists, marked, and can end it", arguments: ["alice", "bob"])
    func lists(user: String) async throws {
        let harness = try StoredHarness.administrated()
        let browser = try await harness.administrator()
        let (alice, bob) = (harness.browser(), harness.browser())
        try await harness.visit(alice) { try await $0.logIn("alice") }
        try await harness.visit(bob) { try await $0.logIn("bob") }
        try await harness.act(browser)
        for subject in ["alice", "bob"] {
            let marked = try await harness.engine.activeSessions(of: subject).filter { $0.actor != nil }
            #expect(marked.map(\.actor) == ["alice"])
            #expect(marked.map(\.subject) == ["bob"])
        }
        let id = try #require(try await harness.open(browser).id)
        try await harness.visit(user == "alice" ? alice : bob) { session in
            let listed = try await session.activeSessions()
            #expect(listed.contains { $0.id == id && $0.actor == "alice" })
            #expect(try await session.logOut(id))
        }
        #expect(try await harness.subjects(browser) == [nil, nil])
        #expect(try await harness.engine.activeSessions(of: "bob").count == 1)
    }

    @Test("it takes no place of the user's own sessions, and time does not renew its secret")
    func limits() async throws {
        let harness = try StoredHarness.administrated { configuration in
            configuration.maximumSessionsPerSubject = 1
            configuration.renewal = SessionRenewal(after: .seconds(60))
        }
        let (browser, bob) = (try await harness.administrator(), harness.browser())
        try await harness.visit(bob) { try await $0.logIn("bob") }
        try await harness.act(browser)
        let token = browser.token
        try await harness.visit(bob) { try await $0.logIn("bob") }
        #expect(try await harness.subjects(bob) == ["bob", nil])
        for _ in 0..<10 {
            harness.clock.advance(by: .seconds(100))
            #expect(try await harness.subjects(browser) == ["bob", "alice"])
        }
        #expect(browser.token == token)
        try await harness.visit(browser) { try await $0.stopActing() }
        #expect(try await harness.subjects(browser) == ["alice", nil])
    }

    @Test("the store opens neither session, and a user's own session is none of an administrator")
    func dump() async throws {
        let harness = try StoredHarness.administrated()
        let browser = try await harness.administrator()
        let tokens = [try #require(browser.token)]
        try await harness.act(browser)
        for record in try await harness.memory.sessions(now: harness.now) {
            let stored = SessionRecordCodec.encode(record)
            for token in tokens + [try #require(browser.token)] {
                let bytes = try #require(Base64URL.decode(token.utf8))
                #expect(!stored.contains(bytes.suffix(32)) && !stored.contains(token.utf8))
            }
        }
        try await harness.visit(browser) { session in
            await refuses(.refusedWhileActing) { try session.requireNotActing() }
            try session.requireAuthenticated()
        }
        let bob = harness.browser()
        try await harness.visit(bob) { session in
            await refuses(.notAuthenticated) { try session.requireNotActing() }
            try await session.logIn("bob")
            try session.requireNotActing()
        }
    }

    @Test("a store that is down is neither a logout nor a way out", arguments: [false, true])
    func outage(stopping: Bool) async throws {
        let harness = try StoredHarness.administrated()
        let browser = try await harness.administrator()
        if stopping { try await harness.act(browser) }
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing, [.create, .end])
        await refuses(.storeUnavailable) {
            if stopping {
                try await session.stopActing()
            } else {
                try await session.act(as: "bob", reason: "x", for: .seconds(60))
            }
        }
        harness.store.clearFault()
        #expect(try await harness.subjects(browser) == (stopping ? ["bob", "alice"] : ["alice", nil]))
    }
}
