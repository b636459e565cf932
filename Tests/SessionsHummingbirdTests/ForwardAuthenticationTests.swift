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
import SessionsTesting
import Testing

/// The example of the article *Forward authentication* does what it says. `Tests/EndToEnd/forward-auth` runs it behind
/// nginx.
@Suite("Forward authentication")
struct ForwardAuthenticationTests {
    private let clock = ManualClock()

    private func serve(
        _ body: @escaping @Sendable (BrowsingClient) async throws -> Void
    ) async throws {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        configuration.renewal = SessionRenewal(after: .minutes(5))
        let engine = try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
        let router = Router(context: TestRequestContext.self)
        let pages = router.group().add(middleware: SessionsMiddleware(engine))
        pages.get { _, context in try context.session.subject ?? "nobody" }
        pages.get("login") { _, context in
            try await context.session.logIn("ada")
            return "in"
        }
        addForwardAuthentication(to: router, engine)
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            try await body(BrowsingClient(client: client))
        }
    }

    @Test("both endpoints answer 204 with the user, and 401 without one", arguments: ["/auth/check", "/auth/use"])
    func statuses(path: String) async throws {
        let remoteUser = try #require(HTTPField.Name("Remote-User"))
        try await self.serve { browser in
            let before = try await browser.send(path)
            #expect(before.status == .unauthorized)
            #expect(before.headers[remoteUser] == nil)
            try await browser.send("/login")
            let after = try await browser.send(path)
            #expect(after.status == .noContent)
            #expect(after.headers[remoteUser] == "ada")
        }
    }

    @Test("the passive endpoint sends no cookie when a renewal is due, and the next page renews the session")
    func renewal() async throws {
        let clock = self.clock
        try await self.serve { browser in
            try await browser.send("/login")
            clock.advance(by: .minutes(6))
            for _ in 0..<3 {
                let check = try await browser.send("/auth/check")
                #expect(check.status == .noContent)
                #expect(check.headers[.setCookie] == nil)
                clock.advance(by: .minutes(1))
            }
            let page = try await browser.send("/")
            #expect(page.headers[values: .setCookie].count == 1)
            #expect(page.text == "ada")
        }
    }

    @Test("the passive endpoint gives a request with the previous secret the cookie of its successor")
    func previousSecret() async throws {
        let clock = self.clock
        try await self.serve { browser in
            try await browser.send("/login")
            clock.advance(by: .minutes(6))
            var fields = HTTPFields()
            browser.browser.addCookies(to: &fields, for: browser.origin)
            let renewed = try await browser.send("/")
            let check = try await browser.client.execute(uri: "/auth/check", method: .get, headers: fields)
            #expect(check.status == .noContent)
            #expect(check.headers[.setCookie] == renewed.headers[.setCookie])
        }
    }

    @Test("requests to the passive endpoint keep no session alive, and those to the other do")
    func idleLimit() async throws {
        let clock = self.clock
        try await self.serve { browser in
            func statuses(_ path: String) async throws -> [Int] {
                try await browser.send("/login")
                var statuses: [Int] = []
                for _ in 0..<5 {
                    statuses.append(try await browser.send(path).status.code)
                    clock.advance(by: .minutes(5))
                }
                return statuses
            }
            let (passive, active) = try await (statuses("/auth/check"), statuses("/auth/use"))
            #expect(passive == [204, 204, 204, 204, 401])
            #expect(active == [204, 204, 204, 204, 204])
        }
    }
}
#endif
