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

@Suite("Coming from Express: how express-session behaves")
struct BehaviourTests {
    static let id = SharedSessionTests.id

    @Test("an id that is not there: the visitor gets another, and never the one that was sent")
    func unknownID() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { $0[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        #expect(id != Self.id)
        #expect(try await harness.text(Self.id) == nil)
    }

    @Test("a cookie that is not signed: ignored")
    func unsigned() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1"#)
        for value in [Self.id, "s%3A\(Self.id)", "s%3A\(Self.id)."] {
            try await harness.visit(harness.browser(planted: value)) { #expect($0.id == nil) }
        }
    }

    @Test("two engines on one store: each has its own cookie and options")
    func twoEngines() async throws {
        let store = MemorySessionStore()
        let harness = try EngineHarness(.stored(in: store)) { $0.cookie.name = "__Host-site" }
        let shop = try EngineHarness(.stored(in: store), clock: harness.clock) { $0.cookie.name = "__Host-shop" }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        try await shop.visit(browser) { $0[.views] = 2 }
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        try await shop.visit(browser) { #expect($0[.views] == 2) }
    }

    @Test("a touch: only when a tenth of the idle limit has passed")
    func touch() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        harness.clock.advance(by: .seconds(119))
        try await harness.visit(browser)
        #expect(try await harness.remaining(id) == .seconds(86_400) - .seconds(119))
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(browser)
        #expect(try await harness.remaining(id) == .seconds(86_400))
    }

    @Test("Set-Cookie on an insecure connection: it is sent, and the browser decides")
    func insecure() async throws {
        let harness = try ExpressHarness()
        #expect(try await harness.firstCookie(isSecure: false).contains("; Secure"))
    }

    @Test("the body waits for the store: when the head leaves, another server finds what was set")
    func order() async throws {
        let harness = try ExpressHarness()
        let other = try ExpressHarness(sharing: harness)
        let browser = harness.browser()
        let session = try await harness.open(browser)
        session[.views] = 1
        // What follows is the head of the response.
        try await harness.close(session, browser)
        try await other.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("two requests at once: each loses nothing of the other's")
    func concurrency() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1"#)
        let browser = harness.browser(of: Self.id)
        let (one, other) = (try await harness.open(browser), try await harness.open(browser))
        one[.views] += 1
        other[.theme] = "dark"
        try await harness.close(other, browser)
        try await harness.close(one, browser)
        try await harness.visit(browser) { session in
            #expect(session[.views] == 2)
            #expect(session[.theme] == "dark")
        }
    }

    @Test("a store that fails: the error comes before the response")
    func failure() async throws {
        let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
        let harness = try EngineHarness(.stored(in: store))
        let browser = harness.browser()
        let session = try await harness.open(browser)
        session[.views] = 1
        store.injectFault(.failing)
        let error = await #expect(throws: SessionError.self) { try await harness.close(session, browser) }
        #expect(error?.code == .storeUnavailable)
        #expect(browser.cookies.isEmpty)
    }

    @Test("a session that is always in use: it ends all the same when it is old")
    func absolute() async throws {
        let harness = try ExpressHarness { configuration, _ in configuration.limits.absolute = .seconds(8 * 3_600) }
        harness.express(Self.id, #","userId":"ada""#)
        let browser = harness.browser(of: Self.id)
        for _ in 0..<32 {
            try await harness.visit(browser) { #expect($0.subject == "ada") }
            harness.clock.advance(by: .seconds(15 * 60))
        }
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a user's sessions: listed from our store; of shared ones, of which there is no list, all but one can end")
    func lists() async throws {
        let harness = try EngineHarness()
        try await harness.visit(harness.browser()) { session in
            try await session.logIn("ada")
            let list = try await session.activeSessions()
            #expect(list.map(\.subject) == ["ada"])
        }
        let shared = try ExpressHarness()
        for id in [Self.id, "another"] { shared.express(id, #","userId":"ada""#) }
        try await shared.visit(shared.browser(of: Self.id)) { session in
            let error = await #expect(throws: SessionError.self) { try await session.activeSessions() }
            #expect(error?.code == .notOffered)
            try await session.logOutOthers()
            #expect(session.subject == "ada")
        }
        // It goes on under another id, for here the id is the secret.
        #expect(try await shared.text(Self.id) == nil)
        #expect(try await shared.text("another") == nil)
    }
}
