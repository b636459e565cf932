//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import Sessions
import SessionsDeviceBinding
import SessionsTesting
import Testing

/// The tests of the web platform about device-bound sessions, each under its name: a browser written from the draft
/// against a server made of this product.
@Suite("Web-platform tests of device-bound sessions")
struct WebPlatformTests {
    private let clock = ManualClock()
    private let server: ScriptedServer
    private let browser: DeviceBoundBrowser

    init() {
        let server = ScriptedServer(clock: self.clock.sessionClock)
        self.server = server
        self.browser = DeviceBoundBrowser(clock: self.clock.sessionClock, quota: .init(1_000, per: .seconds(60))) {
            try server.respond(to: $0)
        }
    }

    private func logIn(at origin: String = "https://example.com") async throws {
        try await self.browser.send(.post, origin + "/login")
    }

    /// The bound cookies are gone.
    private func expireCookies() { self.clock.advance(by: .seconds(600)) }

    private func status(
        _ url: String = "https://example.com/account",
        from page: String? = nil,
        withCredentials: Bool = true
    ) async throws -> Int {
        try await self.browser.send(.get, url, from: page, withCredentials: withCredentials).status.code
    }

    private var refreshCount: Int { self.browser.events.filter { $0.kind == .refreshed }.count }

    @Test("create-session: an established session refreshes its cookie", arguments: [true, false])
    func createSession(_ isQuoted: Bool) async throws {
        let server = self.server
        let browser = DeviceBoundBrowser(clock: self.clock.sessionClock, form: isQuoted ? .quoted : .bare) {
            try server.respond(to: $0)
        }
        try await browser.send(.post, "https://example.com/login")
        #expect(browser.sessions.map(\.cookieNames) == [["auth_cookie"]])
        #expect(try await browser.send(.get, "https://example.com/account").status == .ok)
        #expect(browser.events.map(\.kind) == [.registered])
        self.expireCookies()
        #expect(browser.cookies.cookie(named: "auth_cookie") == nil)
        #expect(try await browser.send(.get, "https://example.com/account").status == .ok)
        #expect(browser.events.map(\.kind) == [.registered, .refreshed])
        #expect(server.requests(for: "/dbsc/refresh").count == 2, "one without a proof, and one with")
    }

    @Test("registration-sends-challenge: the challenge of a registration saves a round trip of the first refresh")
    func registrationSendsChallenge() async throws {
        self.server.configure { $0.registrationSendsChallenge = true }
        try await self.logIn()
        #expect(self.browser.sessions.count == 1)
        self.clock.advance(by: .seconds(60))
        self.browser.cookies.removeCookies(named: "auth_cookie")
        #expect(try await self.status() == 200)
        #expect(self.server.requests(for: "/dbsc/refresh").count == 1)
    }

    @Test("set-authorization: the authorization comes back in the proof and in its field")
    func setAuthorization() async throws {
        self.server.configure { $0.authorization = "authcode" }
        try await self.logIn()
        #expect(self.browser.sessions.count == 1)
        #expect(self.server.requests(for: "/dbsc/register").map { $0.headerFields[.authorization] } == ["authcode"])
    }

    @Test("set-early-challenge: a challenge that comes ahead of time is used, of one session and of several")
    func setEarlyChallenge() async throws {
        try await self.logIn()
        self.server.configure { $0.cookies = ["other_cookie": ScriptedServer.attributes] }
        try await self.logIn()
        #expect(self.browser.sessions.count == 2)
        self.server.configure { $0.cookies["auth_cookie"] = ScriptedServer.attributes }
        try await self.browser.send(.get, "https://example.com/challenge")
        for name in ["auth_cookie", "other_cookie"] { self.browser.cookies.removeCookies(named: name) }
        #expect(try await self.status() == 200)
        #expect(self.server.requests(for: "/dbsc/refresh").count == 2, "one for each session, with a proof")
    }

    @Test("refresh-does-not-send-challenge: a refresh that needs no proof succeeds")
    func refreshDoesNotSendChallenge() async throws {
        self.server.configure { $0.refreshNeedsProof = false }
        try await self.logIn()
        self.expireCookies()
        #expect(try await self.status() == 200)
        #expect(self.server.requests(for: "/dbsc/refresh").count == 1)
    }

    @Test("refresh-replaces-config: the JSON of a refresh replaces what the browser knows")
    func refreshReplacesConfig() async throws {
        try await self.logIn()
        self.expireCookies()
        self.server.configure { $0.rules = [.exclude(path: "/static")] }
        #expect(try await self.status() == 200)
        self.expireCookies()
        #expect(try await self.status("https://example.com/static/a") == 401)
        #expect(self.refreshCount == 1)
        #expect(try await self.status() == 200)
        #expect(self.refreshCount == 2)
    }

    @Test("refresh-replaces-config: an empty body keeps what the browser knows, and another session's JSON ends it")
    func refreshKeepsConfig() async throws {
        try await self.logIn()
        self.expireCookies()
        self.server.configure { $0.refreshSendsInstructions = false }
        #expect(try await self.status() == 200)
        self.expireCookies()
        self.server.configure {
            $0.refreshSendsInstructions = true
            $0.announcedID = SessionID(high: 9, low: 9)
        }
        #expect(try await self.status() == 200)
        #expect(self.browser.events.last?.reason == .otherSession)
        #expect(self.browser.sessions.isEmpty)
    }

    @Test("refresh-with-continue-false: the server ends the session")
    func refreshWithContinueFalse() async throws {
        try await self.logIn()
        self.expireCookies()
        self.server.configure { $0.continues = false }
        #expect(try await self.status() == 401)
        #expect(self.browser.sessions.isEmpty)
        #expect(self.browser.events.last?.reason == .notContinued)
        #expect(try await self.status() == 401)
        #expect(self.server.requests(for: "/dbsc/refresh").count == 1)
    }

    @Test("clear-site-data: clearing the storage ends the session")
    func clearSiteData() async throws {
        try await self.logIn()
        try await self.browser.send(.post, "https://example.com/clear/storage")
        #expect(self.browser.sessions.isEmpty)
        #expect(self.browser.cookies.cookie(named: "auth_cookie") != nil)
        self.expireCookies()
        #expect(try await self.status() == 401)
    }

    @Test("clear-cookies-site-data: clearing the cookies ends the session")
    func clearCookiesSiteData() async throws {
        try await self.logIn()
        try await self.browser.send(.post, "https://example.com/clear/cookies")
        #expect(self.browser.sessions.isEmpty && self.browser.cookies.cookies.isEmpty)
        #expect(try await self.status() == 401)
    }

    @Test(
        "credentials-matching: a cookie with other attributes than the session's is refreshed; its age does not count",
        arguments: [
            ("Path=/; Secure; HttpOnly; SameSite=Lax", false),
            ("Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400", false),
            ("Path=/; Secure; HttpOnly; SameSite=Lax; Expires=Fri, 01 Jan 2100 00:00:00 GMT", false),
            ("Path=/; Secure; SameSite=Lax", true), ("Path=/; Secure; HttpOnly; SameSite=Strict", true),
            ("Path=/; HttpOnly; SameSite=Lax", true), ("Path=/account; Secure; HttpOnly; SameSite=Lax", true),
            ("Path=/; Secure; HttpOnly; SameSite=Lax; Partitioned", true),
            ("Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax", true),
        ])
    func credentialsMatching(_ attributes: String, _ isRefreshed: Bool) async throws {
        try await self.logIn()
        self.browser.cookies.removeCookies(named: "auth_cookie")
        let fields: HTTPFields = [.setCookie: "auth_cookie=bound; \(attributes)"]
        #expect(self.browser.cookies.receive(fields, from: "https://example.com/").isEmpty)
        #expect(try await self.status() == 200)
        #expect(self.refreshCount == (isRefreshed ? 1 : 0))
    }

    @Test(
        "credentials-matching: a session whose cookie has an attribute that is not permitted is not registered",
        arguments: ["Path=/; Secure; Partitioned", "Path=/; Secure; Max-Age=600", "Path=/; Priority=High"])
    func unpermittedAttribute(_ attributes: String) async throws {
        self.server.configure { $0.announcedAttributes = attributes }
        try await self.logIn()
        #expect(self.browser.events.map(\.reason) == [.invalidCredential])
    }

    @Test("multiple-credentials: a request that lacks one of several cookies refreshes all")
    func multipleCredentials() async throws {
        self.server.configure {
            $0.cookies = ["auth_cookie": ScriptedServer.attributes, "other_cookie": ScriptedServer.attributes]
        }
        try await self.logIn()
        #expect(self.browser.sessions.map(\.cookieNames) == [["auth_cookie", "other_cookie"]])
        #expect(try await self.status() == 200)
        for name in ["auth_cookie", "other_cookie"] {
            self.browser.cookies.removeCookies(named: name)
            #expect(try await self.status() == 200)
        }
        #expect(self.refreshCount == 2)
    }

    @Test("multiple-registrations: a second session goes beside the first, with a key of its own")
    func multipleRegistrations() async throws {
        try await self.logIn()
        self.server.configure { $0.cookies = ["other_cookie": ScriptedServer.attributes] }
        try await self.logIn()
        #expect(Set(self.browser.sessions.map(\.id)).count == 2)
        self.browser.cookies.removeCookies(named: "other_cookie")
        #expect(try await self.status() == 200)
        #expect(self.browser.events.last?.sessionID == self.browser.sessions.last?.id)
    }

    @Test("session-cookie-has-no-attributes: a cookie with default attributes is refreshed")
    func sessionCookieHasNoAttributes() async throws {
        // The default path of a cookie is the folder of the address that sets it.
        self.server.configure {
            $0.cookies = ["auth_cookie": ""]
            ($0.registration, $0.refresh) = ("/deep/register", "/deep/refresh")
        }
        try await self.logIn()
        #expect(self.browser.sessions.count == 1)
        #expect(try await self.status("https://example.com/deep/account") == 200)
        self.expireCookies()
        #expect(try await self.status("https://example.com/deep/account") == 200)
        #expect(self.refreshCount == 1)
    }

    @Test("include-site: a session of the site refreshes for its subdomains, if the site allows the registration")
    func includeSite() async throws {
        self.server.configure {
            $0.cookies = ["auth_cookie": "Domain=example.com; \(ScriptedServer.attributes)"]
            $0.origin = "https://example.com"
            $0.includesSite = true
        }
        try await self.logIn(at: "https://www.example.com")
        #expect(self.browser.events.map(\.reason) == [.siteNotAllowed], "nothing at the well-known address")
        self.server.configure { $0.registeringOrigins = ["https://other.example.com"] }
        try await self.logIn(at: "https://www.example.com")
        #expect(self.browser.events.last?.reason == .siteNotAllowed)

        self.server.configure { $0.registeringOrigins = ["https://www.example.com"] }
        try await self.logIn(at: "https://www.example.com")
        #expect(self.browser.sessions.count == 1)
        self.expireCookies()
        #expect(try await self.status("https://shop.example.com/account") == 200)
        #expect(self.refreshCount == 1)
        let wellKnown = self.server.requests(for: "/.well-known/device-bound-sessions")
        #expect(wellKnown.allSatisfy { $0.headerFields[.cookie] == nil })
    }

    @Test("include-site: the origin of such a session must be the site")
    func includeSiteOrigin() async throws {
        self.server.configure {
            $0.origin = "https://www.example.com"
            $0.includesSite = true
        }
        try await self.logIn(at: "https://www.example.com")
        #expect(self.browser.events.map(\.reason) == [.siteNotAllowed])
    }

    @Test("set-scope-origin: only requests in the scope's origin refresh")
    func setScopeOrigin() async throws {
        self.server.configure {
            $0.cookies = ["auth_cookie": "Domain=example.com; \(ScriptedServer.attributes)"]
            $0.origin = "https://www.example.com"
        }
        try await self.logIn()
        self.expireCookies()
        #expect(try await self.status() == 401)
        #expect(try await self.status("https://www.example.com/account") == 200)
        #expect(self.refreshCount == 1)
    }

    @Test(
        "set-scope-origin: an origin of another site, or with a path, makes no session",
        arguments: ["https://example.org", "https://example.com/account", "example.com", "null"])
    func invalidScopeOrigin(_ origin: String) async throws {
        self.server.configure { $0.origin = origin }
        try await self.logIn()
        #expect(self.browser.events.map(\.reason) == [.invalidOrigin])
    }

    @Test("set-scope-specification: the last rule that matches decides, and the refresh itself is never in scope")
    func setScopeSpecification() async throws {
        self.server.configure {
            $0.rules = [
                .exclude(path: "/static"), .include(path: "/static/private"),
                .exclude(domain: "*.example.com", path: "/"), .exclude(domain: "example.com", path: "/open/"),
            ]
        }
        try await self.logIn()
        let expected = [
            ("/static", false), ("/static/a", false), ("/staticfiles", true), ("/static/private/a", true),
            ("/open", true), ("/open/a", false), ("/dbsc/refresh", false), ("/account", true),
        ]
        for (path, isRefreshed) in expected {
            self.browser.cookies.removeCookies(named: "auth_cookie")
            let before = self.refreshCount
            try await self.browser.send(.get, "https://example.com\(path)")
            #expect(self.refreshCount - before == (isRefreshed ? 1 : 0), "\(path)")
        }
    }

    @Test(
        "resolving-urls: relative, absolute and full addresses of registration and refresh",
        arguments: [
            ("/dbsc/register", "/dbsc/refresh"), ("dbsc/register", "refresh"),
            ("https://example.com/dbsc/register", "https://example.com/dbsc/refresh"),
            ("https://www.example.com/dbsc/register", "https://example.com/dbsc/refresh"),
        ])
    func resolvingURLs(_ registration: String, _ refresh: String) async throws {
        self.server.configure {
            ($0.registration, $0.refresh) = (registration, refresh)
            $0.origin = "https://example.com"
            $0.cookies = ["auth_cookie": "Domain=example.com; \(ScriptedServer.attributes)"]
        }
        let url = "https://example.com/login"
        if registration.contains("www") {
            // The cookie of the login is the host's own.
            try await self.browser.send(.post, "https://www.example.com/login")
        } else {
            try await self.browser.send(.post, url)
        }
        #expect(self.browser.sessions.map(\.refreshURL) == ["https://example.com/dbsc/refresh"])
        self.expireCookies()
        #expect(try await self.status() == 200)
    }

    @Test(
        "resolving-urls: an address of another site, or one that is not secure, makes no session",
        arguments: [
            ("https://example.org/dbsc/register", "/dbsc/refresh"),
            ("http://example.com/dbsc/register", "/dbsc/refresh"),
            ("/dbsc/register", "https://example.org/dbsc/refresh"),
            ("/dbsc/register", "http://example.com/dbsc/refresh"),
        ])
    func unresolvableURLs(_ registration: String, _ refresh: String) async throws {
        self.server.configure { ($0.registration, $0.refresh) = (registration, refresh) }
        try await self.logIn()
        #expect(self.browser.events.map(\.reason) == [.invalidAddress])
    }

    @Test("allowed-refresh-initiators: pages of other hosts cause a refresh only if they are named")
    func allowedRefreshInitiators() async throws {
        self.server.configure {
            $0.cookies = ["auth_cookie": "Path=/; Secure; HttpOnly; SameSite=None"]
            $0.initiators = ["*.partner.example", "friend.example"]
        }
        try await self.logIn()
        let expected = [
            ("https://example.com/", true), ("https://www.partner.example/", true), ("https://friend.example/", true),
            ("https://partner.example/", false), ("https://www.friend.example/", false),
            ("https://example.org/", false),
        ]
        for (page, isRefreshed) in expected {
            self.browser.cookies.removeCookies(named: "auth_cookie")
            let before = self.refreshCount
            let status = try await self.status(from: page)
            #expect(status == (isRefreshed ? 200 : 401), "\(page)")
            #expect(self.refreshCount - before == (isRefreshed ? 1 : 0), "\(page)")
        }
    }

    @Test("third-party-registration: a request from another site's page registers only if its cookies are sent there")
    func thirdPartyRegistration() async throws {
        try await self.browser.send(.post, "https://example.com/login", from: "https://example.org/")
        #expect(self.browser.sessions.isEmpty, "the cookie of the login is Lax")
        #expect(self.browser.events.map(\.reason) == [.refused])
    }

    @Test("fetch-no-credentials: a request without cookies neither refreshes nor registers")
    func fetchNoCredentials() async throws {
        try await self.browser.send(.post, "https://example.com/login", withCredentials: false)
        #expect(self.browser.sessions.isEmpty && self.browser.events.isEmpty)
        try await self.logIn()
        self.expireCookies()
        #expect(try await self.status(withCredentials: false) == 401)
        #expect(self.refreshCount == 0)
        #expect(self.browser.sessions.count == 1)
    }

    @Test("debug-header: a request that goes without its refresh says why, and the server reads it")
    func debugHeader() async throws {
        try await self.logIn()
        let id = try #require(self.browser.sessions.first.flatMap { SessionID($0.id) })
        self.expireCookies()
        self.server.configure { $0.isUnreachable = true }
        #expect(try await self.status() == 401)
        self.server.configure {
            $0.isUnreachable = false
            $0.refreshResponse = .init(status: .serviceUnavailable)
        }
        #expect(try await self.status() == 401)
        let found = self.server.requests(for: "/account").map { SkippedRefresh.all(in: $0.headerFields) }
        #expect(found.map { $0.map(\.reason) } == [[.unreachable], [.serverError]])
        #expect(found.allSatisfy { $0.allSatisfy { $0.sessionID == id } })

        self.server.configure { $0.refreshResponse = nil }
        #expect(try await self.status() == 200, "an outage ends nothing")
    }

    @Test("debug-header: a browser that signs no more says so, and continues when its quota allows it")
    func quota() async throws {
        let server = self.server
        let browser = DeviceBoundBrowser(clock: self.clock.sessionClock) { try server.respond(to: $0) }
        try await browser.send(.post, "https://example.com/login")
        for _ in 0..<6 {
            browser.cookies.removeCookies(named: "auth_cookie")
            #expect(try await browser.send(.get, "https://example.com/account").status == .ok)
        }
        browser.cookies.removeCookies(named: "auth_cookie")
        #expect(try await browser.send(.get, "https://example.com/account").status == .unauthorized)
        #expect(browser.events.last?.reason == .quotaExceeded)
        self.clock.advance(by: .seconds(9 * 60))
        #expect(try await browser.send(.get, "https://example.com/account").status == .ok)
    }

    @Test("not-secure-connection: nothing is registered over plain HTTP")
    func notSecureConnection() async throws {
        try await self.logIn(at: "http://example.com")
        #expect(self.browser.events.isEmpty)
        #expect(self.server.requests(for: "/dbsc/register").isEmpty)
    }
}
#endif
