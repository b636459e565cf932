//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsHummingbirdTesting
import Testing

struct ShopContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

/// Creates the application. The server and its tests call it with different engines.
func makeShop(_ engine: SessionEngine) throws -> Application<RouterResponder<ShopContext>> {
    let router = Router(context: ShopContext.self)
    router.add(middleware: SessionsMiddleware(engine))
    router.add(middleware: CSRFMiddleware())
    router.post("login") { request, context in
        let form = try await URLEncodedFormDecoder().decode(ShopLogin.self, from: request, context: context)
        guard form.password == "correct horse" else { throw HTTPError(.unauthorized) }
        try await context.session.logIn(form.name, remember: form.remember != nil)
        return Response.redirect(to: "/account")
    }
    let account = router.group("account").add(middleware: try RequireLogin(.redirect(to: "/login")))
    account.get { _, context in "Hello, \(try context.session.requireAuthenticated())" }
    account.post("logout") { _, context in
        try await context.session.logOutEverywhere()
        return Response.redirect(to: "/")
    }
    router.get { _, _ in "The shop" }
    return Application(router: router)
}

struct ShopLogin: Decodable {
    var name: String
    var password: String
    var remember: String?
}

@Suite("The shop")
struct ShopTests {
    let clock = ManualClock()
    let store = FaultySessionStore(MemorySessionStore())
    let engine: SessionEngine

    init() throws {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        self.engine = try SessionEngine(.stored(in: self.store), configuration: configuration)
    }

    @Test("a signed-in user sees their account")
    func account() async throws {
        try await makeShop(self.engine).test(.router) { client in
            let browser = BrowserClient(client)
            try await browser.logIn("ada", with: self.engine)
            #expect(try await browser.get("/account").text == "Hello, ada")
        }
    }

    @Test("the login form leads to the account")
    func loginForm() async throws {
        try await makeShop(self.engine).test(.router) { client in
            let browser = BrowserClient(client)
            #expect(try await browser.get("/account").path == "/login")
            let page = try await browser.logIn(submitting: ["name": "ada", "password": "correct horse"], to: "/login")
            #expect(page.path == "/account")
            #expect(page.text == "Hello, ada")
        }
    }

    @Test("a form of another site does nothing")
    func forgery() async throws {
        try await makeShop(self.engine).test(.router) { client in
            let browser = BrowserClient(client)
            try await browser.logIn("ada", with: self.engine)
            let reply = try await browser.submit([:], to: "/account/logout", initiatedBy: .crossSiteSubresource)
            #expect(reply.status == .forbidden)
            #expect(try await browser.get("/account").text == "Hello, ada")
        }
    }

    @Test("a login ends twenty minutes after its last use, and a remembered one outlives the browser")
    func limits() async throws {
        try await makeShop(self.engine).test(.router) { client in
            let (desk, phone) = (self.browser(client), self.browser(client))
            try await desk.logIn("ada", with: self.engine)
            try await phone.logIn("ada", with: self.engine) { session in try await session.remember() }
            self.clock.advance(by: .seconds(20 * 60))
            phone.browser.close()
            #expect(try await desk.get("/account").path == "/login")
            #expect(try await phone.get("/account").text == "Hello, ada")
        }
    }

    @Test("the sweeper removes what has expired by the same clock, and nothing else")
    func sweeping() async throws {
        let store = MemorySessionStore()
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let sweeper = SessionSweeper(store, clock: self.clock.sessionClock)
        try await makeShop(engine).test(.router) { client in
            let browser = self.browser(client)
            try await browser.logIn("ada", with: engine)
            #expect(try await sweeper.sweepOnce() == 0)
            #expect(try await browser.get("/account").text == "Hello, ada")
            self.clock.advance(by: .seconds(20 * 60))
            #expect(try await sweeper.sweepOnce() == 1)
        }
    }

    @Test("logging out everywhere logs out the other browser")
    func logOutEverywhere() async throws {
        // A store with faults cannot list the sessions of a user.
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        try await makeShop(engine).test(.router) { client in
            let (desk, phone) = (BrowserClient(client), BrowserClient(client))
            try await desk.logIn("ada", with: engine)
            try await phone.logIn("ada", with: engine)
            #expect(try await desk.submit([:], to: "/account/logout").text == "The shop")
            #expect(try await phone.get("/account").path == "/login")
        }
    }

    @Test("a store that fails logs no one out")
    func outage() async throws {
        try await makeShop(self.engine).test(.router) { client in
            let browser = BrowserClient(client)
            try await browser.logIn("ada", with: self.engine)
            self.store.injectFault(.failing)
            #expect(try await browser.get("/account").status == .serviceUnavailable)
            self.store.clearFault()
            #expect(try await browser.get("/account").text == "Hello, ada")
        }
    }

    /// A browser whose cookies expire by the same clock as the sessions.
    private func browser(_ client: any TestClientProtocol) -> BrowserClient {
        BrowserClient(client, clock: self.clock.sessionClock)
    }
}
#endif
