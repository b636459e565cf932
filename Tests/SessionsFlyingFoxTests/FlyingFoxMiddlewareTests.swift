//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import Foundation
import HTTPTypes
import Sessions
import SessionsFlyingFox
import SessionsTesting
import Testing

@Suite("SessionsMiddleware on FlyingFox")
struct FlyingFoxMiddlewareTests {
    @Test("the adapter reads every Cookie field that FlyingFox gives it")
    func cookieFields() async throws {
        let harness = try FlyingFoxHarness()
        let browser = harness.browser()
        #expect(try await browser.send(.GET, "/").text == "Visit number 1")
        var fields = HTTPFields()
        browser.browser.addCookies(to: &fields, for: FlyingFoxBrowser.origin)
        let cookie = try #require(fields[.cookie])
        fields[values: .cookie] = ["a=1", cookie, "b=2"]
        let stranger = FlyingFoxBrowser(handler: harness.handler, browser: TestBrowser())
        #expect(try await stranger.send(.GET, "/", fields).text == "Visit number 2")
    }

    @Test("a message is shown once, and not in a response without a body")
    func flash() async throws {
        let browser = try FlyingFoxHarness().browser()
        #expect(try await browser.post("", to: "/form").status == 400)
        #expect(try await browser.post("a=1", to: "/form").status == 303)
        #expect(try await browser.send(.HEAD, "/form").text.isEmpty)
        let purpose = try #require(HTTPField.Name("Sec-Purpose"))
        #expect(try await browser.send(.GET, "/form", [purpose: "prefetch"]).status == 503)
        #expect(try await browser.send(.GET, "/form").text == "Saved.")
        #expect(try await browser.send(.GET, "/form").text.isEmpty)
    }

    @Test("a WebSocket begins with the session of its user, extends nothing, and no other site opens one")
    func webSocket() async throws {
        struct Echo: WSMessageHandler {
            func makeMessages(for client: AsyncStream<WSMessage>) async throws -> AsyncStream<WSMessage> { client }
        }
        let harness = try FlyingFoxHarness(addRoutes: { routes in
            routes.appendRoute("GET /socket", to: RequireLogin(handler: .webSocket(Echo())))
        })
        let ada = try await harness.browser(of: "ada")
        let fields: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
            .secWebSocketVersion: "13", .origin: FlyingFoxBrowser.origin,
        ]
        var foreign = fields
        foreign[.origin] = "https://evil.example"
        #expect(try await ada.send(.GET, "/socket", foreign).status == 403)
        #expect(try await harness.browser().send(.GET, "/socket", fields).status == 401)
        harness.clock.advance(by: .minutes(10))
        let socket = try await ada.send(.GET, "/socket", fields)
        #expect(socket.status == 101 && socket.fields[.cacheControl] == "no-store")
        guard case .webSocket = socket.response.payload else { throw TestIssue("The response is no WebSocket.") }
        #expect(harness.store.count(of: .touch) == 0)
    }

    @Test("an application's own responses take the place of the standard ones, with the fields that they need")
    func refusals() async throws {
        let harness = try FlyingFoxHarness(refusals: { error, request in
            guard request.path != "/account" else { return nil }
            return HTTPResponse(statusCode: .teapot, body: Data("own \(error.code)".utf8))
        })
        let ada = try await harness.browser(of: "ada")
        harness.store.injectFault(.failing)
        let own = try await ada.send(.GET, "/")
        #expect(own.status == 418 && own.text == "own store_unavailable")
        #expect(own.fields[.retryAfter] == "5" && own.fields[.cacheControl] == "no-store")
        #expect(own.fields[.setCookie] == nil)
        #expect(try await ada.send(.GET, "/account").status == 503)
    }

    @Test("what no route handles is left to FlyingFox, unless the session has something to say")
    func unhandled() async throws {
        let harness = try FlyingFoxHarness(addRoutes: { routes in
            routes.appendRoute("GET /passes") { request in
                try await request.session.logOut()
                throw HTTPUnhandledError()
            }
        })
        let ada = try await harness.browser(of: "ada")
        await #expect(throws: HTTPUnhandledError.self) { try await ada.send(.GET, "/nowhere") }
        #expect(try await ada.send(.GET, "/passes").status == 404)
        #expect(ada.browser.cookies.isEmpty)
    }
}

/// A failure of a test that no expectation can say.
struct TestIssue: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
#endif
