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

@Suite("Logs", .bothDrivers)
struct LogTests {
    /// The one line of the last request.
    private func why(_ harness: StoredHarness) throws -> [String] {
        let entry = try #require(harness.logs.entries.last { "\($0.message)" == "Session closed" })
        #expect(entry.level == .debug)
        return ["session.resolution", "session.write", "session.cookie"].map { "\(entry.metadata[$0] ?? "missing")" }
    }

    @Test("one line says of each request what it came with, what was stored, and what the cookie was told")
    func why() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(10)) }
        let browser = harness.browser()
        try await harness.visit(browser)
        #expect(try self.why(harness) == ["no token", "nothing", "leave"])
        try await harness.visit(browser) { $0[.views] += 1 }
        #expect(try self.why(harness) == ["no token", "created", "set"])
        try await harness.visit(browser) { $0[.views] += 1 }
        #expect(try self.why(harness) == ["the token of a session", "changed, touched", "leave"])
        harness.clock.advance(by: .minutes(2))
        try await harness.visit(browser)
        #expect(try self.why(harness) == ["the token of a session", "touched", "leave"])
        harness.clock.advance(by: .minutes(3))
        let late = browser.copy(in: harness)
        try await harness.visit(browser)
        #expect(try self.why(harness) == ["the token of a session", "renewed, touched", "set"])
        try await harness.visit(late.copy(in: harness))
        #expect(try self.why(harness) == ["the token from before a renewal", "nothing", "set"])
        harness.clock.advance(by: .seconds(10))
        try await harness.visit(late)
        #expect(try self.why(harness) == ["a retired secret", "nothing", "leave"])
        let ended = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.destroy() }
        #expect(try self.why(harness) == ["the token of a session", "ended", "clear"])
        try await harness.visit(ended) { $0[.views] += 1 }
        #expect(try self.why(harness) == ["the token of a session that has just ended", "dropped", "leave"])
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(ended)
        #expect(try self.why(harness) == ["a token of no session", "nothing", "leave"])
        try await harness.close(try await harness.open([.cookie: "__Host-session=x"]), browser)
        #expect(try self.why(harness) == ["a malformed token", "nothing", "leave"])
    }

    @Test("the line says everything that operations of the handler wrote, and what failed after them")
    func operations() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.views] += 1
            try await session.save()
        }
        #expect(try self.why(harness) == ["no token", "created", "set"])
        try await harness.visit(browser) { session in
            session[.views] += 1
            try await session.save()
        }
        #expect(try self.why(harness) == ["the token of a session", "changed, touched", "leave"])
        try await harness.visit(browser) { try await $0.logIn("ada") }
        #expect(try self.why(harness) == ["the token of a session", "ended, created", "set"])
        try await harness.visit(browser) { session in
            try await session.renew()
            try await session.setDeviceLabel("laptop")
        }
        #expect(try self.why(harness) == ["the token of a session", "changed, renewed", "set"])
        try await harness.visit(browser) { try await $0.touch() }
        #expect(try self.why(harness) == ["the token of a session", "touched", "leave"])
        await #expect(throws: SessionError.self) {
            try await harness.visit(browser) { session in
                try await session.renew()
                session[.views] += 1
                harness.store.injectFault(.failing)
            }
        }
        #expect(try self.why(harness) == ["the token of a session", "renewed, then failed", "set"])
    }

    @Test("no token is ever logged, at any level, whatever happens to it (CVE-2023-20866)")
    func noSecrets() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        var tokens: Set<String> = []
        let browser = harness.browser()
        let note = { @Sendable (browser: TestBrowser) in browser.token.map { [$0] } ?? [] }
        for step: @Sendable (Session) async throws -> Void in [
            { $0[.views] += 1 }, { try await $0.logIn("ada") }, { try await $0.renew() }, { try await $0.remember() },
            { try await $0.touch() }, { try await $0.regenerate() },
            { $0[SessionKey<[Int]>("views", default: [])] = [1] },
            { _ = $0[.theme] }, { try await $0.logIn("alan") }, { try await $0.logOut() },
        ] {
            let old = browser.copy(in: harness)
            harness.clock.advance(by: .minutes(6))
            try await harness.visit(browser, step)
            tokens.formUnion(note(browser))
            // The same with a token that is late, wrong, or not alone.
            try await harness.visit(old) { $0[.theme] = "late" }
            let token = old.token ?? String(repeating: "A", count: 64)
            for header in [
                "__Host-session=\(token.dropLast())A",
                "__Host-session=\(token); __Host-session=\(browser.token ?? "x")",
                "__Host-session=\(token.dropLast())",
            ] {
                try await harness.close(try await harness.open([.cookie: header]), harness.browser())
            }
        }
        harness.store.injectFault(.failing)
        await #expect(throws: SessionError.self) { try await harness.visit(harness.browser()) { $0[.views] += 1 } }
        #expect(tokens.count >= 6)
        let logs = harness.logs.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n")
        #expect(logs.contains("session.id"))
        for token in tokens {
            #expect(!logs.contains(token))
            #expect(!logs.contains(token.suffix(21)), "the secret half")
        }
    }
}
