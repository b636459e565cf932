//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import HTTPTypes
import LogAudit
import Sessions
import SessionsHTTP
import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import SessionsOpenID

@Suite("Sessions that an OpenID provider ends")
struct OpenIDSessionsTests {
    @Test("a token ends the sessions of its session at the provider, and no others", arguments: EngineDriver.allCases)
    func bySession(_ driver: EngineDriver) async throws {
        try await EngineDriver.$current.withValue(driver) {
            let harness = try OpenIDHarness()
            let (desk, same) = (try await harness.browser(), try await harness.browser())
            let phone = try await harness.browser(sid: "s2")
            let other = try await harness.browser("alan", sid: "s3", sub: "u2")
            #expect(try await harness.end() == 2)
            #expect(try await harness.isLoggedIn(desk) == false)
            #expect(try await harness.isLoggedIn(same) == false)
            #expect(try await harness.isLoggedIn(phone))
            #expect(try await harness.isLoggedIn(other))
            #expect(try await harness.end(sid: "s3", sub: nil) == 1)
            #expect(try await harness.isLoggedIn(other) == false)
        }
    }

    @Test("a token that names a user alone ends all sessions of the user", arguments: EngineDriver.allCases)
    func byUser(_ driver: EngineDriver) async throws {
        try await EngineDriver.$current.withValue(driver) {
            let harness = try OpenIDHarness()
            let browsers = [
                try await harness.browser(), try await harness.browser(sid: "s2"), try await harness.browser(sid: nil),
            ]
            let other = try await harness.browser("alan", sid: "s1", sub: "u2")
            #expect(try await harness.end(sid: nil) == 3)
            for browser in browsers { #expect(try await harness.isLoggedIn(browser) == false) }
            #expect(try await harness.isLoggedIn(other))
            // And the user may log in again.
            harness.harness.clock.advance(by: .milliseconds(1))
            #expect(try await harness.isLoggedIn(try await harness.browser(sid: "s4")))
        }
    }

    @Test("a session and a user that do not belong together end nothing")
    func otherUser() async throws {
        let harness = try OpenIDHarness()
        let browser = try await harness.browser()
        for (sid, sub) in [("s1", "u2"), ("s2", "u1"), ("u1", nil), (nil, "s1")] as [(String?, String?)] {
            #expect(try await harness.end(sid: sid, sub: sub) == 0)
        }
        #expect(try await harness.isLoggedIn(browser))
    }

    @Test("the index of one provider is not that of another, whose names are the same")
    func otherProvider() async throws {
        let harness = try OpenIDHarness()
        let browser = try await harness.browser()
        let other = TestProvider(issuer: "https://other.example")
        let keys = other.keys
        let logins = try OpenIDSessions(
            OpenIDProvider(issuer: other.issuer, clientID: TestProvider.clientID) { keys },
            engine: harness.harness.engine, in: harness.store)
        let token = try other.token(other.claims(now: harness.harness.now))
        #expect(try await logins.end(byToken: token) == 0)
        let error = await #expect(throws: OpenIDLogoutError.self) { try await harness.logins.end(byToken: token) }
        #expect(error?.code == .invalidSignature)
        #expect(try await harness.isLoggedIn(browser))
    }

    @Test("a token works once, however often it is sent, until long after its end")
    func once() async throws {
        let harness = try OpenIDHarness()
        _ = try await harness.browser()
        let token = try harness.token()
        #expect(try await harness.logins.end(byToken: token) == 1)
        for passed in [Duration.zero, .seconds(100), .seconds(79), .seconds(1), .hours(1)] {
            harness.harness.clock.advance(by: passed)
            let error = await #expect(throws: OpenIDLogoutError.self) { try await harness.logins.end(byToken: token) }
            #expect([.replayed, .expired].contains(error?.code))
        }
        // Nothing is left of it.
        harness.harness.clock.advance(by: .days(2))
        #expect(try await harness.store.count(now: harness.harness.now) == 0)
    }

    @Test("a login during which the provider ends its session does not last")
    func race() async throws {
        for sid in ["s1", nil] {
            let harness = try OpenIDHarness()
            let isEnded = Mutex(false)
            let browser = harness.harness.browser()
            // The provider ends its session while the login is stored.
            let store = InterruptingStore(base: harness.store) {
                guard
                    isEnded.withLock({ was in
                        defer { was = true }; return !was
                    })
                else { return }
                _ = try await harness.end(sid: sid, sub: "u1")
            }
            let keys = harness.provider.keys
            let engine = try SessionEngine(.stored(in: store), configuration: harness.harness.engine.configuration)
            let logins = try OpenIDSessions(
                OpenIDProvider(issuer: TestProvider.issuer, clientID: TestProvider.clientID) { keys },
                engine: engine, in: store)
            let session = try await engine.open(SessionRequest(headerFields: [:]), logger: LogAudit.logger())
            let error = await #expect(throws: OpenIDLogoutError.self) {
                try await logins.logIn("ada", as: "u1", providerSession: sid, in: session)
            }
            #expect(error?.code == .providerSessionEnded && isEnded.withLock { $0 })
            #expect(!session.isAuthenticated)
            var response = HTTPFields()
            try await engine.close(session, response: &response)
            browser.receive(response, from: harness.harness.origin)
            #expect(try await harness.isLoggedIn(browser) == false)
            #expect(try await harness.harness.engine.activeSessions(of: "ada").isEmpty)
        }
    }

    @Test("a session at the provider that has ended logs no one in, even after the logout was complete")
    func lateLogin() async throws {
        let harness = try OpenIDHarness()
        _ = try await harness.browser()
        #expect(try await harness.end() == 1)
        harness.harness.clock.advance(by: .minutes(1))
        await #expect(throws: OpenIDLogoutError.self) { try await harness.browser() }
        #expect(try await harness.harness.engine.activeSessions(of: "ada").isEmpty)
        #expect(try await harness.isLoggedIn(try await harness.browser(sid: "s9")))
    }

    @Test("a session that is authenticated again can be ended after its first limit")
    func reauthentication() async throws {
        let harness = try OpenIDHarness { $0.limits = SessionLimits(idle: nil, absolute: .seconds(3_600)) }
        let browser = try await harness.browser()
        for _ in 0..<3 {
            harness.harness.clock.advance(by: .minutes(40))
            try await harness.harness.visit(browser) {
                try await harness.logins.reauthenticate(as: "u1", providerSession: "s1", in: $0)
            }
        }
        #expect(try await harness.isLoggedIn(browser))
        #expect(try await harness.end() == 1)
        #expect(try await harness.isLoggedIn(browser) == false)
    }

    @Test("however often a user logs in, the index is bounded, and every live session is in it")
    func bounds() async throws {
        let harness = try OpenIDHarness { $0.maximumSessionsPerSubject = 3 }
        for _ in 0..<120 { _ = try await harness.browser() }
        // 3 sessions, and 35 entries for the session and for the user at the provider.
        #expect(try await harness.store.count(now: harness.harness.now) == 3 + 35 * 2)
        #expect(try await harness.end() == 3)
        #expect(try await harness.harness.engine.activeSessions(of: "ada").isEmpty)

        let many = try OpenIDHarness { $0.maximumSessionsPerSubject = nil }
        for _ in 0..<250 { _ = try await many.browser() }
        #expect(try await many.end(sid: nil) == 250)
    }

    @Test("a backend that cannot list sessions is refused at start-up, and so is a provider without a name")
    func configuration() async throws {
        let provider = OpenIDProvider(issuer: "https://id.example", clientID: "shop") { "" }
        for backend in [
            SessionBackend.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart),
            .tokenOnly(with: .ephemeral()),
        ] {
            let error = #expect(throws: SessionError.self) {
                try OpenIDSessions(provider, engine: SessionEngine(backend), in: MemorySessionStore())
            }
            #expect(error?.code == .configuration)
        }
        let store = MemorySessionStore()
        let engine = try SessionEngine(.stored(in: store))
        for provider in [
            OpenIDProvider(issuer: "", clientID: "shop") { "" },
            OpenIDProvider(issuer: "https://id.example", clientID: "") { "" },
        ] {
            #expect(throws: SessionError.self) { try OpenIDSessions(provider, engine: engine, in: store) }
        }
    }

    @Test("requests that are no logout get 400, an outage 503, and neither ends anything")
    func replies() async throws {
        let harness = try OpenIDHarness()
        let browser = try await harness.browser()
        let responder = OpenIDLogoutResponder(harness.logins)
        var request = HTTPRequest(method: .post, scheme: "https", authority: "example.com", path: "/logout")
        let token = try harness.token()
        let form = "application/x-www-form-urlencoded"
        for (type, body) in [
            ("text/plain", "logout_token=\(token)"), (form, ""), (form, "logout_token="), (form, "token=\(token)"),
            (form, "logout_token=\(token)&logout_token=\(token)"), (form, "logout_token=%FF"),
            (form, "logout_token=\(token)x"),
            (form, "x=\(String(repeating: "x", count: 40_000))&logout_token=\(token)"),
        ] {
            request.headerFields[.contentType] = type
            let reply = try await responder.reply(to: request, body: Array(body.utf8), logger: LogAudit.logger())
            #expect(reply.status == .badRequest && reply.headerFields[.cacheControl] == "no-store")
            #expect(reply.body.contains("invalid_request") && !reply.body.contains(token.prefix(20)))
        }
        #expect(try await harness.isLoggedIn(browser))

        let down = OpenIDProvider(issuer: TestProvider.issuer, clientID: TestProvider.clientID) { throw Outage() }
        let logins = try OpenIDSessions(down, engine: harness.harness.engine, in: harness.store)
        let body = Array("logout_token=\(token)".utf8)
        let outage = try await OpenIDLogoutResponder(logins).reply(to: request, body: body, logger: LogAudit.logger())
        #expect(outage.status == .serviceUnavailable && outage.headerFields[.retryAfter] == "5")

        let reply = try await responder.reply(to: request, body: body, logger: LogAudit.logger())
        #expect(reply.status == .ok && reply.headerFields[.cacheControl] == "no-store" && reply.body.isEmpty)
        #expect(try await harness.isLoggedIn(browser) == false)
    }

    @Test("a logout that the store interrupts can be sent again")
    func interrupted() async throws {
        let harness = try OpenIDHarness()
        _ = try await harness.browser()
        let store = FaultySubjectStore(harness.store)
        let keys = harness.provider.keys
        let engine = try SessionEngine(.stored(in: store), configuration: harness.harness.engine.configuration)
        let logins = try OpenIDSessions(
            OpenIDProvider(issuer: TestProvider.issuer, clientID: TestProvider.clientID) { keys }, engine: engine,
            in: store)
        let token = try harness.token()
        store.base.injectFault(.failing, .end)
        let error = await #expect(throws: SessionError.self) { try await logins.end(byToken: token) }
        #expect(error?.code == .storeUnavailable)
        store.base.clearFault()
        #expect(try await logins.end(byToken: token) == 1)
    }
}

private struct Outage: Error {}
#endif
