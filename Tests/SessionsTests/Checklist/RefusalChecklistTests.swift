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

/// What a client can learn from being refused.
@Suite("Checklist: refusals", .bothDrivers)
struct RefusalChecklistTests {
    /// Tokens that open nothing, each for a reason of its own, and what a request with each is answered.
    private func answers(_ handler: @Sendable (Session) async throws -> Void) async throws -> [String: [String]] {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(1)) }
        let expired = harness.browser()
        try await harness.visit(expired) { try await $0.logIn("ada") }
        harness.clock.advance(by: .hours(1))
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let renewed = browser.copy(in: harness)
        harness.clock.advance(by: .minutes(6))
        try await harness.visit(browser)
        harness.clock.advance(by: .seconds(2))

        let token = try #require(browser.token)
        let zeros = String(repeating: "A", count: 64)
        let cookies: [String: String?] = [
            "no cookie": nil, "malformed": "x", "unknown": zeros,
            "wrong secret": "\(token.prefix(22))\(zeros.prefix(42))",
            "wrong id": "\(zeros.prefix(22))\(token.suffix(42))", "cut short": String(token.dropLast()),
            "padded": token + "=", "expired": expired.token, "renewed long ago": renewed.token,
        ]
        var answers: [String: [String]] = [:]
        for (name, value) in cookies {
            let session = try await harness.open(value.map { [.cookie: "__Host-session=\($0)"] } ?? [:])
            try await handler(session)
            var response = HTTPFields()
            try await harness.engine.close(session, response: &response)
            // Every token is another; the rest is what a client can learn from.
            answers[name] = response.map { field in
                "\(field.name)=\(field.value.replacing(/=[A-Za-z0-9_-]{64};/, with: "=…;"))"
            }
        }
        #expect(answers.count == cookies.count)
        return answers
    }

    @Test("checklist 16: whatever is wrong with a token, the answer is that of a request without one")
    func sameAnswerForEveryFailure() async throws {
        let untouched = try await self.answers { _ in }
        #expect(Set(untouched.values) == [[]])
        let read = try await self.answers { session in
            #expect(session.id == nil && session.subject == nil && session.names.isEmpty && session[.views] == 0)
        }
        #expect(Set(read.values).count == 1, "\(read)")
        let written = try await self.answers { $0[.views] += 1 }
        #expect(Set(written.values).count == 1, "\(written)")
        #expect(written["no cookie"]?.contains { $0.hasPrefix("Set-Cookie=__Host-session=…;") } == true)
    }

    @Test("CVE-2023-40273: after a change of credentials every other session of the user can be ended at once")
    func changedCredentials() async throws {
        let harness = try StoredHarness()
        let (here, elsewhere, somebody) = (harness.browser(), harness.browser(), harness.browser())
        for browser in [here, elsewhere] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        try await harness.visit(somebody) { try await $0.logIn("alan") }
        let now = harness.clock.now
        try await harness.visit(here) { session in
            let kept = try #require(session.id)
            let ended = try await harness.memory.endAll(
                of: "ada", except: [kept], tombstoneUntil: now + .minutes(1), now: now
            )
            #expect(ended == 1)
        }
        try await harness.visit(elsewhere) { #expect(!$0.isAuthenticated) }
        try await harness.visit(here) { #expect($0.subject == "ada") }
        try await harness.visit(somebody) { #expect($0.subject == "alan") }
    }
}
