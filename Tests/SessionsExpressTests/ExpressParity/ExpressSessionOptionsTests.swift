//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import LogAudit
import Sessions
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: options of express-session")
struct ExpressSessionOptionsTests {
    @Test("name: the cookie has the name that is configured")
    func name() async throws {
        let harness = try EngineHarness { configuration in configuration.cookie.name = "sid" }
        #expect(try await harness.firstCookie().hasPrefix("sid="))
    }

    @Test("secret: one text signs and verifies, as a string or as the buffer of its bytes")
    func secret() async throws {
        let harness = try ExpressHarness { _, express in
            express.secrets = try ExpressSecrets("keyboard cat, and many a word")
        }
        #expect(try await harness.firstCookie().hasPrefix("connect.sid=s%3A"))
        let buffer = try ExpressSecrets(bytes: [Array("keyboard cat, and many a word".utf8)])
        let signed = "Q8fo2-aB_x.WAr1iruU800/ek61OXz3rU8dhPZt/u4MLrPb3hmDKZs"
        #expect(buffer.unsign(signed) == "Q8fo2-aB_x")
    }

    @Test("secrets: the first signs, all verify, and what an older one signed is signed anew")
    func secrets() async throws {
        let harness = try ExpressHarness { _, express in
            express.secrets = try ExpressSecrets(["the newest of all secrets", "an older one of the secrets"])
        }
        harness.express(SharedSessionTests.id, #","views":1"#)
        let older = try ExpressSecrets("an older one of the secrets").sign(SharedSessionTests.id)
        let browser = harness.browser(planted: ExpressHarness.cookieValue("s:" + older))
        let response = try await harness.visit(browser) { #expect($0[.views] == 1) }
        let newest = try ExpressSecrets("the newest of all secrets")
        #expect(ExpressHarness.id(in: response, newest) == SharedSessionTests.id)
    }

    @Test("no secret: the argument has no default, and none and an empty one are refused at the start")
    func noSecret() {
        for secrets in [[], [""]] {
            #expect(throws: SessionError.self) { try ExpressSecrets(secrets) }
        }
    }

    @Test("store: sessions are where the application says, and nowhere by accident")
    func store() async throws {
        let store = MemorySessionStore()
        let engine = try SessionEngine(.stored(in: store))
        let request = SessionRequest(headerFields: [:], isSecure: true)
        let session = try await engine.open(request, logger: LogAudit.logger())
        session[.views] = 1
        try await session.save()
        #expect(try await store.count(now: SessionClock.system.now) == 1)
    }

    @Test("genid: the application makes the ids of shared sessions")
    func genid() async throws {
        let harness = try ExpressHarness { _, express in
            express.makeID = { request in "shop:0123456789abcdef:\(request.clientAddress ?? "")" }
        }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        #expect(try await harness.text("shop:0123456789abcdef:192.0.2.1") != nil)
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("genid: the application names a session of its own, and what opens it stays random")
    func sessionID() async throws {
        var tokens: Set<String> = []
        for _ in 0..<2 {
            let harness = try EngineHarness { configuration in
                configuration.makeSessionID = { request in SessionID(high: request.isSecure ? 1 : 0, low: 2) }
            }
            try await harness.visit(harness.browser()) { session in
                session[.views] = 1
                try await session.save()
                #expect(session.id == SessionID(high: 1, low: 2))
                tokens.insert(try #require(session.token?.text))
            }
        }
        #expect(tokens.count == 2)
    }

    @Test("cookie: an object of its attributes")
    func cookie() async throws {
        let harness = try EngineHarness { configuration in configuration.cookie = SessionCookie(name: "sid") }
        #expect(try await harness.firstCookie().hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High"))
    }

    @Test("cookie: a function of the request, in which auto follows the connection")
    func cookieOfRequest() async throws {
        let harness = try EngineHarness { configuration in
            configuration.cookieForRequest = { request in
                SessionCookie(name: request.headerFields[.acceptLanguage] ?? "sid", secure: .auto)
            }
        }
        let secure = try await harness.firstCookie(fields: [.acceptLanguage: "en"])
        #expect(secure.hasPrefix("en=") && secure.contains("; Secure"))
        let plain = try await harness.firstCookie(isSecure: false)
        #expect(plain.hasPrefix("sid=") && !plain.contains("; Secure"))
    }

    @Test("proxy true: what the proxy says of the connection is believed")
    func proxy() async throws {
        let harness = try EngineHarness { configuration in
            configuration.cookie = .development
            configuration.trustedProxies = .count(1)
        }
        let fields = try HTTPFields.forwardedFromTLS
        #expect(try await harness.firstCookie(isSecure: false, fields: fields).contains("; Secure"))
    }

    @Test("proxy false: what a client says of the connection is not believed")
    func noProxy() async throws {
        let harness = try EngineHarness { configuration in
            configuration.cookie = .development
            configuration.trustedProxies = .none
        }
        let fields = try HTTPFields.forwardedFromTLS
        #expect(try await !harness.firstCookie(isSecure: false, fields: fields).contains("; Secure"))
    }

    @Test("proxy undefined: as many proxies are believed as trust proxy of the application names")
    func undefinedProxy() async throws {
        let harness = try EngineHarness { configuration in
            configuration.cookie = .development
            configuration.trustedProxies = .count(1)
        }
        let fields = try HTTPFields.forwardedFromTLS
        #expect(try await harness.firstCookie(isSecure: false, fields: fields).contains("; Secure"))
        #expect(try await !harness.firstCookie(isSecure: false).contains("; Secure"))
    }

    /// Whether a request that changes nothing writes.
    private func writesAnyway(_ harness: EngineHarness) async throws -> Bool {
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let before = try await harness.store.sessions(now: harness.now)
        try await harness.visit(browser)
        return try await harness.store.sessions(now: harness.now) != before
    }

    @Test("resave: a request that changes nothing writes only if that is asked for")
    func resave() async throws {
        let harness = try EngineHarness { configuration in configuration.writesUnchangedSessions = true }
        #expect(try await self.writesAnyway(harness))
        #expect(try await !self.writesAnyway(try EngineHarness()))
    }

    @Test("saveUninitialized: a visitor of whom nothing is remembered has a session only if that is asked for")
    func saveUninitialized() async throws {
        let harness = try EngineHarness { configuration in configuration.createsEmptySessions = true }
        try await harness.visit(harness.browser())
        #expect(try await harness.count == 1)
        let other = try EngineHarness()
        try await other.visit(other.browser())
        #expect(try await other.count == 0)
    }

    @Test("rolling: every response sends the cookie")
    func rolling() async throws {
        let harness = try EngineHarness { configuration in configuration.resendsCookie = true }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let response = try await harness.visit(browser)
        #expect(response[.setCookie] != nil)
    }

    @Test("unset keep: what was changed is forgotten, and the session stays")
    func unsetKeep() async throws {
        let harness = try ExpressHarness()
        harness.express(SharedSessionTests.id, #","views":5"#)
        try await harness.visit(harness.browser(of: SharedSessionTests.id)) { session in
            session[.views] = 6
            session.discardChanges()
        }
        #expect(try await harness.text(SharedSessionTests.id)?.contains(#""views":5"#) == true)
    }

    @Test("unset destroy: the session is gone, and so is the cookie")
    func unsetDestroy() async throws {
        let harness = try ExpressHarness()
        harness.express(SharedSessionTests.id, #","views":5"#)
        let browser = harness.browser(of: SharedSessionTests.id)
        try await harness.visit(browser) { session in try await session.destroy() }
        #expect(try await harness.text(SharedSessionTests.id) == nil)
        #expect(browser.cookies.isEmpty)
    }
}
