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
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

/// Row 25 of the security checklist.
@Suite("Security checklist: requests of other sites")
struct CrossSiteChecklistTests {
    private static let backends: [(name: String, backend: SessionBackend)] = [
        ("stored", .stored(in: MemorySessionStore())),
        ("signed", .stored(in: MemorySessionStore(), signedWith: .ephemeral())),
        ("at rest", .stored(in: MemorySessionStore(), encryptedAtRest: true)),
        ("sealed", .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart)),
    ]

    /// Sends a request in every combination and compares each answer, and what was done, with the rule.
    private func compare(
        _ harness: CSRFHarness,
        _ framework: TestingSetup,
        isLoggedIn: Bool = true,
        rule: @escaping @Sendable (ExternalRequest) -> Bool
    ) async throws {
        let calls = harness.calls
        try await harness.serve(framework) { browser in
            var tokens = try await browser.tokens()
            if !isLoggedIn { try await browser.send("/logout") }
            tokens[ExternalRequest.Token.none] = nil
            var accepted = 0
            for request in ExternalRequest.all {
                let response = try await request.send(browser, to: "/act", tokens: tokens)
                if rule(request) { accepted += 1 }
                #expect(response.status == (rule(request) ? .ok : .forbidden), "\(request)")
                #expect(calls.value == accepted, "\(request)")
                guard response.status == .forbidden else { continue }
                let varying = response.headers[values: .vary].joined(separator: ", ")
                #expect(varying.hasPrefix("Sec-Fetch-Site, Origin"))
                #expect(response.headers[.cacheControl] == "no-store")
                #expect(response.headers[.setCookie] == nil)
            }
            #expect(accepted > 0 && accepted < ExternalRequest.all.count)
        }
    }

    @Test(
        "checklist 25: a post goes through or is refused by what the browser says, else by its token, in all 360 combinations",
        arguments: backends.indices)
    func everyCombination(index: Int) async throws {
        #expect(ExternalRequest.all.count == 360)
        var harness = CSRFHarness()
        harness.backend = Self.backends[index].backend
        try await self.compare(harness, .router) { $0.isToBeAccepted }
    }

    @Test("checklist 25: over a socket too")
    func overSockets() async throws {
        try await self.compare(CSRFHarness(), .live) { $0.isToBeAccepted }
    }

    @Test(
        "checklist 25: a visitor without a session is judged by what the browser says (login CSRF), and by nothing else"
    )
    func visitors() async throws {
        @Sendable func isAccepted(_ request: ExternalRequest, undecided: Bool) -> Bool {
            var tokenless = request
            tokenless.token = .none
            let isSilent =
                [.absent, .null].contains(request.sender) && [.absent, .garbage].contains(request.fetchSite)
            return isSilent ? undecided : tokenless.isToBeAccepted
        }
        try await self.compare(CSRFHarness(), .router, isLoggedIn: false) { isAccepted($0, undecided: false) }
        for policy in [UnverifiableRequestPolicy.allowAnonymous, .accepted] {
            var harness = CSRFHarness()
            harness.undecided = policy
            try await self.compare(harness, .router, isLoggedIn: false) { isAccepted($0, undecided: true) }
        }
    }

    @Test("checklist 25: a looser policy changes only what nothing else decides, and a wrong token decides")
    func policies() async throws {
        var harness = CSRFHarness()
        harness.undecided = .allowAnonymous
        try await self.compare(harness, .router) { $0.isToBeAccepted }
        var looser = CSRFHarness()
        looser.undecided = .accepted
        try await self.compare(looser, .router) { request in
            let isSilent = request.sender == .absent && [.absent, .garbage].contains(request.fetchSite)
            return request.isToBeAccepted || isSilent && request.token == .none
        }
    }

    @Test("CVE-2022-24895: a token from before the login, and of a session that was logged out, is refused after it")
    func overTheLogin() async throws {
        try await CSRFHarness().serve { browser in
            func act(_ token: String) async throws -> HTTPResponse.Status {
                try await browser.send(form: [("_csrf", token)], to: "/act").status
            }
            let anonymous = try await browser.send("/token").text
            #expect(try await act(anonymous) == .ok)
            let first = try await browser.send("/login").text
            #expect(try await act(first) == .ok)
            #expect(try await act(anonymous) == .forbidden)
            try await browser.send("/logout")
            #expect(try await act(first) == .forbidden)
            let second = try await browser.send("/token").text
            #expect(try await act(first) == .forbidden)
            #expect(try await act(anonymous) == .forbidden)
            #expect(try await act(second) == .ok)
            try await browser.send("/login")
            #expect(try await act(second) == .forbidden)
            #expect(try await act(first) == .forbidden)
        }
    }

    @Test("checklist 25: every method is checked but those that change nothing, and no other spelling of theirs")
    func methods() async throws {
        let harness = CSRFHarness()
        try await harness.serve { browser in
            try await browser.send("/login")
            let headers: HTTPFields = [.origin: "https://evil.example"]
            for method in ["GET", "HEAD", "OPTIONS", "TRACE"].compactMap({ HTTPRequest.Method($0) }) {
                let response = try await browser.send("/act", method: method, headers: headers)
                #expect(response.status == .ok)
                #expect(response.headers[.vary] == nil)
            }
            for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE", "get"].compactMap({ HTTPRequest.Method($0) }) {
                let response = try await browser.send("/act", method: method, headers: headers)
                #expect(response.status == .forbidden)
            }
        }
        #expect(harness.calls.value == 4)
    }

    @Test(
        "checklist 25: a bearer token is exempt, for no browser sends it by itself; the same token in a cookie is not")
    func bearer() async throws {
        var harness = CSRFHarness()
        harness.transports = [CookieTransport(), BearerTransport()]
        try await harness.serve { program in
            let token = try await program.send("/bearer").text
            #expect(token.utf8.count == 64)
            let browser = BrowsingClient(client: program.client)
            browser.browser.plant(
                TestCookie(name: "__Host-session", value: token, domain: "example.com", isSecure: true)
            )
            let authorization: HTTPFields = [.authorization: "Bearer \(token)"]
            for request in ExternalRequest.all where request.token == .none && request.place == .header {
                let sent = try await request.send(program, to: "/act", headers: authorization)
                #expect(sent.status == .ok, "\(request)")
                let sentBoth = try await request.send(browser, to: "/act", headers: authorization)
                #expect(sentBoth.status == .ok, "\(request)")
                let byCookie = try await request.send(browser, to: "/act")
                #expect(byCookie.status == (request.isToBeAccepted ? .ok : .forbidden), "\(request)")
            }
        }
    }

    @Test(
        "checklist 25: where only tokens are given out, each visitor's first request is a stranger's, and the next are theirs"
    )
    func tokenOnly() async throws {
        var harness = CSRFHarness()
        harness.backend = .tokenOnly(with: .ephemeral())
        try await harness.serve { browser in
            let stranger = try await browser.send(form: [("_csrf", "x")], to: "/act")
            #expect(stranger.status == .forbidden)
            let token = try await browser.send("/token").text
            let mine = try await browser.send(form: [("_csrf", token)], to: "/act")
            #expect(mine.status == .ok)
            let other = BrowsingClient(client: browser.client)
            try await other.send("/token")
            let theirs = try await other.send(form: [("_csrf", token)], to: "/act")
            #expect(theirs.status == .forbidden)
        }
    }
}
#endif
