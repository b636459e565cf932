//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import LogAudit
import Logging
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("CSRFMiddleware")
struct CSRFMiddlewareTests {
    @Test(
        "a form that was looked through is there for the handler, byte for byte",
        arguments: [
            TestingSetup.router, .live,
        ])
    func body(framework: TestingSetup) async throws {
        try await CSRFHarness().serve(framework) { browser in
            let token = try await browser.send("/login").text
            let form = [("a", String(repeating: "x", count: 100_000)), ("_csrf", token), ("b", "\u{E4} &=")]
            let response = try await browser.send(form: form, to: "/act")
            #expect(response.status == .ok)
            #expect(response.text.hasPrefix("a=xxx") && response.text.hasSuffix("&_csrf=\(token)&b=%c3%a4%20%26%3d"))
        }
    }

    @Test("a form that is too long to look through is 413, and is not looked at where something else decides")
    func longForm() async throws {
        var harness = CSRFHarness()
        harness.maximumFormSize = 1_000
        let calls = harness.calls
        try await harness.serve(.live) { browser in
            let token = try await browser.send("/login").text
            let form = [("_csrf", token), ("a", String(repeating: "x", count: 1_000))]
            let long = try await browser.send(form: form, to: "/act")
            #expect(long.status == .contentTooLarge)
            #expect(calls.value == 0)
            let decided = try await browser.send(form: form, to: "/act", headers: [.origin: "http://localhost"])
            #expect(decided.status == .ok)
            let header = try #require(HTTPField.Name("X-CSRF-Token"))
            let byHeader = try await browser.send(form: [form[1]], to: "/act", headers: [header: token])
            #expect(byHeader.status == .ok)
        }
    }

    @Test("only a form is looked through, and several tokens are none")
    func ambiguous() async throws {
        try await CSRFHarness().serve { browser in
            let token = try await browser.send("/login").text
            let body = ByteBuffer(string: "_csrf=\(token)")
            for type in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
                let response = try await browser.send(
                    "/act", method: .post, headers: [.contentType: type], body: body
                )
                #expect(response.status == .forbidden)
            }
            let twice = try await browser.send(form: [("_csrf", token), ("_csrf", token)], to: "/act")
            #expect(twice.status == .forbidden)
            let name = try #require(HTTPField.Name("X-CSRF-Token"))
            var headers: HTTPFields = [name: token]
            headers.append(HTTPField(name: name, value: token))
            let twoFields = try await browser.send(form: [("_csrf", token)], to: "/act", headers: headers)
            #expect(twoFields.status == .forbidden)
            let once = try await browser.send(form: [("_csrf", token)], to: "/act")
            #expect(once.status == .ok)
        }
    }

    @Test(
        "what a browser says of a request costs the session nothing: no store is asked for more, and nothing varies by it"
    )
    func independence() async throws {
        let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
        var harness = CSRFHarness()
        harness.backend = .stored(in: store)
        try await harness.serve { browser in
            try await browser.send("/login")
            let loads = store.count(of: .load)
            let name = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let response = try await browser.send("/act", method: .post, headers: [name: "same-origin"])
            #expect(response.status == .ok)
            #expect(response.headers[.vary] == nil && response.headers[.cacheControl] == nil)
            #expect(store.count(of: .load) == loads + 1 && store.count(of: .replace) == 0)
        }
    }

    @Test("over TLS this site is https, in HTTP/1 and HTTP/2", arguments: [1, 2])
    func ownTLS(version: Int) async throws {
        var harness = CSRFHarness()
        harness.versionOverTLS = version
        try await harness.serve(.ahc(.https)) { browser in
            let port = try #require(browser.client.port)
            for (origin, status) in [
                ("https://localhost:\(port)", HTTPResponse.Status.ok), ("http://localhost:\(port)", .forbidden),
                ("https://localhost", .forbidden), ("https://localhost:1\(port)", .forbidden),
            ] {
                let response = try await browser.send("/act", method: .post, headers: [.origin: origin])
                #expect(response.status == status, "\(origin)")
            }
        }
    }

    @Test("a refusal is in the log with its reason, and no token is")
    func log() async throws {
        let harness = CSRFHarness()
        try await harness.serve { browser in
            let tokens = try await browser.tokens()
            let wrong = try #require(tokens[.ofAnotherSession])
            let response = try await browser.send(form: [("_csrf", wrong)], to: "/act")
            #expect(response.status == .forbidden && !response.text.contains(wrong))
            for token in tokens.values {
                #expect(!harness.logs.entries.contains { "\($0.message) \($0.metadata)".contains(token) })
            }
        }
        let refusals = harness.logs.entries.filter { "\($0.message)".contains("may come from another site") }
        #expect(refusals.count == 1 && refusals.first?.level == .info)
        #expect(refusals.first.map { "\($0.metadata)" }?.contains("its token is not one of this session") == true)
    }

    @Test("the example of the article does what it says: a form is stored from its page, and from nowhere else")
    func guide() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let router = Router(context: TestRequestContext.self)
        try addFormRoutes(to: router, engine)
        try await Application(router: router).test(.router) { client in
            let browser = BrowsingClient(client: client)
            let form = [("theme", "dark")]
            let foreign = try await browser.send(
                form: form, to: "/settings", headers: [.origin: "https://evil.example"])
            #expect(foreign.status == .forbidden)
            let own = try await browser.send(form: form, to: "/settings", headers: [.origin: "https://example.com"])
            #expect(own.status == .seeOther)
            let page = try await browser.send("/settings").text
            let token = try #require(page.split(separator: "value=\"").last?.prefix { $0 != "\"" })
            let old = try await browser.send(form: form + [("_csrf", String(token))], to: "/settings")
            #expect(old.status == .seeOther)
            let without = try await browser.send(form: form, to: "/settings")
            #expect(without.status == .forbidden)
        }
    }

    @Test("the article's answer to an upgrade names the user of this site's page, and no one for another site's")
    func upgrades() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let logger = LogAudit.logger()
        let session = try await engine.open(SessionRequest(headerFields: [:], isSecure: true), logger: logger)
        try await session.logIn("ada")
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        LogAudit.noteTokens(in: response)
        let cookie = String(response[.setCookie]?.prefix { $0 != ";" } ?? "")
        for (origin, subject) in [("https://example.com", "ada"), ("https://evil.example", nil)] {
            let request = HTTPRequest(
                method: .get, scheme: "https", authority: "example.com", path: "/chat",
                headerFields: [.upgrade: "websocket", .origin: origin, .cookie: cookie])
            let name = try await user(
                upgrading: request, isSecure: true, CSRFProtection(), engine, logger: logger)
            #expect(name == subject)
        }
    }
}
#endif
