//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@Suite("The maxAge of a session that is shared with Express")
struct MaxAgeTests {
    static let id = SharedSessionTests.id

    /// What `cookie` says in a record of Express.
    private func cookie(_ maxAge: String, _ expires: String) -> String {
        #""cookie":{"originalMaxAge":\#(maxAge),"expires":\#(expires),"httpOnly":true,"path":"/"}"#
    }

    private func plant(_ cookie: String, in harness: ExpressHarness, for life: Duration) {
        harness.records.set(
            "sess:\(Self.id)", Array("{\(cookie),\"views\":1}".utf8), .after(life), now: harness.clock.now)
    }

    @Test("a length that Swift gives is in the text as Express writes it, in the life of the key, and in the cookie")
    func setting() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1,"odd":-0"#)
        let browser = harness.browser(of: Self.id)
        let response = try await harness.visit(browser) { try await $0.remember(for: .milliseconds(90_500)) }
        let end = harness.clock.now + .milliseconds(90_500)
        let text = try #require(try await harness.text(Self.id))
        #expect(text.hasPrefix("{" + self.cookie("90500", "\"\(end)\"") + #","views":1,"odd":-0,"#))
        #expect(try await harness.remaining(Self.id) == .milliseconds(90_500))
        #expect(response[.setCookie]?.contains("Max-Age=90;") == true)
    }

    @Test("each use moves the end by the length, in the text, the key and the cookie; what is left is less meanwhile")
    func rolling() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember(for: .minutes(1)) }
        let id = try #require(harness.id(in: browser))
        harness.clock.advance(by: .seconds(30))
        let response = try await harness.visit(browser) { session in
            #expect(session.remaining == .seconds(30))
            #expect(session.rememberedFor == .minutes(1))
        }
        let end = harness.clock.now + .minutes(1)
        #expect(try await harness.text(id)?.contains(#""originalMaxAge":60000,"expires":"\#(end)""#) == true)
        #expect(try await harness.remaining(id) == .minutes(1))
        #expect(response[.setCookie]?.contains("Max-Age=60;") == true)
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("another length takes the place of one that Express gave, and null takes it away")
    func changing() async throws {
        let harness = try ExpressHarness()
        self.plant(self.cookie("3600000", "\"\(harness.clock.now + .hours(1))\""), in: harness, for: .hours(1))
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            #expect(session.rememberedFor == .hours(1))
            try await session.remember(until: harness.clock.now + .hours(2))
            #expect(session.rememberedFor == .hours(2))
        }
        let end = harness.clock.now + .hours(2)
        #expect(try await harness.text(Self.id)?.contains(self.cookie("7200000", "\"\(end)\"")) == true)
        try await harness.visit(browser) { try await $0.stopRemembering() }
        #expect(try await harness.text(Self.id)?.contains(self.cookie("null", "null")) == true)
    }

    @Test("a length of Express that is longer than the limits here stays as it is, and the absolute limit ends it here")
    func longer() async throws {
        let harness = try ExpressHarness()
        let year = Duration.days(365)
        self.plant(self.cookie("31536000000", "\"\(harness.clock.now + year)\""), in: harness, for: year)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            #expect(session.rememberedFor == year)
            #expect(session.remaining == .days(30))
            await #expect(throws: SessionError.self) { try await session.remember(for: year) }
        }
        harness.clock.advance(by: .days(29))
        try await harness.visit(browser) { $0[.views] += 1 }
        let end = harness.clock.now + year
        #expect(try await harness.text(Self.id)?.contains(self.cookie("31536000000", "\"\(end)\"")) == true)
        harness.clock.advance(by: .days(1))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test(
        "a length that is none, or a date that is none, is no length: the limits here hold, and nothing traps",
        arguments: [
            "1e300", "1e400", "9223372036854775808", "-1e300", "null", "true", #""3600000""#, #""NaN""#, "[]", "{}",
            "1e-5", "0", "-1", "-9223372036854775808", "8640000000000001", "1.5",
        ],
        [
            #""2026-13-45T99:99:99.000Z""#, #""+275760-09-13T00:00:00.000Z""#, #""-271821-04-20T00:00:00.000Z""#,
            #""9999-12-31T23:59:59.999Z""#, #""0001-01-01T00:00:00.000Z""#, #""soon""#, #""""#, "0", "1e300", "false",
            "null", "{}",
        ]
    )
    func hostile(maxAge: String, expires: String) async throws {
        let harness = try ExpressHarness()
        self.plant(self.cookie(maxAge, expires), in: harness, for: .days(1))
        let browser = harness.browser(of: Self.id)
        let start = harness.clock.now
        try await harness.visit(browser) { session in
            guard let remaining = session.remaining else { return }
            #expect((.zero...(.days(30))).contains(remaining))
            session[.views] += 1
        }
        let life = try await harness.remaining(Self.id)
        if let life { #expect(life > .zero) }
        for _ in 0..<40 {
            harness.clock.advance(by: .days(1))
            try await harness.visit(browser) { session in
                if session.id != nil { #expect(harness.clock.now - start < .days(30)) }
            }
        }
    }

    @Test("a length of nothing or less is over, as it is for Express", arguments: ["0", "-1", "-1e10"])
    func zeroOrNegativeLength(maxAge: String) async throws {
        let harness = try ExpressHarness()
        self.plant(self.cookie(maxAge, "\"\(harness.clock.now + .hours(1))\""), in: harness, for: .hours(1))
        try await harness.visit(harness.browser(of: Self.id)) { #expect($0.id == nil) }
    }
}
