//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import HTTPTypes
import Sessions
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: the session of a request")
struct RequestSessionTests {
    static let id = SharedSessionTests.id

    @Test("req.session.views = 1: values are set under typed keys, and Express reads them")
    func setting() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in session[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        #expect(try await harness.text(id)?.contains(#""views":1"#) == true)
    }

    @Test("a date in req.session: a date here too, in the text that JavaScript writes")
    func date() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","last":"2026-01-31T09:30:00.250Z""#)
        let last = SessionKey<Date?>.javaScript("last")
        try await harness.visit(harness.browser(of: Self.id)) { session in
            #expect(session[last] == Date(timeIntervalSince1970: 1_769_851_800.25))
            session[last] = Date(timeIntervalSince1970: 0.5)
        }
        #expect(try await harness.text(Self.id)?.contains(#""last":"1970-01-01T00:00:00.500Z""#) == true)
    }

    @Test("delete req.session.views: the value is gone for both")
    func deletion() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1"#)
        try await harness.visit(harness.browser(of: Self.id)) { session in session.remove(.views) }
        #expect(try await harness.text(Self.id)?.contains("views") == false)
    }

    @Test("req.sessionID: a name that is the same in every request and opens nothing")
    func sessionID() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, "")
        var names: Set<String> = []
        for _ in 0..<2 {
            try await harness.visit(harness.browser(of: Self.id)) { session in
                names.insert("\(try #require(session.id))")
            }
        }
        #expect(names.count == 1)
        let name = try #require(names.first)
        try await harness.visit(harness.browser(of: name)) { #expect($0.id == nil) }
    }

    @Test("req.sessionStore: the store is the application's, who gave it to the engine")
    func sessionStore() async throws {
        let (store, clock) = (MemorySessionStore(), ManualClock())
        let harness = try EngineHarness(.stored(in: store), clock: clock)
        try await harness.visit(harness.browser()) { $0[.views] = 1 }
        #expect(try await store.count(now: clock.now) == 1)
    }

    @Test("req.session.regenerate: another id and no values, and the old id opens nothing")
    func regenerate() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":5"#)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            try await session.regenerate()
            #expect(session.names.isEmpty)
        }
        #expect(harness.id(in: browser) != Self.id)
        #expect(try await harness.text(Self.id) == nil)
    }

    @Test("req.session.destroy: it is gone for both, and a slow request of Express does not bring it back here")
    func destroy() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":5"#)
        try await harness.visit(harness.browser(of: Self.id)) { session in try await session.destroy() }
        #expect(try await harness.text(Self.id) == nil)
        harness.express(Self.id, #","views":6"#)
        try await harness.visit(harness.browser(of: Self.id)) { #expect($0.id == nil) }
    }

    @Test("req.session.reload: what another request has written is read, and what was set is forgotten")
    func reload() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":5"#)
        let session = try await harness.open(harness.browser(of: Self.id))
        session[.views] = 7
        harness.express(Self.id, #","views":6"#)
        try await session.reload()
        #expect(session[.views] == 6)
    }

    @Test("req.session.save: it is stored before the response, when that is asked for")
    func save() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":5"#)
        let session = try await harness.open(harness.browser(of: Self.id))
        session[.views] = 6
        try await session.save()
        #expect(try await harness.text(Self.id)?.contains(#""views":6"#) == true)
    }

    @Test("req.session.touch: the session lives its whole life again, though hardly any has passed")
    func touch() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":5"#)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser)
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(browser) { session in try await session.touch() }
        #expect(try await harness.remaining(Self.id) == .seconds(86_400))
    }

    @Test("names of methods as names of values: refused, where Express would lose them")
    func methods() async throws {
        let harness = try ExpressHarness()
        for name in ["save", "touch", "cookie", "id"] {
            await #expect(throws: SessionError.self) {
                try await harness.visit(harness.browser()) { $0[SessionKey<Int>(name, default: 0)] = 1 }
            }
        }
    }
}

@Suite("Coming from Express: the cookie of one session")
struct RequestCookieTests {
    static let id = SharedSessionTests.id

    /// A session with a maxAge of one minute, after half a minute.
    private func visit(_ handler: (Session) async throws -> Void) async throws -> (
        harness: ExpressHarness, cookie: String
    ) {
        let harness = try ExpressHarness()
        harness.express(Self.id, "")
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in try await session.remember(for: .seconds(60)) }
        harness.clock.advance(by: .seconds(30))
        let response = try await harness.visit(browser, handler)
        return (harness, response[.setCookie] ?? "")
    }

    @Test("cookie.maxAge read: what is left, until the end of the request gives it the whole again")
    func maxAge() async throws {
        let (harness, cookie) = try await self.visit { session in #expect(session.remaining == .seconds(30)) }
        #expect(cookie.contains("; Max-Age=60;"))
        #expect(try await harness.remaining(Self.id) == .seconds(60))
    }

    @Test("cookie.maxAge set: the cookie, the key and the text say it, and each use moves the end")
    func setMaxAge() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { session in try await session.remember(for: .seconds(60)) }
        #expect(response[.setCookie]?.contains("; Max-Age=60;") == true)
        let id = try #require(harness.id(in: browser))
        #expect(try await harness.remaining(id) == .seconds(60))
        let end = harness.now + .seconds(60)
        #expect(try await harness.text(id)?.contains(#""originalMaxAge":60000,"expires":"\#(end)""#) == true)
    }

    @Test("cookie.originalMaxAge: the length itself, whatever is left of it")
    func originalMaxAge() async throws {
        _ = try await self.visit { session in #expect(session.rememberedFor == .seconds(60)) }
    }

    @Test("cookie.expires read: when the session ends unless it is used")
    func expires() async throws {
        _ = try await self.visit { session in
            let end = try #require(session.idleExpiresAt)
            #expect(end - (try #require(session.lastAccessedAt)) == .seconds(60))
        }
    }

    @Test("cookie.expires set: the time until then is the new length")
    func setExpires() async throws {
        let (harness, cookie) = try await self.visit { session in
            let date = try #require(session.lastAccessedAt) + .seconds(2 * 3_600)
            try await session.remember(until: date)
        }
        #expect(cookie.contains("; Max-Age=7170;"))
        #expect(try await harness.text(Self.id)?.contains(#""originalMaxAge":7170000"#) == true)
    }

    @Test("cookie.maxAge null: a cookie that ends with the browser")
    func noMaxAge() async throws {
        let (harness, cookie) = try await self.visit { session in try await session.stopRemembering() }
        #expect(cookie.contains("Max-Age") == false)
        #expect(try await harness.text(Self.id)?.contains(#""originalMaxAge":null,"expires":null"#) == true)
    }

    @Test("cookie.path and the other attributes: set for one session, and kept where Express looks")
    func path() async throws {
        let harness = try ExpressHarness()
        let response = try await harness.visit(harness.browser()) { session in
            try await session.setCookie(.init(path: "/shop"))
        }
        #expect(response[.setCookie]?.contains("; Path=/shop;") == true)
        let id = try #require(ExpressHarness.id(in: response, harness.secrets))
        #expect(try await harness.text(id)?.contains(#""path":"/shop""#) == true)
    }
}
