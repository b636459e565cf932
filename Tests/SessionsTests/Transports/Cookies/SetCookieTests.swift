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

@Suite("Set-Cookie fields", .bothDrivers)
struct SetCookieTests {
    /// The attributes that a new session's cookie has on the wire.
    private func attributes(isSecure: Bool = true, _ configure: (inout SessionConfiguration) -> Void) async throws
        -> String
    {
        let harness = try StoredHarness { configure(&$0) }
        let session = try await harness.engine.open(
            SessionRequest(headerFields: [:], isSecure: isSecure),
            logger: harness.logger
        )
        session[.views] += 1
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        let field = try #require(response[.setCookie])
        let parts = field.split(separator: ";", maxSplits: 1)
        #expect(parts[0].split(separator: "=").last?.count == 64)
        return String(parts[1].dropFirst())
    }

    @Test("by default a cookie is Secure, HttpOnly, SameSite=Lax, for the whole host and the life of the browser")
    func standard() async throws {
        #expect(try await self.attributes { _ in } == "Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High")
    }

    @Test("every attribute is on the wire, not in the configuration alone (CVE-2018-25060)")
    func everyAttribute() async throws {
        let attributes = try await self.attributes {
            $0.cookie = SessionCookie(
                name: "__Secure-id",
                sameSite: .none,
                isHTTPOnly: false,
                path: "/app",
                domain: "example.com",
                isPartitioned: true,
                priority: .high
            )
        }
        #expect(attributes == "Domain=example.com; Path=/app; Secure; SameSite=None; Partitioned; Priority=High")
    }

    @Test(
        "auto follows the connection",
        arguments: [
            (true, SessionCookie.SameSite.auto, "Path=/; Secure; HttpOnly; SameSite=None; Priority=High"),
            (false, .auto, "Path=/; HttpOnly; SameSite=Lax; Priority=High"),
            (true, .strict, "Path=/; Secure; HttpOnly; SameSite=Strict; Priority=High"),
            (false, .strict, "Path=/; HttpOnly; SameSite=Strict; Priority=High"),
        ]
    )
    func auto(isSecure: Bool, sameSite: SessionCookie.SameSite, expected: String) async throws {
        let attributes = try await self.attributes(isSecure: isSecure) {
            $0.cookie = SessionCookie(name: "id", secure: .auto, sameSite: sameSite)
        }
        #expect(attributes == expected)
    }

    @Test("Secure is there although the server cannot see that the connection is secure")
    func secureBehindAProxy() async throws {
        #expect(try await self.attributes(isSecure: false) { _ in }.contains("Secure"))
    }

    @Test("the cookie may depend on the request")
    func perRequest() async throws {
        let harness = try StoredHarness {
            $0.cookie = SessionCookie(name: "__Secure-id")
            $0.cookieForRequest = { request in
                var cookie = SessionCookie(name: "__Secure-id")
                cookie.domain = request.headerFields[.origin]
                return cookie
            }
        }
        for (host, expected) in [("a.example", "Domain=a.example; "), ("not a host", "")] {
            let session = try await harness.open([.origin: host])
            session[.views] += 1
            var response = HTTPFields()
            try await harness.engine.close(session, response: &response)
            #expect(
                response[.setCookie]?.hasSuffix("; \(expected)Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High")
                    == true)
        }
    }

    @Test("a session may have attributes of its own, which stay with it until its cookie is cleared")
    func perSession() async throws {
        let harness = try StoredHarness { $0.cookie.sameSite = .strict }
        let browser = harness.browser()
        let first = try await harness.visit(browser) { try await $0.setCookie(.init(sameSite: .lax, priority: .low)) }
        #expect(first[.setCookie]?.hasSuffix("SameSite=Lax; Priority=Low") == true)
        let renewed = try await harness.visit(browser) { try await $0.renew() }
        #expect(renewed[.setCookie]?.hasSuffix("SameSite=Lax; Priority=Low") == true)
        let cleared = try await harness.visit(browser) { try await $0.destroy() }
        #expect(cleared[.setCookie]?.hasSuffix("SameSite=Lax; Priority=Low") == true)
    }

    @Test("attributes that browsers would not accept are refused")
    func refusedPerSession() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        for overrides in [SessionCookie.Overrides(domain: "example.com"), .init(path: "/app"), .init(path: "/;x")] {
            let error = await #expect(throws: SessionError.self) { try await session.setCookie(overrides) }
            #expect(error?.code == .invalidCookie)
        }
    }

    @Test("attributes in a record that browsers would not accept are left out, one by one, of every cookie")
    func hostileRecord() async throws {
        let harness = try StoredHarness { $0.cookie = SessionCookie(name: "__Secure-id") }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let id = try #require(try await harness.memory.sessions(now: harness.clock.now).first?.id)
        guard case .found(var record) = try await harness.memory.load(id, now: harness.clock.now) else {
            Issue.record("there is no record")
            return
        }
        let read = record.version
        record.cookieOverrides = .init(
            domain: "example.com", path: "/; Domain=evil.example; SameSite=None", sameSite: .strict, isPartitioned: true
        )
        record.version = SessionVersion(counter: read.counter + 1, tag: read.tag)
        #expect(try await harness.memory.replace(record, ifVersion: read, now: harness.clock.now) == .replaced)
        let renewed = try await harness.visit(browser) { try await $0.renew() }
        let attributes = "; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Strict; Priority=High"
        #expect(renewed[values: .setCookie].count == 1)
        #expect(renewed[.setCookie]?.hasSuffix(attributes) == true)
        let cleared = try await harness.visit(browser) { try await $0.destroy() }
        #expect(cleared[.setCookie]?.hasSuffix(attributes) == true)
    }

    @Test("a cookie for a request that browsers would not accept is not used, whatever is in it")
    func hostileForRequest() async throws {
        for cookie in [
            SessionCookie(name: "id; Domain=evil.example"), SessionCookie(name: "id", path: "/; Domain=evil.example"),
            SessionCookie(name: "id", domain: "evil.example; SameSite=None"),
            SessionCookie(name: "id\r\nX-Injected: 1"),
        ] {
            let harness = try StoredHarness { $0.cookieForRequest = { _ in cookie } }
            let response = try await harness.visit(harness.browser()) { $0[.views] += 1 }
            #expect(response[.setCookie]?.hasPrefix("__Host-session=") == true)
            #expect(response[.setCookie]?.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High") == true)
        }
    }

    @Test("another path for a session that browsers know makes two cookies, and is refused")
    func anotherPath() async throws {
        let harness = try StoredHarness { $0.cookie = SessionCookie(name: "__Secure-id") }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        let error = await #expect(throws: SessionError.self) { try await session.setCookie(.init(path: "/app")) }
        #expect(error?.message.contains("regenerate()") == true)
        try await session.regenerate()
        try await session.setCookie(.init(path: "/app"))
        let response = try await harness.close(session, browser)
        #expect(response[values: .setCookie].count == 1)
    }

    @Test("a response has one cookie of a name, also when the handler set one of its own")
    func oneOfAName() async throws {
        let harness = try StoredHarness()
        let session = try await harness.open([:])
        session[.views] += 1
        var response = HTTPFields()
        response[values: .setCookie] = ["theme=dark", "__Host-session=mine; Path=/", "__Host-session2=other"]
        try await harness.engine.close(session, response: &response)
        let names = response[values: .setCookie].map { $0.prefix { $0 != "=" } }
        #expect(names == ["theme", "__Host-session2", "__Host-session"])
        #expect(!response[values: .setCookie].contains { $0.contains("mine") })
    }
}
