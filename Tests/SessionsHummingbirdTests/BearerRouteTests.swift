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
import LogAudit
import NIOCore
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("Bearer tokens over HTTP")
struct BearerRouteTests {
    private let store = MemorySessionStore()

    /// Runs the routes of the article.
    private func withClient(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let engine = try makeTokenEngine(self.store, SessionConfiguration())
        let router = Router(context: TestRequestContext.self)
        addTokenRoutes(to: router, engine) { $0.password == "open sesame" }
        router.post("cart") { _, context in
            try context.session[SessionKey<Int>.counter("cart")] += 1
            return "kept"
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: LogAudit.logger()
        )
        try await application.test(.live) { try await body($0) }
    }

    private func logIn(_ client: BrowsingClient, _ user: String, transport: String? = nil) async throws -> TestResponse
    {
        let transport = transport.map { ", \"transport\": \"\($0)\"" } ?? ""
        let body = "{\"username\": \"\(user)\", \"password\": \"open sesame\"\(transport)}"
        return try await client.send(
            "/login",
            method: .post,
            headers: [.contentType: "application/json"],
            body: ByteBuffer(string: body)
        )
    }

    /// Logs a program in.
    private func token(_ client: any TestClientProtocol, _ user: String) async throws -> String {
        let response = try await self.logIn(BrowsingClient(client: client), user, transport: "bearer")
        #expect(response.headers[.setCookie] == nil)
        let parts = response.text.split(separator: "\"" as Character).map(String.init)
        let token = try #require(parts.last { $0.count == 64 })
        LogAudit.noteToken(token)
        return token
    }

    @Test(
        "checklist 24: a login by bearer answers with a token and no cookie, one by cookie with a cookie and no token")
    func logins() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let program: HTTPFields = [.authorization: "bEARER \(token)"]
            let me = try await client.execute(uri: "/me", method: .get, headers: program)
            #expect(String(buffer: me.body) == "ada")
            #expect(me.headers[.setCookie] == nil)
            #expect(me.headers[values: .vary] == ["Cookie", "Authorization"])
            #expect(me.headers[.cacheControl] == "no-store")

            let browser = BrowsingClient(client: client)
            let response = try await self.logIn(browser, "grace")
            #expect(response.headers[values: .setCookie].count == 1)
            let cookie = try #require(browser.browser.cookie(named: "__Host-session")?.value)
            #expect(!response.text.contains(cookie))
            let text = try await browser.send("/me").text
            #expect(text == "grace")
        }
    }

    @Test("checklist 24: credentials of another scheme are ignored, beside a cookie and beside a token")
    func otherSchemes() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let browser = BrowsingClient(client: client)
            _ = try await self.logIn(browser, "grace")
            let basic = try await browser.send("/me", headers: [.authorization: "Basic YTpi"])
            #expect(basic.text == "grace")
            var fields = HTTPFields()
            fields[values: .authorization] = ["Bearer \(token)", "Basic YTpi"]
            let both = try await BrowsingClient(client: client).send("/me", headers: fields)
            #expect(both.text == "ada")
        }
    }

    @Test("an anonymous session's cookie beside a token is no second user, and stays")
    func anonymousCookie() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let browser = BrowsingClient(client: client)
            try await browser.send("/cart", method: .post)
            let before = browser.browser.cookie(named: "__Host-session")?.value
            let response = try await browser.send("/me", headers: [.authorization: "Bearer \(token)"])
            #expect(response.text == "ada")
            #expect(response.headers[.setCookie] == nil)
            #expect(browser.browser.cookie(named: "__Host-session")?.value == before)
        }
    }

    @Test("checklist 24: malformed and repeated credentials are 401 and say what is wanted, whatever the cookie")
    func refused() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let browser = BrowsingClient(client: client)
            _ = try await self.logIn(browser, "grace")
            let refused: [([String], String)] = [
                (["Bearer"], "Bearer error=\"invalid_token\""),
                (["Bearer x"], "Bearer error=\"invalid_token\""),
                (["Bearer \(token)x"], "Bearer error=\"invalid_token\""),
                (["Bearer \(token)", "Bearer \(token)"], "Bearer error=\"invalid_request\""),
            ]
            for (values, challenge) in refused {
                for visitor in [BrowsingClient(client: client), browser] {
                    var fields = HTTPFields()
                    fields[values: .authorization] = values
                    let response = try await visitor.send("/me", headers: fields)
                    #expect(response.status == .unauthorized)
                    #expect(response.headers[values: .wwwAuthenticate] == [challenge])
                    #expect(response.headers[.setCookie] == nil)
                    #expect(response.text.contains("\"code\":\"invalid_credentials\""))
                }
            }
            let text = try await browser.send("/me").text
            #expect(text == "grace")
        }
    }

    @Test("checklist 24: a cookie and a bearer token of two visitors are 400, and neither is used")
    func conflicting() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let browser = BrowsingClient(client: client)
            _ = try await self.logIn(browser, "grace")
            for path in ["/me", "/cart"] {
                let response = try await browser.send(
                    path,
                    method: path == "/me" ? .get : .post,
                    headers: [.authorization: "Bearer \(token)"]
                )
                #expect(response.status == .badRequest)
                #expect(response.headers[.setCookie] == nil)
                #expect(!response.text.contains("ada") && !response.text.contains("grace"))
            }
            let text = try await browser.send("/me").text
            #expect(text == "grace")
        }
    }

    @Test("checklist 24: a token in the address, in a form or in another field opens nothing")
    func elsewhere() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let ways: [(String, HTTPFields)] = [
                ("/me?access_token=\(token)", [:]), ("/me?token=\(token)&session=\(token)", [:]),
                ("/me;session=\(token)", [:]), ("/me", [.referer: "https://example.com/?access_token=\(token)"]),
                ("/me", [.proxyAuthorization: "Bearer \(token)"]),
                ("/me", [.contentType: "application/x-www-form-urlencoded"]),
            ]
            for (path, fields) in ways {
                let body = ByteBuffer(string: "access_token=\(token)")
                let response = try await client.execute(uri: path, method: .get, headers: fields, body: body)
                #expect([.unauthorized, .notFound].contains(response.status))
                #expect(response.headers[values: .wwwAuthenticate].allSatisfy { $0 == "Bearer" })
            }
        }
    }

    @Test("checklist 24: a token whose session has ended is told so, and opens nothing")
    func ended() async throws {
        try await self.withClient { client in
            let token = try await self.token(client, "ada")
            let id = try #require(SessionToken(Array(token.utf8))?.id)
            let engine = try makeTokenEngine(self.store, SessionConfiguration())
            try await engine.revoke(id)
            let fields: HTTPFields = [.authorization: "Bearer \(token)"]
            let response = try await client.execute(uri: "/me", method: .get, headers: fields)
            #expect(response.status == .unauthorized)
            #expect(response.headers[values: .wwwAuthenticate] == ["Bearer error=\"invalid_token\""])
        }
    }
}
#endif
