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
import Testing

@Suite("Logs")
struct LogTests {
    /// The one line of the last request.
    private func why(_ site: Site) throws -> [String] {
        let entry = try #require(site.logs.entries.last { "\($0.message)" == "Session" })
        #expect(entry.level == .debug)
        return ["session.came", "session.stored", "session.cookie"].map { "\(entry.metadata[$0] ?? "missing")" }
    }

    @Test("one line says of each request what it came with, what was stored, and what the cookie was told")
    func why() async throws {
        let site = try Site { $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(10)) }
        let browser = site.browser()
        try await site.visit(browser)
        #expect(try self.why(site) == ["no token", "nothing to store", "leave"])
        try await site.visit(browser) { $0[.views] += 1 }
        #expect(try self.why(site) == ["no token", "a session began", "set"])
        try await site.visit(browser) { $0[.views] += 1 }
        #expect(try self.why(site) == ["the token of a session", "changes", "leave"])
        site.clock.advance(by: .minutes(2))
        try await site.visit(browser)
        #expect(try self.why(site) == ["the token of a session", "the use was noted", "leave"])
        site.clock.advance(by: .minutes(3))
        let late = browser.copy(site)
        try await site.visit(browser)
        #expect(try self.why(site) == ["the token of a session", "changes and a new secret", "set"])
        try await site.visit(late.copy(site))
        #expect(try self.why(site) == ["the token from before a renewal", "nothing to store", "set"])
        site.clock.advance(by: .seconds(10))
        try await site.visit(late)
        #expect(try self.why(site) == ["a secret that was renewed long ago", "nothing to store", "leave"])
        let ended = browser.copy(site)
        try await site.visit(browser) { try await $0.destroy() }
        #expect(try self.why(site) == ["the token of a session", "nothing to store", "clear"])
        try await site.visit(ended) { $0[.views] += 1 }
        #expect(try self.why(site) == ["the token of a session that has just ended", "changes were dropped", "leave"])
        site.clock.advance(by: .minutes(1))
        try await site.visit(ended)
        #expect(try self.why(site) == ["a token of no session", "nothing to store", "leave"])
        try await site.close(try await site.open([.cookie: "__Host-session=x"]), browser)
        #expect(try self.why(site) == ["nothing that is a token", "nothing to store", "leave"])
    }

    @Test("no token is ever logged, at any level, whatever happens to it (CVE-2023-20866)")
    func noSecrets() async throws {
        let site = try Site { $0.renewal = SessionRenewal(after: .minutes(5)) }
        var tokens: Set<String> = []
        let browser = site.browser()
        let note = { @Sendable (browser: TestBrowser) in browser.token.map { [$0] } ?? [] }
        for step: @Sendable (Session) async throws -> Void in [
            { $0[.views] += 1 }, { try await $0.logIn("ada") }, { try await $0.renew() }, { try await $0.remember() },
            { try await $0.touch() }, { try await $0.regenerate() },
            { $0[SessionKey<[Int]>("views", default: [])] = [1] },
            { _ = $0[.theme] }, { try await $0.logIn("alan") }, { try await $0.logOut() },
        ] {
            let old = browser.copy(site)
            site.clock.advance(by: .minutes(6))
            try await site.visit(browser, step)
            tokens.formUnion(note(browser))
            // The same with a token that is late, wrong, or not alone.
            try await site.visit(old) { $0[.theme] = "late" }
            let token = old.token ?? String(repeating: "A", count: 64)
            for header in [
                "__Host-session=\(token.dropLast())A",
                "__Host-session=\(token); __Host-session=\(browser.token ?? "x")",
                "__Host-session=\(token.dropLast())",
            ] {
                try await site.close(try await site.open([.cookie: header]), site.browser())
            }
        }
        site.store.breakDown(.failing)
        await #expect(throws: SessionError.self) { try await site.visit(site.browser()) { $0[.views] += 1 } }
        #expect(tokens.count >= 6)
        let logs = site.logs.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n")
        #expect(logs.contains("session.id"))
        for token in tokens {
            #expect(!logs.contains(token))
            #expect(!logs.contains(token.suffix(21)), "the secret half")
        }
    }
}
