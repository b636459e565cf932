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

@Suite("Events: refusals and endings", .bothDrivers)
struct RefusalEventTests {
    private let recorder = EventRecorder()

    private func observe(_ configuration: inout SessionConfiguration) {
        configuration.observers = [self.recorder]
    }

    private func makeHarness(_ configure: (inout SessionConfiguration) -> Void = { _ in }) throws -> StoredHarness {
        try StoredHarness { configuration in
            self.observe(&configuration)
            configure(&configuration)
        }
    }

    /// A browser whose session has a login, and the id of it.
    private func loggedIn(_ harness: some TestHarness, _ subject: String = "ada") async throws -> (
        TestBrowser, SessionID
    ) {
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn(subject) }
        return (browser, try #require(self.recorder.take().last?.sessionID))
    }

    @Test("a token that is refused says why, and names a session only where there is one")
    func refused() async throws {
        let harness = try self.makeHarness()
        let (browser, id) = try await self.loggedIn(harness)
        let token = try #require(browser.token)
        let wrong = "\(token.dropLast(2))\(token.hasSuffix("AA") ? "BA" : "AA")"
        for (text, name, named) in [
            ("x", "refused/malformed", nil), (String(repeating: "A", count: 64), "refused/unknown", nil),
            (wrong, "refused/wrong_secret", id),
        ] {
            try await harness.visit(harness.browser(planted: text))
            let events = self.recorder.take()
            #expect(events.map(\.name) == [name])
            #expect(events[0].sessionID == named)
        }
        let copy = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.logOut() }
        _ = self.recorder.take()
        try await harness.visit(copy)
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["refused/ended"])
        #expect(events[0].sessionID == id)
    }

    @Test("a request that another site may have made is an event, with whom it would have harmed")
    func crossSite() async throws {
        let harness = try self.makeHarness()
        let (browser, id) = try await self.loggedIn(harness)
        let name = try #require(HTTPField.Name("Sec-Fetch-Site"))
        for (value, names) in [("same-origin", []), ("cross-site", ["refused/cross_site"])] {
            let request = SessionRequest(headerFields: [name: value], isSecure: true)
            try await harness.visit(browser) { session in
                try? await CSRFProtection().check(
                    request,
                    method: .post,
                    authority: "example.com",
                    session: session,
                    form: { [] }
                )
            }
            let events = self.recorder.take()
            #expect(events.map(\.name) == names)
            #expect(events.allSatisfy { $0.sessionID == id && $0.subject == "ada" })
        }
    }

    @Test("a session whose time is over is refused as expired where the store has it yet, and as unknown where not")
    func expired() async throws {
        let harness = try self.makeHarness()
        let (browser, id) = try await self.loggedIn(harness)
        // Another server gives its sessions less time.
        let strict = try EngineHarness(
            .stored(in: harness.memory),
            clock: harness.clock,
            { configuration in
                self.observe(&configuration)
                configuration.limits = SessionLimits(idle: .minutes(1), absolute: .hours(8))
            }
        )
        harness.clock.advance(by: .minutes(1))
        try await strict.visit(browser)
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["refused/expired"])
        #expect(events[0].sessionID == id && events[0].subject == "ada")
        harness.clock.advance(by: .minutes(20))
        try await harness.visit(browser)
        #expect(self.recorder.takeNames() == ["refused/unknown"])
    }

    @Test("what is stored and cannot be read is refused as unreadable")
    func unreadable() async throws {
        let harness = try EngineHarness(.stored(in: UnreadableStore()), self.observe)
        try await harness.visit(harness.browser(planted: String(repeating: "A", count: 64)))
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["refused/unreadable"])
        #expect(events[0].errorCode == "corrupt_record")
    }

    @Test("a secret that comes back after its renewal is suspicious, and then ends the session where that is asked for")
    func replayed() async throws {
        for policy in [ReplayedSecretPolicy.refuse, .endSession] {
            let harness = try self.makeHarness {
                $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(10))
                $0.onReplayedSecret = policy
            }
            let (browser, id) = try await self.loggedIn(harness)
            let thief = browser.copy(in: harness)
            harness.clock.advance(by: .minutes(5))
            try await harness.visit(browser)
            harness.clock.advance(by: .seconds(10))
            _ = self.recorder.take()
            try await harness.visit(thief)
            let events = self.recorder.take()
            let ending = policy == .endSession ? ["ended/replayed_secret"] : []
            #expect(events.map(\.name) == ["suspicious/replayed_secret"] + ending)
            #expect(events.allSatisfy { $0.sessionID == id && $0.subject == "ada" })
        }
    }

    @Test("the tokens of several sessions in one request are suspicious, and all of the sessions are named")
    func several() async throws {
        let harness = try self.makeHarness()
        let (one, first) = try await self.loggedIn(harness)
        let (other, second) = try await self.loggedIn(harness, "alan")
        let header = "__Host-session=\(try #require(one.token)); __Host-session=\(try #require(other.token))"
        try await harness.close(try await harness.open([.cookie: header]), harness.browser())
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["suspicious/several_tokens"])
        #expect(events[0].sessionID == first && events[0].otherSessionIDs == [second])
    }

    @Test("two visitors by two transports are as suspicious, and an odd header is refused")
    func transports() async throws {
        let harness = try EngineHarness(
            .stored(in: MemorySessionStore()),
            transports: [CookieTransport(), BearerTransport()],
            self.observe
        )
        let (one, first) = try await self.loggedIn(harness)
        let (other, second) = try await self.loggedIn(harness, "alan")
        let (cookie, bearer) = (try #require(one.token), try #require(other.token))
        await #expect(throws: SessionError.self) {
            try await harness.open([.cookie: "__Host-session=\(cookie)", .authorization: "Bearer \(bearer)"])
        }
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["suspicious/several_tokens"])
        #expect(Set([events[0].sessionID].compactMap(\.self) + events[0].otherSessionIDs) == [first, second])
        await #expect(throws: SessionError.self) { try await harness.open([.authorization: "Bearer x"]) }
        #expect(self.recorder.takeNames() == ["refused/malformed"])
    }

    @Test("an ending says why: by the session itself, from another, and from outside any request")
    func ended() async throws {
        let harness = try self.makeHarness()
        let operations: [(name: String, run: @Sendable (Session) async throws -> Void)] = [
            ("logged_out", { try await $0.logOut() }), ("destroyed", { try await $0.destroy() }),
            ("regenerated", { try await $0.regenerate() }),
        ]
        for (name, operation) in operations {
            let (browser, id) = try await self.loggedIn(harness)
            try await harness.visit(browser, operation)
            let event = try #require(self.recorder.take().first)
            #expect(event.name == "ended/\(name)")
            #expect(event.sessionID == id && event.subject == "ada")
        }
        let (browser, _) = try await self.loggedIn(harness)
        let (_, second) = try await self.loggedIn(harness)
        try await harness.visit(browser) { try await $0.logOut(second) }
        let byID = try #require(self.recorder.take().first)
        #expect(byID.name == "ended/logged_out" && byID.sessionID == second)
        try await harness.visit(browser) { try await $0.logOut(second) }
        #expect(self.recorder.take().isEmpty, "what has ended ends once")
        try await harness.visit(browser) { try await $0.logOutOthers() }
        try await harness.visit(browser) { try await $0.logOutEverywhere() }
        #expect(
            self.recorder.takeNames() == [
                "ended/others", "renewed/explicit", "ended/all_of_subject", "ended/logged_out",
            ])
        let (_, third) = try await self.loggedIn(harness)
        try await harness.engine.revoke(third)
        try await harness.engine.revoke(third)
        try await harness.engine.revokeAll(of: "ada")
        try await harness.engine.revokeEverything()
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["ended/revoked", "ended/all_of_subject", "ended/everything"])
        #expect(events.map(\.sessionID) == [third, nil, nil] && events.map(\.subject) == ["ada", "ada", nil])
    }

    @Test("sealed sessions have the same events, with both ids where a renewal gives them another")
    func sealed() async throws {
        let harness = try SealedHarness(configure: self.observe)
        let (browser, id) = try await self.loggedIn(harness)
        let copy = browser.copy(in: harness)
        try await harness.visit(harness.browser(planted: "AAAA"))
        #expect(self.recorder.takeNames() == ["refused/unknown"])
        try await harness.visit(browser) { try await $0.logOut() }
        try await harness.visit(copy)
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["ended/logged_out", "refused/ended"])
        #expect(events.allSatisfy { $0.sessionID == id && $0.subject == "ada" })
        let (late, before) = try await self.loggedIn(harness)
        var ids = [before]
        try await harness.visit(late) { session in
            let operations: [() async throws -> Void] = [
                { try await session.renew() }, { try await session.reauthenticate() }, { try await session.remember() },
                { try await session.stopRemembering() },
            ]
            for operation in operations {
                try await operation()
                ids.append(try #require(session.id))
            }
        }
        let renewals = self.recorder.take()
        #expect(
            renewals.map(\.name) == ["renewed/explicit", "reauthenticated", "renewed/explicit", "renewed/explicit"])
        #expect(renewals.compactMap(\.sessionID) == Array(ids.dropFirst()))
        #expect(renewals.map(\.otherSessionIDs) == ids.dropLast().map { [$0] })
        harness.clock.advance(by: .hours(8))
        try await harness.visit(late)
        #expect(self.recorder.takeNames() == ["refused/expired"])
    }

    @Test("tokens without sessions have those that there can be")
    func tokenOnly() async throws {
        let harness = try EngineHarness(.tokenOnly(with: .ephemeral()), self.observe)
        let browser = harness.browser()
        try await harness.visit(browser) { _ = $0.token }
        #expect(self.recorder.take().isEmpty, "a token is given to everyone")
        try await harness.visit(browser) { try await $0.regenerate() }
        #expect(self.recorder.takeNames() == ["ended/regenerated", "created"])
        try await harness.visit(harness.browser(planted: "x"))
        #expect(self.recorder.takeNames() == ["refused/malformed"])
    }
}
