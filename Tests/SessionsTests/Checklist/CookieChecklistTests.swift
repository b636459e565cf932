//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Rows of the security checklist that are about cookies.
@Suite("Checklist: cookies", .bothDrivers)
struct CookieChecklistTests {
    @Test("checklist 10: whatever a request makes of its cookie, the response has one that browsers take")
    func grammar() async throws {
        let hostile = [
            "", "x", "__Secure-id", "__host-id", "a b", "a;b", "a=b", "a,b", "a\r\nSet-Cookie: b=c", "a\u{0}", "\u{E4}",
            "/", "/a;Secure", "/\r\n", ".example.com", "example.com", "a..b", "example.com; Path=/x", "*", "\"x\"",
            String(repeating: "x", count: 5000), "/" + String(repeating: "x", count: 5000),
        ]
        let cookies = hostile.flatMap { text in
            [
                SessionCookie(name: text, secure: .always), SessionCookie(name: "__Secure-id", path: text),
                SessionCookie(name: "__Secure-id", domain: text), SessionCookie(name: text, path: text, domain: text),
            ]
        }
        // RFC 6265bis section 4.1.1, for what is sent here.
        let grammar =
            /[!#$%&'*+\-.^_`|~0-9A-Za-z]+=[A-Za-z0-9_-]{64}(; (Domain=[0-9A-Za-z.-]+|Path=\/[\x20-\x3A\x3C-\x7E]*|Secure|HttpOnly|SameSite=Lax|Priority=High))+/
        for cookie in cookies {
            let harness = try StoredHarness { $0.cookieForRequest = { _ in cookie } }
            let session = try await harness.open([:])
            session[.views] += 1
            var response = HTTPFields()
            try await harness.engine.close(session, response: &response)
            let field = try #require(response[.setCookie])
            #expect(response[values: .setCookie].count == 1)
            #expect(field.wholeMatch(of: grammar) != nil, "\(field)")
            #expect(field.split(separator: "; ").allSatisfy { $0.utf8.count <= 1024 + "Path=".count })
            let host = cookie.problems.isEmpty ? cookie.domain ?? "example.com" : "example.com"
            #expect(TestBrowser().receive(response, from: "https://\(host)/").isEmpty, "\(field)")
        }
    }

    @Test("CVE-2017-18589: no limit, deadline or life of a cookie is long enough to trap")
    func endless() async throws {
        for long in [Duration.seconds(1e19), .seconds(Int64.max), .days(.max), .nanoseconds(Int64.max)] {
            let harness = try StoredHarness(needsDeadline: true) {
                $0.limits = SessionLimits(idle: long, absolute: long)
                $0.rememberedLimits = $0.limits
                $0.touchAfter = long / 2
                $0.renewal = SessionRenewal(after: long / 2, grace: long / 4)
                $0.storeDeadline = long
                $0.tombstoneLifetime = long
            }
            let browser = harness.browser()
            let response = try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
            #expect(response[.setCookie]?.contains("; Max-Age=34560000; ") == true)
            harness.clock.advance(by: .days(365))
            try await harness.visit(browser) { try await $0.touch() }
            #expect(browser.cookies.count == 1)
            try await harness.visit(browser) { try await $0.logOut() }
        }
        for (life, maximum) in [(Duration.seconds(-1e19), 0), (.zero, 0), (.milliseconds(1999), 1), (.days(401), 400)] {
            var response = HTTPFields()
            let instruction = CredentialDelivery(maxAge: life, request: SessionRequest(headerFields: [:]))
            let token = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))
            CookieTransport(SessionConfiguration()).set(token.text, instruction, in: &response)
            let expected = maximum == 400 ? 34_560_000 : maximum
            #expect(response[.setCookie]?.contains("; Max-Age=\(expected); ") == true)
        }
    }

    @Test("checklist 12: bytes that are no text, NUL, CR and LF end no pair and make no cookie ours")
    func bytes() {
        let (name, end) = (Array("__Host-id".utf8), UInt8(ascii: ";"))
        func values(_ parts: [UInt8]...) -> [[UInt8]] {
            var found: [[UInt8]] = []
            let bytes = Array(parts.joined(separator: [end]))
            bytes.withUnsafeBufferPointer { bytes in
                name.withUnsafeBufferPointer {
                    CookieHeader.forEachValue(of: $0, in: bytes) { found.append(Array($0)) }
                }
            }
            return found
        }
        for byte in (UInt8.min...UInt8.max) where !"=; \t".utf8.contains(byte) {
            #expect(values([byte] + name + Array("=a".utf8)) == [], "before the name: \(byte)")
            #expect(values(name + [byte] + Array("=a".utf8)) == [], "after the name: \(byte)")
            #expect(values([byte], name + Array("=a".utf8)) == [[UInt8(ascii: "a")]], "a pair before: \(byte)")
            let value = [byte, UInt8(ascii: "a"), byte]
            #expect(values(name + Array("=".utf8) + value) == [value], "in the value: \(byte)")
            #expect(ExtractedCredentials(of: value).tokens.isEmpty)
        }
    }

    @Test("checklist 12: of 1 MB of tokens four are looked at, and the store is asked four times")
    func manyTokens() async throws {
        let harness = try StoredHarness()
        let tokens = (0..<15_000).map { _ in
            SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system)).text
        }
        let header = tokens.map { "__Host-session=\($0)" }.joined(separator: ";")
        #expect(header.utf8.count > 1_000_000)
        let session = try await harness.open([.cookie: header])
        #expect(session.id == nil)
        #expect(harness.store.count(of: .load) == 4)
    }

    @Test("checklist 13: cookies that a neighboring host tossed, before and after ours, change nothing")
    func tossed() async throws {
        let harness = try StoredHarness { $0.cookie = SessionCookie(name: "__Secure-id", domain: "example.com") }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        for (path, domain) in [("/app/deep", "app.example.com"), ("/", "app.example.com"), ("/app", "example.com")] {
            let value = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system)).text
            var cookie = TestCookie(name: "__Secure-id", value: value, domain: domain, path: path, isSecure: true)
            cookie.isHostOnly = false
            browser.plant(cookie)
        }
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: "https://app.example.com/app/deep/page")
        let pairs = try #require(fields[.cookie]).split(separator: "; ")
        #expect(pairs.count == 4)
        // Browsers send them in one field, HTTP/2 may split it, and no order can be relied on.
        for headers in [[pairs.joined(separator: "; ")], pairs.map(String.init), pairs.reversed().map(String.init)] {
            var split = HTTPFields()
            split[values: .cookie] = headers
            let session = try await harness.open(split)
            #expect(session.subject == "ada")
        }
    }
}

extension ExtractedCredentials {
    fileprivate init(of text: [UInt8]) {
        self.init()
        self.add(text)
    }
}
