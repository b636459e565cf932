//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import Sessions
import SessionsVapor
import SessionsVaporTesting
import Testing
import Vapor
import VaporTesting

// The code of the article *Testing your application* on Vapor.

/// Adds the application. The server and its tests call it with different engines.
func addShop(_ engine: SessionEngine, to app: Application) throws {
    app.middleware.use(SessionEngineMiddleware(engine))
    app.middleware.use(CSRFMiddleware())
    app.get { _ in "The shop" }
    app.grouped(RequireLogin(try .redirect(to: "/login"))).get("account") { request in
        "Hello, \(try request.currentSession.requireAuthenticated())"
    }
    app.post("logout") { request in
        try await request.currentSession.logOut()
        return request.redirect(to: "/")
    }
}

@Suite("The shop on Vapor")
struct VaporShopTests {
    let engine: SessionEngine

    init() throws {
        var configuration = SessionConfiguration()
        configuration.trustedProxies = .count(1)
        self.engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
    }

    @Test("a signed-in user sees their account")
    func account() async throws {
        try await withApp(configure: { try addShop(self.engine, to: $0) }) { app async throws in
            let browser = BrowserClient(app)
            try await browser.logIn("ada", with: self.engine)
            #expect(try await browser.get("/account").text == "Hello, ada")
        }
    }

    @Test("two browsers have cookies of their own, and redirects are followed")
    func browsers() async throws {
        try await withApp(configure: { try addShop(self.engine, to: $0) }) { app async throws in
            let (browser, stranger) = (BrowserClient(app), BrowserClient(try app.testing()))
            try await browser.logIn("ada", with: self.engine)
            #expect(try await stranger.get("/account").path == "/login")
            #expect(try await browser.submit([:], to: "/logout").text == "The shop")
            #expect(try await browser.get("/account").path == "/login")
        }
    }

    @Test("a form of another site does nothing, in current browsers and in older ones", arguments: [true, false])
    func forgery(sendsFetchMetadata: Bool) async throws {
        try await withApp(configure: { try addShop(self.engine, to: $0) }) { app async throws in
            let browser = BrowserClient(app, sendsFetchMetadata: sendsFetchMetadata)
            try await browser.logIn("ada", with: self.engine)
            let reply = try await browser.submit([:], to: "/logout", initiatedBy: .crossSiteSubresource)
            #expect(reply.status == .forbidden)
            #expect(try await browser.get("/account").text == "Hello, ada")
            #expect(try await browser.submit([:], to: "/logout").text == "The shop")
        }
    }

    @Test("the handler gets the body and the query, and errors are the responses of the server")
    func exchange() async throws {
        struct Accident: Error {}
        try await withApp { app async throws in
            app.post("echo") { "\(try $0.query.get(Int.self, at: "b")) \($0.body.string ?? "")" }
            app.get("accident") { _ -> String in throw Accident() }
            let browser = BrowserClient(app)
            #expect(try await browser.fetch(.post, "/echo?a=1&b=2", body: "text").text == "2 text")
            #expect(try await browser.get("/accident").status == .internalServerError)
            #expect(try await browser.get("/elsewhere").status == .notFound)
        }
    }
}
#endif
