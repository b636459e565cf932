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

@Suite("Lives of sessions that are shared with Express")
struct ExpressLimitsTests {
    static let id = SharedSessionTests.id

    @Test("the idle limit counts from the last use on either side, by the life that the key still has")
    func idle() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada""#)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser)
        harness.clock.advance(by: .minutes(15))
        // A request at Express: connect-redis gives the key its whole life again, and leaves the text.
        _ = try await harness.records.touch("sess:\(Self.id)", .after(.days(1)), now: harness.clock.now)
        harness.clock.advance(by: .minutes(15))
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(try await harness.remaining(Self.id) == .days(1))
        harness.clock.advance(by: .minutes(20))
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a session with a maxAge of Express keeps it: each use moves its end, in the key, the text and the cookie")
    func maxAge() async throws {
        let harness = try ExpressHarness()
        let expires = harness.clock.now + .minutes(60)
        let cookie = #""cookie":{"originalMaxAge":3600000,"expires":"\#(expires)","httpOnly":true,"path":"/"}"#
        let text = Array("{\(cookie),\"views\":1}".utf8)
        harness.records.set("sess:\(Self.id)", text, .after(.minutes(60)), now: harness.clock.now)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            #expect(session.isRemembered)
            #expect(session.remaining == .minutes(60))
        }
        harness.clock.advance(by: .minutes(40))
        let response = try await harness.visit(browser) { $0[.views] += 1 }
        #expect(response[.setCookie]?.contains("Max-Age=3600;") == true)
        let moved = harness.clock.now + .minutes(60)
        #expect(try await harness.text(Self.id)?.contains(#""originalMaxAge":3600000,"expires":"\#(moved)""#) == true)
        #expect(try await harness.remaining(Self.id) == .minutes(60))
        harness.clock.advance(by: .minutes(60))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("remembering here gives the session a maxAge that Express knows, and going back takes it away")
    func remembering() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { session in
            session[.views] = 1
            try await session.remember()
        }
        #expect(response[.setCookie]?.contains("Max-Age=1209600") == true)
        let id = try #require(harness.id(in: browser))
        let expires = harness.clock.now + .days(14)
        #expect(try await harness.text(id)?.contains(#""originalMaxAge":1209600000,"expires":"\#(expires)""#) == true)
        #expect(try await harness.remaining(id) == .days(14))
        try await harness.visit(browser) { try await $0.stopRemembering() }
        #expect(try await harness.text(id)?.contains(#""originalMaxAge":null,"expires":null"#) == true)
        #expect(try await harness.remaining(id) == .days(1))
    }

    @Test("a use writes the text of no session, and nothing where a tenth of the idle limit has not passed")
    func touching() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        let text = try await harness.text(id)
        harness.clock.advance(by: .seconds(119))
        try await harness.visit(browser)
        #expect(try await harness.remaining(id) == .days(1) - .seconds(119))
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(browser, isPassive: true)
        #expect(try await harness.remaining(id) == .days(1) - .seconds(120))
        try await harness.visit(browser)
        #expect(try await harness.remaining(id) == .days(1))
        #expect(try await harness.text(id) == text)
    }

    @Test("what cannot work is refused at the start, in words")
    func invalidOptions() throws {
        let secrets = try ExpressSecrets("keyboard cat, and many a word")
        func message(_ configure: (inout SessionConfiguration, inout ExpressConfiguration) -> Void) -> String {
            var (configuration, express) = (
                SessionConfiguration(), ExpressConfiguration(secrets: secrets, subject: .property("userId"))
            )
            configure(&configuration, &express)
            do {
                _ = try SessionEngine(.express(in: ExpressMemoryStore(), express), configuration: configuration)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message { _, _ in } == "")
        #expect(message { $1.prefix = "" }.contains("prefix is empty"))
        #expect(message { $1.timeToLive = .lasting(.minutes(10)) }.contains("shorter than limits.idle"))
        #expect(message { $1.subject = .property("cookie") }.contains("subject is in"))
        #expect(message { $1.ownProperty = "userId" }.contains("ownProperty"))
        #expect(
            message { configuration, _ in configuration.renewal = .init(after: .hours(1), grace: .seconds(30)) }
                .contains("renewal"))
    }
}
