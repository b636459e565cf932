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

@Suite("Coming from Express: the older express-session")
struct OlderExpressSessionTests {
    @Test("express.cookieParser(): nothing of it is needed, whatever other cookies there are")
    func cookieParser() async throws {
        let harness = try ExpressHarness()
        harness.express(SharedSessionTests.id, #","views":1"#)
        let signed = ExpressHarness.cookieValue("s:" + harness.secrets.sign(SharedSessionTests.id))
        try await harness.visit(harness.browser(), fields: [.cookie: "a=b; connect.sid=\(signed); broken"]) { session in
            #expect(session[.views] == 1)
        }
    }

    @Test("express.cookieParser(secret): the secret has one place")
    func secret() async throws {
        let secret = "the secret of cookie-parser"
        let harness = try ExpressHarness { _, express in express.secrets = try ExpressSecrets(secret) }
        let browser = harness.browser()
        let response = try await harness.visit(browser) { $0[.views] = 1 }
        #expect(ExpressHarness.id(in: response, try ExpressSecrets(secret)) != nil)
    }

    @Test("express.session({…}): an engine of a store and a configuration")
    func engine() async throws {
        let store = MemorySessionStore()
        var configuration = SessionConfiguration()
        configuration.cookie.name = "__Host-sid"
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let request = SessionRequest(headerFields: [:], isSecure: true)
        let session = try await engine.open(request, logger: LogAudit.logger())
        session[.views] = 1
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        #expect(response[.setCookie]?.hasPrefix("__Host-sid=") == true)
    }

    @Test("proxy false by default: the default here as well")
    func proxy() async throws {
        let fields = try HTTPFields.forwardedFromTLS
        for harness in [
            try EngineHarness { configuration in configuration.cookie = .development },
            try EngineHarness { configuration in
                configuration.cookie = .development
                configuration.trustedProxies = .none
            },
        ] {
            #expect(try await !harness.firstCookie(isSecure: false, fields: fields).contains("; Secure"))
        }
    }

    @Test("cookie.expires = false: a cookie that ends with the browser")
    func noExpiry() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in try await session.remember() }
        try await harness.visit(browser) { session in try await session.stopRemembering() }
        browser.close()
        #expect(browser.cookies.isEmpty)
    }

    @Test("stores with length and clear: what a store can do beyond sessions is a protocol of its own")
    func stores() async throws {
        let store: any EnumerableSessionStore = MemorySessionStore()
        try await store.create(SampleRecords().record(), now: SampleRecords().now)
        #expect(try await store.count(now: SampleRecords().now) == 1)
        try await store.clear()
        #expect(try await store.count(now: SampleRecords().now) == 0)
    }
}
