//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import LogAudit
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Sessions, endings of sealed sessions and registered tokens in one store.
@Suite("Registered tokens beside sessions", .bothDrivers)
struct RegistryIsolationTests {
    private let harness: StoredHarness
    private let links: TokenRegistry<String>
    private let invitations: TokenRegistry<String>

    init() throws {
        let harness = try StoredHarness()
        var configuration = SessionConfiguration()
        configuration.clock = harness.clock.sessionClock
        self.harness = harness
        self.links = try TokenRegistry("links", in: harness.memory, configuration: configuration)
        self.invitations = try TokenRegistry("invitations", in: harness.memory, configuration: configuration)
    }

    @Test("a registered token is no one's session, whatever is tried with it")
    func noSession() async throws {
        let token = try await self.links.register("ada", for: .hours(1))
        LogAudit.noteToken(token.text)
        let browser = self.harness.browser(planted: token.text)
        try await self.harness.visit(browser) { session in
            #expect(session.id == nil && session.subject == nil && !session.isAuthenticated)
            #expect(try await session.logOut(token) == false)
            try await session.logIn("ada")
            #expect(session.id != token.id)
            #expect(try await session.activeSessions().count == 1)
            #expect(try await session.logOut(token.id) == false)
        }
        #expect(try await self.links.retrieve(token)?.subject == "ada")
    }

    @Test("a session's token is nothing in a registry, and neither is a token of another")
    func noToken() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { try await $0.logIn("ada") }
        let session = try #require(browser.token.flatMap { SessionToken($0) })
        let invitation = try await self.invitations.register("ada", for: .hours(1))
        for token in [session, invitation] {
            #expect(try await self.links.retrieve(token) == nil)
            #expect(try await self.links.redeem(token) == nil)
            #expect(try await self.links.update(token, to: "alan") == false)
            #expect(try await self.links.dispose(token) == false)
            #expect(try await self.links.dispose(token.id) == false)
        }
        _ = try await self.links.register("ada", for: .hours(1))
        try await self.links.clear()
        try await self.links.disposeAll()
        #expect(try await self.invitations.retrieve(invitation)?.subject == "ada")
        try await self.harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("no name of a registry or category reaches into another")
    func names() async throws {
        var configuration = SessionConfiguration()
        configuration.clock = self.harness.clock.sessionClock
        let long = try TokenRegistry<String>("linksa", in: self.harness.memory, configuration: configuration)
        let token = try await long.register("x", category: "b", for: .hours(1))
        #expect(try await self.links.retrieve(token) == nil)
        for category in ["a\u{0}b", "*", "a\u{0}", "any", "\u{0}", "A", "e\u{301}"] {
            let mine = try await self.links.register(category, category: category, for: .hours(1))
            #expect(try await self.links.retrieve(mine)?.category == category)
        }
        #expect(try await self.links.retrieveAll(category: "a").isEmpty)
        #expect(try await self.links.retrieveAll(category: "\u{E9}").isEmpty, "by bytes, and not by looks")
        #expect(try await self.links.retrieveAll(category: "*").map(\.subject) == ["*"])
        try await self.links.clear()
        #expect(try await long.retrieve(token) != nil)
    }

    @Test("what ends sessions from outside neither shows nor ends registered tokens and endings of sealed sessions")
    func endings() async throws {
        let sealed = try SealedHarness(
            revocation: { _ in .stored(in: FaultySubjectStore(self.harness.memory), maximumAge: .zero) },
            clock: self.harness.clock
        )
        let (old, stored) = (sealed.browser(), self.harness.browser())
        try await sealed.visit(old) { try await $0.logIn("ada") }
        let copy = old.copy(in: sealed)
        try await sealed.visit(old) { try await $0.logOut() }
        try await self.harness.visit(stored) { try await $0.logIn("ada") }
        let token = try await self.links.register("ada", for: .days(1))
        let engine = self.harness.engine
        #expect(try await engine.activeSessions(of: "ada").count == 1)
        #expect(try await engine.revoke(token.id) == false)
        try await engine.revokeAll(of: "ada")
        try await engine.revokeEverything()
        _ = try await sealed.engine.revoke(token.id)
        #expect(try await self.links.retrieve(token)?.subject == "ada")
        try await sealed.visit(copy) { #expect($0.subject == nil) }
        try await self.harness.visit(stored) { #expect($0.subject == nil) }
    }

    @Test("no one logs in, lists or ends under a name that is kept for the library")
    func reserved() async throws {
        let token = try await self.links.register("ada", for: .hours(1))
        let owner = try #require(
            try await self.harness.memory.sessions(now: self.harness.clock.now).first?.subject
        )
        let session = try await self.harness.open(self.harness.browser())
        let calls: [() async throws -> Void] = [
            { try await session.logIn(owner) }, { _ = try await self.harness.engine.activeSessions(of: owner) },
            { try await self.harness.engine.revokeAll(of: owner) },
        ]
        for call in calls {
            let error = await #expect(throws: SessionError.self) { try await call() }
            #expect(error?.code == .invalidSubject)
        }
        #expect(try await self.links.retrieve(token) != nil)
    }

    @Test("hostile tokens open nothing and end nothing: flipped bits, other halves, patterns, and what is none at all")
    func hostile() async throws {
        let token = try await self.links.register("ada", for: .hours(1))
        let other = try await self.links.register("alan", for: .hours(1))
        LogAudit.noteToken(token.text)
        LogAudit.noteToken(other.text)
        for text in ["", "*", "?", "[a-z]", "%", String(repeating: "*", count: 64), token.text + "=", "\(token.text) "]
        {
            #expect(SessionToken(text) == nil)
        }
        var forged = [SessionToken(id: token.id, secret: other.secret), SessionToken(id: token.id, secret: .none)]
        let bytes = token.id.bytes + token.secret.withUnsafeBytes { Array($0) }
        for bit in 0..<384 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            forged.append(try #require(SessionToken(Base64URL.encode(flipped))))
        }
        for forged in forged {
            #expect(try await self.links.retrieve(forged) == nil)
            #expect(try await self.links.redeem(forged) == nil)
            #expect(try await self.links.update(forged, to: "eve") == false)
            #expect(try await self.links.dispose(forged) == false)
        }
        #expect(try await self.links.retrieveAll().count == 2)
        #expect(try await self.links.redeem(token)?.subject == "ada")
    }
}
