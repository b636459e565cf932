//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOHTTP1
import Sessions
import SessionsTesting
import SessionsVapor
import Testing
import Vapor

@Suite("SessionEngineMiddleware on Vapor")
struct VaporMiddlewareTests {
    @Test("the session has a name of its own beside Vapor's")
    func names() async throws {
        try await GuideApplication().run { harness async throws in
            let browser = harness.browser()
            #expect(try await browser.send(.GET, "/").text == "Visit number 1")
            #expect(try await browser.send(.GET, "/").text == "Visit number 2")
            #expect(browser.browser.cookies.map(\.name) == ["__Host-session"])
        }
    }

    @Test("a request is freed when it has been answered", arguments: [false, true])
    func memory(isDropIn: Bool) async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        try await VaporHarness.with { app in
            if isDropIn {
                useEngine(engine, in: app)
                LoginApplication().addRoutes(to: app)
            } else {
                app.middleware.use(SessionEngineMiddleware(engine))
                app.post("login", "ada") { request in
                    try await request.currentSession.logIn("ada")
                    return ""
                }
            }
        } body: { harness async throws in
            weak var request: Request?
            request = try await harness.browser().send(.POST, "/login/ada").request
            // The task that has answered may still be about to end.
            for _ in 0..<10_000 where request != nil { await Task.yield() }
            #expect(request == nil)
        }
    }

    @Test("a message is shown once, and not in a response without a body")
    func flash() async throws {
        try await GuideApplication().run { harness async throws in
            let browser = harness.browser()
            #expect(try await browser.post("", to: "/form").status == 400)
            #expect(try await browser.post("a=1", to: "/form").status == 303)
            #expect(try await browser.send(.HEAD, "/form").text.isEmpty)
            let purpose = try #require(HTTPField.Name("Sec-Purpose"))
            #expect(try await browser.send(.GET, "/form", [purpose: "prefetch"]).status == 503)
            #expect(try await browser.send(.GET, "/form").text == "Saved.")
            #expect(try await browser.send(.GET, "/form").text.isEmpty)
        }
    }

    @Test("a WebSocket begins with the session of its user, extends nothing, and no other site opens one")
    func webSocket() async throws {
        let guide = try GuideApplication()
        try await guide.run { harness async throws in
            let ada = try await harness.browser(of: "ada")
            let fields: HTTPFields = [
                .upgrade: "websocket", .connection: "Upgrade", .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
                .secWebSocketVersion: "13", .origin: VaporBrowser.origin,
            ]
            var foreign = fields
            foreign[.origin] = "https://evil.example"
            #expect(try await ada.send(.GET, "/socket", foreign).status == 403)
            #expect(try await harness.browser().send(.GET, "/socket", fields).status == 401)
            harness.clock.advance(by: .minutes(10))
            let socket = try await ada.send(.GET, "/socket", fields)
            #expect(socket.status == 101 && socket.fields[.cacheControl] == "no-store")
            #expect(guide.store.count(of: .touch) == 0)
        }
    }

    @Test("a WebSocket has the session of its user, and the response that opens it the session's fields")
    func openSocket() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: .development)
        try await RunningApplication.with { app in
            app.middleware.use(SessionEngineMiddleware(engine))
            app.get("in") { request in
                try await request.currentSession.logIn("ada")
                return ""
            }
            addSocket(to: app)
        } body: { application in
            let login = try await RawConnection.exchange(
                "GET /in HTTP/1.1\r\nHost: localhost\r\n\r\n", with: application, until: "\r\n\r\n")
            let cookie = try #require(login.firstMatch(of: /session=[^;]+/)?.output)
            let answer = try await RawConnection.exchange(
                """
                GET /socket HTTP/1.1\r\nHost: localhost\r\nCookie: \(cookie)\r\nUpgrade: websocket\r\n\
                Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                Sec-WebSocket-Version: 13\r\n\r\n
                """,
                with: application,
                until: "\u{3}ada"
            )
            #expect(answer.hasPrefix("HTTP/1.1 101") && answer.lowercased().contains("cache-control: no-store"))
        }
    }

    @Test("an application's own responses take the place of the standard ones, with the fields that they need")
    func refusals() async throws {
        let guide = try GuideApplication()
        try await VaporHarness.with(clock: guide.clock) { app in
            let middleware = SessionEngineMiddleware(guide.engine) { error, request in
                guard request.url.path != "/account" else { return nil }
                return Response(status: .imATeapot, body: .init(string: "own \(error.code)"))
            }
            app.middleware.use(middleware)
            addRoutes(to: app)
            app.get("account") { try $0.currentSession.requireAuthenticated() }
        } body: { harness async throws in
            let browser = harness.browser()
            try await browser.send(.GET, "/")
            guide.store.injectFault(.failing)
            let own = try await browser.send(.GET, "/")
            #expect(own.status == 418 && own.text == "own store_unavailable")
            #expect(own.fields[.retryAfter] == "5" && own.fields[.cacheControl] == "no-store")
            #expect(own.fields[.setCookie] == nil)
            #expect(try await browser.send(.GET, "/account").status == 503)
        }
    }

    @Test("an error that Vapor answers is the same error, with the cookie")
    func errors() async throws {
        struct Accident: Error {}
        struct OwnError: AbortError {
            var status: HTTPResponseStatus { .paymentRequired }
            var reason: String { "pay" }
        }
        try await GuideApplication().run(addOtherRoutes: { app in
            app.get("abort") { request -> String in
                try await request.currentSession.logIn("ada")
                throw Abort(.unauthorized, headers: ["X-Own": "1"], reason: "not you")
            }
            app.get("own") { request -> String in
                try await request.currentSession.logIn("ada")
                throw OwnError()
            }
            app.get("accident") { request -> String in
                try await request.currentSession.logIn("ada")
                throw Accident()
            }
        }) { harness async throws in
            let own = try #require(HTTPField.Name("X-Own"))
            let expected = [("/abort", 401, "not you"), ("/own", 402, "pay"), ("/accident", 500, "Accident")]
            for (path, status, text) in expected {
                let browser = harness.browser()
                let reply = try await browser.send(.GET, path)
                #expect(reply.status == status && reply.text.contains(text))
                #expect(reply.fields[own] == (path == "/abort" ? "1" : nil))
                #expect(try await browser.send(.GET, "/api/me").text == "ADA")
            }
            #expect(try await harness.browser().send(.GET, "/nowhere").status == 404)
        }
    }

    @Test("a route without the middleware is an error of the application, and not a visitor without a login")
    func missingMiddleware() async throws {
        try await VaporHarness.with { app in
            addRoutes(to: app)
            app.grouped(RequireLogin(try .redirect(to: "/login"))).get("account") { _ in "" }
        } body: { harness async throws in
            #expect(try await harness.browser().send(.GET, "/", .ofBrowser).status == 500)
            #expect(try await harness.browser().send(.GET, "/account", .ofBrowser).status == 500)
        }
    }
}
#endif
