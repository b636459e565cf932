//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird && FlyingFox && OpenID
import FlyingFox
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsOpenID
import SessionsTesting
import Synchronization
import TestSupport
import Testing

/// A provider where users log in and out, which tells the applications that they used.
private final class RunningProvider: Sendable {
    private struct Account {
        var sid: String
        var applications: Set<String> = []
    }

    let tokens = TestProvider()
    /// Sends a form to the address that an application has registered.
    let send: @Sendable (_ application: String, _ form: String) async throws -> Int
    private let accounts = Mutex<[String: Account]>([:])

    init(send: @escaping @Sendable (_ application: String, _ form: String) async throws -> Int) {
        self.send = send
    }

    /// What an ID token of a user tells an application.
    func identify(_ user: String, to application: String) -> Identity {
        self.accounts.withLock { accounts in
            accounts[user, default: Account(sid: UUID().uuidString)].applications.insert(application)
            return Identity(user: user, sub: "sub of \(user)", sid: accounts[user]?.sid)
        }
    }

    /// The user logs out at the provider.
    ///
    /// - Returns: The answers of the applications.
    func logOut(_ user: String, now: SessionInstant) async throws -> [Int] {
        guard let account = self.accounts.withLock({ $0.removeValue(forKey: user) }) else { return [] }
        var answers: [Int] = []
        for application in account.applications.sorted() {
            let claims = self.tokens.claims(sid: account.sid, sub: "sub of \(user)", now: now)
            answers.append(try await self.send(application, "logout_token=\(try self.tokens.token(claims))"))
        }
        return answers
    }
}

@Suite("OpenID logout, from the provider to the browser")
struct OpenIDRoundTripTests {
    @Test("a user who logs out at the provider is logged out of the article's application, and no one else is")
    func hummingbird() async throws {
        let store = MemorySessionStore()
        let clock = ManualClock()
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let client = Mutex<(any TestClientProtocol)?>(nil)
        let provider = RunningProvider { _, form in
            let client = try #require(client.withLock { $0 })
            return try await client.executeRequest(
                uri: "/openid/logout", method: .post,
                headers: [.contentType: "application/x-www-form-urlencoded"], body: ByteBuffer(string: form)
            ).status.code
        }
        let logins = try makeLogins(engine, in: store) { provider.tokens.keys }
        let router = Router(context: AppContext.self)
        addOpenIDRoutes(to: router, engine, logins) { request in
            provider.identify(String(request.uri.queryParameters["user"] ?? ""), to: "shop")
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: LogAudit.logger()
        )
        try await application.test(.live) { live in
            client.withLock { $0 = live }
            let (ada, alan) = (TestBrowser(clock: clock.sessionClock), TestBrowser(clock: clock.sessionClock))
            let get = { @Sendable (path: String, browser: TestBrowser) in
                var fields = HTTPFields()
                browser.addCookies(to: &fields, for: "https://example.com")
                let response = try await live.executeRequest(uri: path, method: .get, headers: fields, body: nil)
                LogAudit.noteTokens(in: response.headers)
                browser.receive(response.headers, from: "https://example.com")
                return String(buffer: response.body)
            }
            _ = try await get("/openid/callback?user=ada", ada)
            _ = try await get("/openid/callback?user=alan", alan)
            #expect(try await get("/", ada) == "Hello ada")
            clock.advance(by: .seconds(1))
            #expect(try await provider.logOut("ada", now: clock.now) == [200])
            #expect(try await get("/", ada) == "Hello stranger")
            #expect(try await get("/", alan) == "Hello alan")
            // A forged one.
            let forged = try TestProvider().token(provider.tokens.claims(sid: nil, sub: "sub of alan", now: clock.now))
            #expect(try await provider.send("shop", "logout_token=\(forged)") == 400)
            #expect(try await get("/", alan) == "Hello alan")
            // Logging in again is another session at the provider.
            _ = try await get("/openid/callback?user=ada", ada)
            #expect(try await get("/", ada) == "Hello ada")
        }
    }

    @Test("the route of FlyingFox ends sessions in the same way")
    func flyingFox() async throws {
        let harness = try OpenIDHarness()
        let browser = try await harness.browser()
        var routes = RoutedHTTPHandler()
        OpenIDLogoutResponder(harness.logins).add(to: &routes, at: "/openid/logout", logger: LogAudit.logger())
        let handler = routes
        let post = { @Sendable (form: String) in
            try await handler.handleRequest(
                FlyingFox.HTTPRequest(
                    method: .POST, version: .http11, target: .init(path: "/openid/logout", query: ""),
                    headers: [.contentType: "application/x-www-form-urlencoded"],
                    body: HTTPBodySequence(data: Data(form.utf8)), remoteAddress: nil)
            ).statusCode.code
        }
        let token = try harness.token()
        #expect(try await post("logout_token=x") == 400)
        #expect(try await harness.isLoggedIn(browser))
        #expect(try await post("logout_token=\(token)") == 200)
        #expect(try await post("logout_token=\(token)") == 400)
        #expect(try await harness.isLoggedIn(browser) == false)
    }
}
#endif
