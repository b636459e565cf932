//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Applications and backends with the same keys", .bothDrivers)
struct AudienceTests {
    /// A session of "ada" with the theme "dark", as the release before audiences sealed it for `__Host-session` under
    /// key 1 at the time at which a `ManualClock` begins. Made by another implementation, from the form as it is
    /// documented.
    private static let formerCookie =
        "AWOvKv0AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhfiHFJlKcyQvG87T_Ls0Tmm-20ISSmcLiSwgWbYjVObv9lK3_9BDuF1TUAVRiShxAe7rdUX"
        + "oGtxoybreDQEhHRfeTdyjSuLyWaBpVx8tQ"
    /// The same of the present form, by the application "shop".
    private static let shopCookie =
        "AmOvKv0AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhfiHFJlKcyQvG87T_Ls0Tmm-20ISSmcLiSwgWbYjVObv9lK3_9BDuF1TUAVRiShxAe7rdUX"
        + "oGtxoybreDQEwfHr5GbeBrXuL-V-jz8upA"
    /// A token that the release before audiences signed for `__Host-session` under key 1.
    private static let formerToken =
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v.lXrYxFUUvZVwym4BQ2p7-Vh92Ssyp2Xw8_cbA24wQLs"

    private let store = MemorySessionStore()

    private func makeHarness(
        _ backend: SessionBackend,
        _ name: String,
        clock: ManualClock = ManualClock(),
        configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> EngineHarness {
        func named(_ configuration: inout SessionConfiguration) {
            configuration.applicationName = name
            configure(&configuration)
        }
        return try EngineHarness(backend, clock: clock, named)
    }

    private func sealed(
        _ name: String = "",
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> EngineHarness {
        try self.makeHarness(
            .sealed(with: TestKeys.ring(1), revocation: .inMemoryUntilRestart), name, configure: configure)
    }

    private func signed(_ name: String = "") throws -> EngineHarness {
        try self.makeHarness(.stored(in: self.store, signedWith: TestKeys.ring(1)), name)
    }

    private func tokenOnly(_ name: String = "", clock: ManualClock = ManualClock()) throws -> EngineHarness {
        try self.makeHarness(.tokenOnly(with: TestKeys.ring(1)), name, clock: clock)
    }

    @Test("a session that one application sealed is no one's at another with the same keys, in both directions")
    func sealedSessions() async throws {
        let names = ["", "shop", "blog", "caf\u{E9}", "cafe\u{301}"]
        let harnesses = try names.map { try self.sealed($0) }
        for (index, harness) in harnesses.enumerated() {
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada") }
            for (otherIndex, other) in harnesses.enumerated() {
                try await other.visit(browser.copy(in: harness)) { session in
                    #expect(session.isAuthenticated == (index == otherIndex), "\(names[index]) at \(names[otherIndex])")
                }
            }
        }
        let shop = harnesses[1]
        try await shop.visit(shop.browser(planted: Self.shopCookie)) { session in
            #expect(session.subject == "ada" && session[.theme] == "dark")
        }
        try await harnesses[0].visit(shop.browser(planted: Self.shopCookie)) { #expect($0.subject == nil) }
    }

    @Test("a token signed for a stored session is none of .tokenOnly, and the reverse, under one name and another")
    func signedTokens() async throws {
        let (stored, shop, tokens) = (try self.signed(), try self.signed("shop"), try self.tokenOnly())
        let browser = stored.browser()
        try await stored.visit(browser) { try await $0.logIn("ada") }
        let text = try #require(browser.token)
        try await tokens.visit(tokens.browser(planted: text)) { session in
            #expect(session.isNew && session.token?.text != String(text.prefix(64)))
        }
        try await shop.visit(shop.browser(planted: text)) { #expect($0.subject == nil) }
        let visitor = tokens.browser()
        try await tokens.visit(visitor) { _ = $0.token }
        let other = try #require(visitor.token)
        for harness in [stored, shop] {
            let session = try await harness.open([.cookie: "__Host-session=\(other)"])
            #expect(session.id == nil)
        }
        let named = try self.tokenOnly("shop")
        try await named.visit(named.browser(planted: other)) { #expect($0.isNew) }
        try await tokens.visit(visitor) { #expect(!$0.isNew) }
    }

    @Test("tokens against forged requests are those of one application and one kind of backend")
    func csrfTokens() throws {
        let ring = try TestKeys.ring(1)
        let record = SampleRecords().record()
        let audiences = [
            KeyAudience(backend: .sealed, application: ""), KeyAudience(backend: .sealed, application: "shop"),
            KeyAudience(backend: .tokens, application: ""), KeyAudience(backend: .tokens, application: "shop"),
        ]
        let keys = try audiences.map { try CSRFKeys(ring, audience: $0, former: .refused).derived }
        for (index, key) in keys.enumerated() {
            let text = Array(CSRFToken(of: record).text(key.newest, random: .system).utf8)
            for (otherIndex, other) in keys.enumerated() {
                #expect(CSRFToken(of: record).matches(text, other.all) == (index == otherIndex))
            }
        }
        // What a page of an earlier release carries is accepted until the day that is configured, and never made.
        let clock = ManualClock()
        let former = FormerTokens(until: clock.now + .minutes(1), clock: clock.sessionClock)
        let ours = try CSRFKeys(ring, audience: audiences[0], former: former)
        let formerKey = try TestKeys.key(1).derived(for: .csrf)
        let text = Array(CSRFToken(of: record).text(formerKey, random: .system).utf8)
        #expect(try CSRFToken(of: record).matches(text, ours.derived.all))
        #expect(try ours.derived.newest != formerKey)
        clock.advance(by: .minutes(1))
        #expect(try !CSRFToken(of: record).matches(text, ours.derived.all))
    }

    @Test("a session that an earlier release sealed goes on, and the client is given the present form")
    func formerSessions() async throws {
        for name in ["", "shop"] {
            let harness = try self.sealed(name)
            let browser = harness.browser(planted: Self.formerCookie)
            let response = try await harness.visit(browser) { session in
                #expect(session.subject == "ada" && session[.theme] == "dark")
            }
            #expect(response[values: .setCookie].count == 1)
            let text = try #require(browser.token)
            #expect(Base64URL.decode(text.utf8)?.first == Sealer.version)
            let again = try await harness.visit(browser) { #expect($0.subject == "ada") }
            #expect(again[.setCookie] == nil)
            // What it has become is this application's alone.
            let other = try self.sealed(name + "2")
            try await other.visit(browser) { #expect($0.subject == nil) }
        }
    }

    @Test("a token that an earlier release signed goes on, and the client is given the present form")
    func formerTokens() async throws {
        let harness = try self.signed()
        let token = try #require(SessionToken(Self.formerToken.prefix(64)))
        var record = SampleRecords(now: harness.clock.now).record(id: token.id, subject: "ada")
        record.secretHash = token.secretHash
        try await self.store.create(record, now: harness.clock.now)
        let browser = harness.browser(planted: Self.formerToken)
        let response = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(response[values: .setCookie].count == 1)
        #expect(browser.token?.hasPrefix(token.text) == true && browser.token != Self.formerToken)
        let again = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(again[.setCookie] == nil)

        let tokens = try self.tokenOnly("shop")
        let visitor = tokens.browser(planted: Self.formerToken)
        try await tokens.visit(visitor) { #expect(!$0.isNew && $0.token?.text == token.text) }
        #expect(visitor.token?.hasPrefix(token.text) == true && visitor.token != Self.formerToken)
        try await tokens.visit(visitor) { #expect(!$0.isNew && $0.token?.text == token.text) }
    }

    @Test("applications with names compute tokens of their own for the sessions that they take over")
    func takeovers() async throws {
        let key = try TestKeys.key(1)
        var tokens: [String] = []
        for name in ["", "shop", "blog", "shop"] {
            let harness = try self.makeHarness(.stored(in: MemorySessionStore()), name)
            let sessionImport = try SessionImport(into: harness.engine, key: key)
            let browser = harness.browser()
            try await harness.visit(browser) { session in
                let isWorthless = try await sessionImport.importSession("an id of another system", into: session) {
                    "ada"
                } convert: { subject in
                    ImportedSession(subject: subject)
                } forget: {
                }
                #expect(isWorthless && session.subject == "ada")
            }
            tokens.append(try #require(browser.token))
        }
        #expect(Set(tokens).count == 3 && tokens[1] == tokens[3])
    }

    @Test("from the day that is configured, and where none is, what earlier releases made is no one's")
    func formerCookiesAreRefused() async throws {
        #expect(SessionConfiguration().acceptsFormerTokensUntil?.description == "2027-06-01T00:00:00.000Z")
        for end in [nil, ManualClock().now] {
            let harness = try self.sealed { $0.acceptsFormerTokensUntil = end }
            try await harness.visit(harness.browser(planted: Self.formerCookie)) { #expect($0.subject == nil) }
        }
        let late = ManualClock(now: SessionConfiguration.formerTokensEnd)
        let tokens = try self.tokenOnly(clock: late)
        try await tokens.visit(tokens.browser(planted: Self.formerToken)) { #expect($0.isNew) }
        let early = ManualClock(now: SessionConfiguration.formerTokensEnd - .milliseconds(1))
        let before = try self.tokenOnly(clock: early)
        try await before.visit(before.browser(planted: Self.formerToken)) { #expect(!$0.isNew) }
    }
}
