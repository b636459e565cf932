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

@Suite("What a refused client reads")
struct RefusalTests {
    private let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)

    private func serve(
        _ refusals: RefusalResponse = .standard,
        _ test: @escaping @Sendable (BrowsingClient) async throws -> Void
    ) async throws {
        let engine = try SessionEngine(.stored(in: self.store))
        let router = Router(context: TestRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SessionsMiddleware(engine, refusals: refusals))
        router.add(middleware: CSRFMiddleware())
        router.get("login") { _, context in
            try await context.session.logIn("ada")
            return "in"
        }
        router.post("act") { _, _ in "done" }
        router.get("count") { _, context in
            let session = try context.session
            session[.views] += 1
            return "\(session[.views])"
        }
        router.get("renewed") { _, context in
            let session = try context.session
            try await session.logIn("ada")
            _ = try session.requireAuthentication(within: .seconds(-1))
            return "in"
        }
        router.group().add(middleware: RequireLogin()).get("account") { _, _ in "account" }
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            try await test(BrowsingClient(client: client))
        }
    }

    @Test("a person reads a small page, and a program problem details, with the status of each")
    func bodies() async throws {
        try await self.serve { browser in
            let page = try await browser.send("/account", headers: .ofBrowser)
            #expect(page.status == .unauthorized)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            #expect(page.text.contains("<h1>Unauthorized</h1>") && page.text.contains("Log in first."))
            for accept in [nil, "*/*", "application/json", "text/plain"] as [String?] {
                var fields = HTTPFields()
                fields[.accept] = accept
                let problem = try await browser.send("/account", headers: fields)
                #expect(problem.status == .unauthorized)
                #expect(problem.headers[.contentType] == "application/problem+json")
                #expect(problem.headers[.cacheControl] == "no-store")
                let text = problem.text
                #expect(text.contains(#""status":401"#) && text.contains(#""code":"not_authenticated""#))
            }
            let crossSite = try await browser.send("/act", method: .post, headers: [.origin: "https://evil.example"])
            #expect(crossSite.status == .forbidden && crossSite.text.contains(#""code":"cross_site""#))
            #expect(!crossSite.text.contains("evil"), "nothing that came from outside is repeated")
            let head = try await browser.send("/account", method: .head, headers: .ofBrowser)
            #expect(head.status == .unauthorized && head.body.readableBytes == 0)
        }
    }

    @Test("while the store does not answer a client reads that it is not logged out")
    func outage() async throws {
        let store = self.store
        try await self.serve { browser in
            try await browser.send("/login")
            store.injectFault(.failing)
            let response = try await browser.send("/count")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "5")
            #expect(response.text.contains(#""code":"store_unavailable""#))
            #expect(response.headers[.setCookie] == nil)
        }
    }

    @Test("an application's own answers take the place of the standard ones, wherever the error came from")
    func replaced() async throws {
        let store = self.store
        let refusals = RefusalResponse { error, request in
            guard request.uri.path != "/act" else { return nil }
            let body = ResponseBody(byteBuffer: ByteBuffer(string: "own \(error.code)"))
            return Response(status: error.status, headers: [.contentType: "text/plain"], body: body)
        }
        try await self.serve(refusals) { browser in
            let refused = try await browser.send("/account")
            #expect(refused.status == .unauthorized && refused.text == "own not_authenticated")
            #expect(refused.headers[.cacheControl] == "no-store")
            let standard = try await browser.send("/act", method: .post, headers: [.origin: "https://evil.example"])
            #expect(standard.text.contains(#""code":"cross_site""#))
            let renewed = try await browser.send("/renewed")
            #expect(renewed.text == "own authentication_too_old")
            #expect(renewed.headers[values: .setCookie].count == 1, "what the session needs is added")
            store.injectFault(.failing)
            let opening = try await browser.send("/count")
            #expect(opening.status == .serviceUnavailable && opening.text == "own store_unavailable")
            #expect(opening.headers[.retryAfter] == "5")
            store.clearFault()
            store.injectFault(.failing, [.replace, .touch])
            let closing = try await browser.send("/count")
            #expect(closing.status == .serviceUnavailable && closing.text == "own store_unavailable")
        }
    }
}
#endif
