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
import Synchronization
import Testing

@Suite("Login throttling and known devices on Hummingbird")
struct LoginProtectionTests {
    @Test("the article's login answers 429 with Retry-After, and a link in an e-mail lets its user in")
    func throttledLogin() async throws {
        let store = MemorySessionStore()
        let clock = ManualClock()
        let links = try TokenRegistry<String>("admissions", in: store, configuration: Self.configuration(clock))
        let link = try await links.register("ada", for: .minutes(5))
        try await Self.serve(store, clock) { router, engine, devices in
            let throttle = try makeThrottle(engine, in: store, devices)
            addThrottledLogin(to: router, throttle) { $0.password == "right" }
            addAdmission(to: router, throttle, links)
        } _: { client in
            let browser = BrowsingClient(client: client)
            let fields = Self.agent("Firefox/140.0", "192.0.2.1")
            let attempt = { @Sendable (password: String) in
                try await browser.send(form: [("name", "ada"), ("password", password)], to: "/login", headers: fields)
            }
            for _ in 0..<5 { #expect(try await attempt("wrong").status == .unauthorized) }
            let refused = try await attempt("right")
            #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "1")
            #expect(refused.headers[.cacheControl] == "no-store")
            // A client that waits for the time in Retry-After is admitted.
            clock.advance(by: .milliseconds(1))
            #expect(try await attempt("right").headers[.retryAfter] == "1")
            #expect(try await browser.send("/login/admit/*", method: .post).status == .notFound)
            let admission = try await browser.send("/login/admit/\(link.text)", method: .post, headers: fields)
            #expect(admission.status == .seeOther)
            #expect(try await attempt("right").status == .seeOther)
        }
    }

    @Test("the article's guard leads a session that has moved too fast to the password page, and mail ends a login")
    func recognition() async throws {
        let store = MemorySessionStore()
        let clock = ManualClock()
        let events = SessionEventStream()
        let mails = Mutex<[(subject: String, link: String)]>([])
        try await Self.serve(store, clock, events) { router, engine, devices in
            try addRecognizingRoutes(to: router, devices)
            addReportRoute(to: router, try SignInLinks(engine, in: store, devices: devices))
            let page = ActiveSessionsPage<AccountContext>()
            page.addPage(to: router.group("sessions"))
        } _: { client in
            let (home, thief) = (BrowsingClient(client: client), BrowsingClient(client: client))
            try await home.send("/login/ada", method: .post, headers: Self.agent("Firefox/140.0", "192.0.2.1"))
            let page = try await home.send("/account", headers: Self.agent("Firefox/140.0", "192.0.2.1"))
            #expect(page.text == "The account of ada")
            #expect(try await home.send("/sessions").text.contains("New this week"))
            for cookie in home.browser.cookies { thief.browser.plant(cookie) }
            let refused = try await thief.send("/account", headers: Self.agent("Firefox/140.0", "203.0.113.1"))
            #expect(refused.status == .seeOther && refused.headers[.location] == "/login/again?next=%2Faccount")
            let program = BrowsingClient(client: client)
            for cookie in home.browser.cookies { program.browser.plant(cookie) }
            #expect(try await program.send("/account").status == .unauthorized)
            // The mail of a login with a stolen password.
            let stranger = BrowsingClient(client: client)
            try await stranger.send("/login/ada", method: .post, headers: Self.agent("Chrome/140.0", "203.0.113.1"))
        }
        events.finish()
        let engine = try SessionEngine(.stored(in: store), configuration: Self.configuration(clock))
        let mail = NewDeviceMail(links: try SignInLinks(engine, in: store)) { subject, link in
            mails.withLock { $0.append((subject, link)) }
        }
        try await mail.run(events)
        #expect(mails.withLock { $0.map(\.subject) } == ["ada"])
        let token = mails.withLock { $0.first?.link.split(separator: "=").last.map(String.init) } ?? ""
        LogAudit.noteToken(token)
        try await Self.serve(store, clock) { router, engine, _ in
            addReportRoute(to: router, try SignInLinks(engine, in: store))
        } _: { client in
            let browser = BrowsingClient(client: client)
            let (first, second) = (
                try await browser.send("/not-me/\(token)", method: .post),
                try await browser.send("/not-me/\(token)", method: .post)
            )
            #expect(first.status == .ok && second.status == .notFound)
        }
        #expect(try await engine.activeSessions(of: "ada").isEmpty)
    }

    private static func configuration(_ clock: ManualClock) -> SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        configuration.trustedProxies = .count(1)
        configuration.limits = SessionLimits(idle: .seconds(9 * 86_400), absolute: .seconds(30 * 86_400))
        return configuration
    }

    private static func agent(_ name: String, _ address: String) -> HTTPFields {
        var fields = HTTPFields.ofBrowser
        fields[.userAgent] = name
        if let forwarded = HTTPField.Name("X-Forwarded-For") { fields[forwarded] = address }
        return fields
    }

    private static func serve(
        _ store: MemorySessionStore,
        _ clock: ManualClock,
        _ events: SessionEventStream? = nil,
        _ routes: (Router<AccountContext>, SessionEngine, KnownDevices) throws -> Void,
        _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        var configuration = Self.configuration(clock)
        configuration.observers = [events].compactMap(\.self)
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let devices = try makeKnownDevices(engine, in: store, signedWith: .ephemeral()) { address in
            address.hasPrefix("203.")
                ? GeographicPlace(latitude: 40.7, longitude: -74) : GeographicPlace(latitude: 52.5, longitude: 13.4)
        }
        let router = Router(context: AccountContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        try routes(router, engine, devices)
        try await Application(router: router, logger: LogAudit.logger()).test(.router, test)
    }
}
#endif
