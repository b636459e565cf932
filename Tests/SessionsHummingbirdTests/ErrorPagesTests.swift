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
import Sessions
import SessionsHummingbird
import SessionsHummingbirdTesting
import Testing

@Suite("Error pages")
struct ErrorPagesTests {
    private struct Broken: Error {}

    private struct Teapot: HTTPResponseError {
        var status: HTTPResponse.Status { .init(code: 418) }

        func response(from request: Request, context: some RequestContext) throws -> Response {
            Response(status: self.status, body: .init(byteBuffer: ByteBuffer(string: "own")))
        }
    }

    private func serve(
        _ pages: ErrorPages<TestRequestContext> = ErrorPages(),
        store: any SessionStore = MemorySessionStore(),
        _ test: @escaping @Sendable (BrowserClient) async throws -> Void
    ) async throws {
        let engine = try SessionEngine(.stored(in: store))
        let router = Router(context: TestRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: pages)
        router.add(middleware: SessionsMiddleware(engine))
        router.get("forbidden") { _, _ -> String in throw HTTPError(.forbidden, message: "Only <admins>.") }
        router.get("401") { _, _ -> String in
            throw HTTPError(.unauthorized, headers: [.wwwAuthenticate: "Basic"], message: nil)
        }
        router.get("broken") { _, _ -> String in throw Broken() }
        router.get("teapot") { _, _ -> String in throw Teapot() }
        router.get("guarded") { _, context in try context.session.requireAuthenticated() }
        router.get("late") { _, context -> String in
            try await context.session.logIn("ada")
            throw Broken()
        }
        let app = Application(router: router, logger: LogAudit.logger())
        try await app.test(.router) { client in try await test(BrowserClient(client)) }
    }

    @Test(
        "an error is a page for a browser, with what it says escaped",
        arguments: [
            ("/forbidden", 403, "Only &lt;admins&gt;."), ("/401", 401, "Log in first."),
            ("/nowhere", 404, "There is no page at this address."), ("/guarded", 401, "Log in first."),
            ("/broken", 500, "The server could not complete the request."),
        ]
    )
    func page(path: String, status: Int, text: String) async throws {
        try await self.serve { browser in
            let response = try await browser.get(path)
            #expect(response.status.code == status)
            #expect(response.headerFields[.contentType] == "text/html; charset=utf-8")
            #expect(response.headerFields[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            #expect(response.text.contains("<p>\(text)</p>"))
            if path == "/401" { #expect(response.headerFields[values: .wwwAuthenticate] == ["Basic"]) }
        }
    }

    @Test("a program gets the error as it is without the middleware")
    func program() async throws {
        try await self.serve { browser in
            #expect(try await browser.fetch(.get, "/forbidden").text.contains(#""message":"Only <admins>.""#))
            let guarded = try await browser.fetch(.get, "/guarded")
            #expect(guarded.headerFields[.contentType] == "application/problem+json")
            #expect(try await browser.fetch(.get, "/broken").text == "")
        }
    }

    @Test("an error with a response of its own keeps it")
    func ownResponse() async throws {
        try await self.serve { browser in
            let response = try await browser.get("/teapot")
            #expect(response.text == "own")
        }
    }

    @Test("a store that fails is a page that says when to try again")
    func outage() async throws {
        let store = FaultySessionStore(MemorySessionStore())
        try await self.serve(store: store) { browser in
            try await browser.logIn("ada", with: try SessionEngine(.stored(in: store)))
            store.injectFault(.failing)
            let response = try await browser.get("/guarded")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headerFields[.retryAfter] == "5")
            #expect(response.headerFields[.cacheControl] == "no-store")
            #expect(response.text.contains("You are not logged out."))
        }
    }

    @Test("the cookie of a login before the error is in the page's response")
    func cookie() async throws {
        try await self.serve { browser in
            let late = try await browser.get("/late")
            #expect(late.status == .internalServerError)
            #expect(try await browser.get("/guarded").text == "ada")
        }
    }

    @Test("the application's own page takes the place of the standard one, and keeps the error's fields")
    func ownPage() async throws {
        let pages = ErrorPages<TestRequestContext> { error, request in
            guard request.uri.path != "/nowhere" else { return nil }
            return Response(
                status: error.status, headers: [.contentType: "text/html"],
                body: .init(byteBuffer: ByteBuffer(string: "Oh: \(error.message)")))
        }
        try await self.serve(pages) { browser in
            let response = try await browser.get("/401")
            #expect(response.text == "Oh: Log in first.")
            #expect(response.headerFields[.wwwAuthenticate] == "Basic")
            #expect(response.headerFields[values: .contentType] == ["text/html"])
            #expect(try await browser.get("/nowhere").text.contains("There is no page at this address."))
        }
    }

    @Test("HEAD has the status and no body")
    func head() async throws {
        try await self.serve { browser in
            let response = try await browser.fetch(.head, "/forbidden", headerFields: [.accept: "text/html"])
            #expect(response.status == .forbidden)
            #expect(response.body.isEmpty)
        }
    }
}
#endif
