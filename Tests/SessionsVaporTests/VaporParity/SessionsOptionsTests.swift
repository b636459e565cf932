//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
import SessionsTesting
import SessionsVapor
import Testing
import Vapor

@Suite("Options of Vapor's sessions")
struct SessionsOptionsTests {
    @Test("app.sessions.use(.memory)")
    func memory() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        try await self.countsVisits(engine)
    }

    @Test("app.sessions.use(.fluent) and .redis")
    func stores() async throws {
        let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
        let engine = try SessionEngine(.stored(in: store))
        try await self.countsVisits(engine)
        #expect(store.count(of: .create) == 1)
    }

    @Test("app.sessions.use with a driver")
    func driver() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        try await VaporHarness.with { app in
            app.sessions.use { _ in EngineSessionDriver(engine) }
            LoginApplication().addRoutes(to: app)
        } body: { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/login/ada")
            #expect(try await browser.send(.GET, "/me").text == "ada")
        }
    }

    @Test("app.sessions.middleware")
    func middleware() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        try await VaporHarness.with { app in
            app.middleware.use(SessionEngineMiddleware(engine))
            addRoutes(to: app)
        } body: { harness async throws in
            #expect(try await harness.browser().send(.GET, "/").text == "Visit number 1")
        }
    }

    @Test("cookieName")
    func cookieName() async throws {
        var harness = ParityHarness()
        harness.configuration.cookie.name = "vapor-session"
        #expect(try await harness.setCookie().hasPrefix("vapor-session="))
    }

    @Test("cookieFactory, isSecure")
    func isSecure() async throws {
        var harness = ParityHarness()
        harness.configuration.cookie.name = "session"
        harness.configuration.cookie.secure = .never
        #expect(try await !harness.setCookie().contains("Secure"))
        harness.configuration.cookie.secure = .always
        #expect(try await harness.setCookie().contains("; Secure"))
    }

    @Test("cookieFactory, isHTTPOnly")
    func isHTTPOnly() async throws {
        var harness = ParityHarness()
        harness.configuration.cookie.isHTTPOnly = true
        #expect(try await harness.setCookie().contains("; HttpOnly"))
    }

    @Test("cookieFactory, sameSite")
    func sameSite() async throws {
        var harness = ParityHarness()
        harness.configuration.cookie.sameSite = .strict
        #expect(try await harness.setCookie().contains("; SameSite=Strict"))
    }

    @Test("cookieFactory, domain")
    func domain() async throws {
        var harness = ParityHarness()
        harness.configuration.cookie.name = "session"
        harness.configuration.cookie.domain = "example.com"
        #expect(try await harness.setCookie().contains("; Domain=example.com"))
    }

    @Test("cookieFactory, path")
    func path() async throws {
        var harness = ParityHarness()
        harness.configuration.cookie.name = "session"
        harness.configuration.cookie.path = "/shop"
        #expect(try await harness.setCookie().contains("; Path=/shop"))
    }

    @Test("cookieFactory, expires and maxAge")
    func maxAge() async throws {
        var harness = ParityHarness()
        #expect(try await !harness.setCookie().contains("Max-Age"))
        harness.configuration.remembersEverySession = true
        harness.configuration.rememberedLimits.idle = .seconds(7 * 86_400)
        #expect(try await harness.setCookie().contains("Max-Age"))
    }

    private func countsVisits(_ engine: SessionEngine) async throws {
        try await VaporHarness.with { app in
            app.middleware.use(SessionEngineMiddleware(engine))
            addRoutes(to: app)
        } body: { harness async throws in
            let browser = harness.browser()
            try await browser.send(.GET, "/")
            #expect(try await browser.send(.GET, "/").text == "Visit number 2")
        }
    }
}
#endif
