//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Visitors", .bothDrivers)
struct VisitorsTests {
    @Test("10,000 visitors of whom nothing is remembered leave nothing in the store, and never ask it")
    func nothingStored() async throws {
        let harness = try StoredHarness()
        for _ in 0..<10_000 {
            let response = try await harness.visit(harness.browser())
            #expect(response.isEmpty)
        }
        #expect(try await harness.count == 0)
        #expect(harness.store.count(of: .load) == 0)
    }

    @Test("a token that a client made up is never adopted (CVE-2018-1000519, CVE-2024-38513)")
    func strictMode() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let invented = String(repeating: "A", count: 64)
        browser.plant(TestCookie(name: "__Host-session", value: invented, domain: "example.com", isSecure: true))
        try await harness.visit(browser) { session in
            #expect(session.id == nil)
            session[.views] += 1
        }
        #expect(browser.token != nil && browser.token != invented)
    }

    @Test("a right id with a wrong secret is a stranger, and harms no one")
    func wrongSecret() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let token = try #require(browser.token)
        let attacker = harness.browser()
        let forged = token.prefix(22) + String(repeating: "A", count: 42)
        attacker.plant(TestCookie(name: "__Host-session", value: String(forged), domain: "example.com", isSecure: true))
        try await harness.visit(attacker) { #expect($0.id == nil) }
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test(
        "what is not a token is none, and the store is not asked",
        arguments: [
            "", "x", "../../etc/passwd", String(repeating: "A", count: 63), String(repeating: "A", count: 65),
            String(repeating: "A", count: 63) + "=", String(repeating: "+", count: 64),
            String(repeating: "*", count: 64), String(repeating: "../", count: 21) + "x", "' OR 1=1; --",
            String(repeating: "\u{0}", count: 64), String(repeating: "%41", count: 64),
            "\"" + String(repeating: "A", count: 62) + "\"", String(repeating: "{}", count: 32),
        ]
    )
    func malformed(value: String) async throws {
        let harness = try StoredHarness()
        let session = try await harness.open([.cookie: "__Host-session=\(value)"])
        #expect(session.id == nil)
        #expect(harness.store.count(of: .load) == 0)
    }

    @Test("of several cookies of one name the only valid one counts, wherever it stands", arguments: 0..<4)
    func tossedCookies(position: Int) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        var values = ["A", "B", "C"].map { String(repeating: $0, count: 64) }
        values.insert(try #require(browser.token), at: position)
        let header = values.map { "__Host-session=\($0)" }.joined(separator: "; ")
        let session = try await harness.open([.cookie: header])
        #expect(session[.views] == 1)
    }

    @Test("of more than four tokens the first four are tried")
    func tooManyCookies() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        var values = (0..<4).map { String(repeating: "\($0)", count: 64) }
        values.append(try #require(browser.token))
        let header = values.map { "__Host-session=\($0)" }.joined(separator: "; ")
        let session = try await harness.open([.cookie: header])
        #expect(session.id == nil)
        #expect(harness.store.count(of: .load) == 4)
    }

    @Test("two valid sessions in one request are none, and the log says so")
    func twoIdentities() async throws {
        let harness = try StoredHarness()
        let (ada, alan) = (harness.browser(), harness.browser())
        try await harness.visit(ada) { try await $0.logIn("ada") }
        try await harness.visit(alan) { try await $0.logIn("alan") }
        let header = [ada, alan].compactMap(\.token).map { "__Host-session=\($0)" }.joined(separator: "; ")
        let session = try await harness.open([.cookie: header])
        #expect(session.id == nil)
        #expect(harness.logs.entries.contains { $0.level == .warning && "\($0.message)".contains("several") })
    }

    @Test("the same cookie twice is one cookie")
    func sameCookieTwice() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let token = try #require(browser.token)
        let session = try await harness.open([.cookie: "__Host-session=\(token); __Host-session=\(token)"])
        #expect(session[.views] == 1)
    }

    @Test("a visitor may be given an empty session, if the application asks for it")
    func emptySessions() async throws {
        let harness = try StoredHarness { $0.createsEmptySessions = true }
        let browser = harness.browser()
        try await harness.visit(browser)
        #expect(browser.token != nil)
        #expect(try await harness.count == 1)
        try await harness.visit(browser) { #expect(!$0.isNew) }
        #expect(try await harness.count == 1)
    }

    @Test("the cookie may be sent with every response, if the application asks for it")
    func resentCookies() async throws {
        let harness = try StoredHarness { $0.resendsCookie = true }
        let browser = harness.browser()
        #expect(try await harness.visit(browser)[.setCookie] == nil, "a stranger has none")
        try await harness.visit(browser) { $0[.views] += 1 }
        let token = try #require(browser.token)
        #expect(try await harness.visit(browser)[.setCookie]?.contains(token) == true)
    }

    @Test("a session may be written although nothing was changed, if the application asks for it")
    func unchangedWrites() async throws {
        let harness = try StoredHarness { $0.writesUnchangedSessions = true }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        try await harness.visit(browser)
        #expect(harness.store.count(of: .replace) == 1)
    }

    @Test("a random source that repeats itself makes no two visitors one")
    func repeatingRandom() async throws {
        let harness = try StoredHarness { $0.random = DeterministicRandom.repeating(7) }
        try await harness.visit(harness.browser()) { $0[.views] += 1 }
        let second = try await harness.open(harness.browser())
        second[.views] += 1
        let error = await #expect(throws: SessionError.self) { try await second.save() }
        #expect(error?.code == .storeUnavailable)
        #expect(try await harness.count == 1)
    }

    @Test("a login ends every session that its request was shown, so that a planted one locks no user out")
    func planted() async throws {
        for backend in [
            SessionBackend.stored(in: MemorySessionStore()),
            .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart),
        ] {
            let harness = try EngineHarness(
                backend, transports: [CookieTransport()], { $0.cookie.name = "session" })
            let (victim, attacker) = (harness.browser(), harness.browser())
            for (browser, subject) in [(victim, "ada"), (attacker, "mallory")] {
                try await harness.visit(browser) { try await $0.logIn(subject) }
            }
            // A neighboring host plants the attacker's cookie with a longer path, which comes first.
            let planted = try #require(attacker.cookie(named: "session")?.value)
            func visit(_ run: (Session) async throws -> Void) async throws {
                let own = victim.cookie(named: "session")?.value ?? ""
                let session = try await harness.open([.cookie: "session=\(planted); session=\(own)"])
                try await run(session)
                try await harness.close(session, victim)
            }
            try await visit { #expect($0.subject == nil, "of two none is believed") }
            try await visit { try await $0.logIn("ada") }
            try await visit { #expect($0.subject == "ada") }
            try await harness.visit(attacker) { #expect($0.subject == nil) }
        }
    }
}
