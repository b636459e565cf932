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
import SessionsFlyingFoxTesting
import Testing

// The code of the article *Testing your application* on FlyingFox.

/// Creates the handler of the server. The server and its tests call it with different engines.
func makeShopHandler(_ engine: SessionEngine) throws -> any HTTPHandler {
    var routes = RoutedHTTPHandler()
    routes.appendRoute("GET /") { _ in HTTPResponse(statusCode: .ok, body: Data("The shop".utf8)) }
    let account = ClosureHTTPHandler { request in
        HTTPResponse(statusCode: .ok, body: Data("Hello, \(try request.session.requireAuthenticated())".utf8))
    }
    routes.appendRoute("GET /account", to: RequireLogin(try .redirect(to: "/login"), handler: account))
    routes.appendRoute("POST /logout") { request in
        try await request.session.logOut()
        return HTTPResponse(statusCode: .seeOther, headers: HTTPHeaders([.location: "/"]))
    }
    return SessionsMiddleware(engine, handler: CSRFMiddleware(handler: routes))
}

@Suite("The shop on FlyingFox")
struct FlyingFoxShopTests {
    let engine: SessionEngine

    init() throws {
        var configuration = SessionConfiguration()
        configuration.trustedProxies = .count(1)
        self.engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
    }

    @Test("a signed-in user sees their account")
    func account() async throws {
        let browser = BrowserClient(try makeShopHandler(self.engine))
        try await browser.logIn("ada", with: self.engine)
        #expect(try await browser.get("/account").text == "Hello, ada")
    }

    @Test("two browsers have cookies of their own, and redirects are followed")
    func browsers() async throws {
        let handler = try makeShopHandler(self.engine)
        let (browser, stranger) = (BrowserClient(handler), BrowserClient(handler))
        try await browser.logIn("ada", with: self.engine)
        #expect(try await stranger.get("/account").path == "/login")
        #expect(try await browser.submit([:], to: "/logout").text == "The shop")
        #expect(try await browser.get("/account").path == "/login")
    }

    @Test("a form of another site does nothing, in current browsers and in older ones", arguments: [true, false])
    func forgery(sendsFetchMetadata: Bool) async throws {
        let handler = try makeShopHandler(self.engine)
        let browser = BrowserClient(handler, sendsFetchMetadata: sendsFetchMetadata)
        try await browser.logIn("ada", with: self.engine)
        let reply = try await browser.submit([:], to: "/logout", initiatedBy: .crossSiteSubresource)
        #expect(reply.status == .forbidden)
        #expect(try await browser.get("/account").text == "Hello, ada")
        #expect(try await browser.submit([:], to: "/logout").text == "The shop")
    }

    @Test("the handler gets the body and the query, and errors are the responses of the server")
    func exchange() async throws {
        struct Accident: Error {}
        var routes = RoutedHTTPHandler()
        routes.appendRoute("POST /echo") { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            let body = Data("\(query) ".utf8) + (try await request.bodyData)
            return HTTPResponse(statusCode: .ok, body: body)
        }
        routes.appendRoute("/accident") { _ in throw Accident() }
        let browser = BrowserClient(routes)
        #expect(try await browser.fetch(.post, "/echo?a=1&b=2", body: "text").text == "a=1,b=2 text")
        #expect(try await browser.get("/accident").status == .internalServerError)
        #expect(try await browser.get("/elsewhere").status == .notFound)
    }
}
#endif
