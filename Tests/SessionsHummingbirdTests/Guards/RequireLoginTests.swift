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
import Logging
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("RequireLogin")
struct RequireLoginTests {
    @Test("a stranger gets 401 from an API, and a user what they asked for")
    func statusOfAPI() async throws {
        try await GuardHarness().serve { browser in
            let stranger = try await browser.send("/api/me", headers: .ofBrowser)
            #expect(stranger.status == .unauthorized)
            #expect(stranger.headers[.location] == nil)
            #expect(stranger.headers[.wwwAuthenticate] == nil)
            #expect(stranger.headers[.cacheControl] == "no-store")
            #expect(stranger.headers[.vary] == "Cookie")
            try await browser.logIn()
            let user = try await browser.send("/api/me")
            #expect(user.text == "Ada Lovelace")
        }
    }

    @Test("where programs log in, 401 says how: by a bearer token, and that the one they sent is over")
    func challenge() async throws {
        var harness = GuardHarness()
        harness.transports = [CookieTransport(), BearerTransport()]
        try await harness.serve { browser in
            let stranger = try await browser.send("/api/me")
            #expect(stranger.status == .unauthorized)
            #expect(stranger.headers[values: .wwwAuthenticate] == ["Bearer"])
            let dead = SessionToken(String(repeating: "A", count: 64))?.text ?? ""
            let late = try await browser.send("/api/me", headers: [.authorization: "Bearer \(dead)"])
            #expect(late.status == .unauthorized)
            #expect(late.headers[values: .wwwAuthenticate] == ["Bearer error=\"invalid_token\""])
        }
    }

    @Test("behind a proxy that removes a prefix, the login page and the way back have it")
    func prefix() async throws {
        try await GuardHarness().serve(routes: { router in
            router.group()
                .add(middleware: RequireLogin(try .redirect(to: "/login", below: "/app")))
                .get("orders") { _, _ in "orders" }
        }) { browser in
            let response = try await browser.send("/orders?page=2", headers: .ofBrowser)
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "/app/login?next=%2Fapp%2Forders%3Fpage%3D2")
        }
    }

    @Test(
        "a prefix that is no path is refused", arguments: ["app", "/app/", "//evil.example", "/a/../b", "/app?x", "/"])
    func badPrefix(prefix: String) {
        let error = #expect(throws: SessionError.self) { try GuardResponse.redirect(to: "/login", below: prefix) }
        #expect(error?.code == .configuration)
    }

    @Test("a browser is led to the login page, and from there back to where it was")
    func redirect() async throws {
        try await GuardHarness().serve { browser in
            let path = "/account?tab=2&q=%C3%A4%20b"
            let response = try await browser.send(path, headers: .ofBrowser)
            #expect(response.status == .seeOther)
            let location = try #require(response.headers[.location])
            #expect(location == "/login?next=%2Faccount%3Ftab%3D2%26q%3D%25C3%25A4%2520b")
            // As the login page decodes it for its form.
            let login = Request(
                head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: location),
                body: RequestBody(buffer: ByteBuffer())
            )
            let next = try #require(login.uri.queryParameters["next"])
            let back = try await browser.logIn(next: String(next))
            #expect(back.status == .seeOther)
            #expect(back.headers[.location] == path)
            let account = try await browser.send(path, headers: .ofBrowser)
            #expect(account.text == "The account of Ada Lovelace")
        }
    }

    @Test("of HEAD the way back is known, of other methods it is not")
    func methods() async throws {
        var harness = GuardHarness()
        harness.options = .autoGenerateHeadEndpoints
        try await harness.serve { router in
            let guarded = router.group("form").add(middleware: try RequireLogin(.redirect(to: "/login?kind=page#form")))
            for method in [HTTPRequest.Method.get, .post, .delete] {
                guarded.on("", method: method) { _, _ in "in" }
            }
        } _: { browser in
            for method in [HTTPRequest.Method.get, .head] {
                let response = try await browser.send("/form", method: method, headers: .ofBrowser)
                #expect(response.status == .seeOther)
                #expect(response.headers[.location] == "/login?kind=page&next=%2Fform#form")
            }
            for method in [HTTPRequest.Method.post, .delete] {
                let response = try await browser.send("/form", method: method, headers: .ofBrowser)
                #expect(response.status == .seeOther)
                #expect(response.headers[.location] == "/login?kind=page#form")
            }
        }
    }

    @Test(
        "who does not ask for HTML gets 401 and no page",
        arguments: [
            nil, "", "*/*", "application/json", "application/json, */*", "text/html;q=0", "text/html; Q=0.000, */*",
            "text/*, text/html;q=0", "text/plain", "image/avif,image/webp,*/*;q=0.8", "text/htm", "html", ";q=1",
        ] as [String?]
    )
    func programs(accept: String?) async throws {
        try await GuardHarness().serve { browser in
            let headers: HTTPFields = accept.map { [.accept: $0] } ?? [:]
            let response = try await browser.send("/account", headers: headers)
            #expect(response.status == .unauthorized)
            #expect(response.headers[.location] == nil)
        }
    }

    @Test(
        "who asks for HTML by its name is led to the page",
        arguments: [
            "text/html", "TEXT/HTML", "text/html;q=0.001", "application/json;q=0.9, text/html ; level=1 ; q=0.5",
            "text/*", "*/*;q=0.1,text/html", "text/html;q=0, text/html;level=1",
        ]
    )
    func people(accept: String) async throws {
        try await GuardHarness().serve { browser in
            let response = try await browser.send("/account", headers: [.accept: accept])
            #expect(response.status == .seeOther)
        }
    }

    @Test("everyone is redirected where that is asked for")
    func alwaysRedirects() async throws {
        try await GuardHarness().serve { router in
            router.group("all").add(middleware: try RequireLogin(.redirect(to: "/login", always: true)))
                .get { _, _ in "in" }
        } _: { browser in
            let response = try await browser.send("/all")
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "/login?next=%2Fall")
        }
    }

    @Test(
        "a login page that stands behind the guard by mistake answers 401, and the log says why",
        arguments: [
            "/login", "/login/", "//login", "/login?next=%2Flogin", "/LOGIN",
        ])
    func redirectLoop(path: String) async throws {
        var harness = GuardHarness()
        harness.options = .caseInsensitive
        try await harness.serve { router in
            router.group().add(middleware: try RequireLogin(.redirect(to: "/login"))).get("login") { _, _ in "form" }
        } _: { browser in
            let response = try await browser.send(path, headers: .ofBrowser)
            #expect(response.status == .unauthorized)
            #expect(response.headers[.location] == nil)
        }
        let errors = harness.logs.entries.filter { $0.level == .error }
        #expect(errors.count == 1)
        #expect(errors.first.map { "\($0.message)" }?.contains("put it before the guard") == true)
    }

    @Test(
        "a login page that is not on this server is refused when the guard is made, in words",
        arguments: ["https://example.com/login", "//example.com", "login", "", "/\\example.com", "/login\r\nX: 1"]
    )
    func elsewhere(page: String) throws {
        let error = #expect(throws: SessionError.self) { try GuardResponse.redirect(to: page) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("is not a path of this server") == true)
    }

    @Test("while the store does not answer, no one is asked to log in: the response is 503")
    func outage() async throws {
        for policy in [StoreFailurePolicy.unavailable, .anonymous] {
            var harness = GuardHarness()
            harness.onStoreFailure = policy
            let store = harness.store
            try await harness.serve { browser in
                try await browser.logIn()
                store.injectFault(.failing)
                let response = try await browser.send("/account", headers: .ofBrowser)
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[.retryAfter] == "5")
                #expect(response.headers[.setCookie] == nil)
                store.clearFault()
                let account = try await browser.send("/account", headers: .ofBrowser)
                #expect(account.status == .ok)
            }
        }
    }

    @Test("a guard may stand on the session of another storage")
    func otherStorage() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let router = Router(context: TestRequestContext.self)
        router.add(middleware: SessionsMiddleware(engine, in: \.preferences))
        router.get("login") { _, context in
            try await context.preferences.session.logIn("ada")
            return "in"
        }
        router.group().add(middleware: RequireLogin(in: \.preferences))
            .add(middleware: try RequireRecentLogin(within: .minutes(1), in: \.preferences))
            .get("who") { _, context in try context.preferences.session.subject ?? "nobody" }
        try await Application(router: router).test(.router) { client in
            let browser = BrowsingClient(client: client)
            let stranger = try await browser.send("/who")
            #expect(stranger.status == .unauthorized)
            try await browser.send("/login")
            let user = try await browser.send("/who")
            #expect(user.text == "ada")
        }
    }
}
#endif
