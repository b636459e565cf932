//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import LogAudit
import MetricsTestKit
import Sessions
import SessionsHTTP
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsDeviceBinding

@Suite("Device-bound sessions")
struct BoundSessionTests {
    @Test(
        "a login offers a registration, and the cookie of a bound session is refreshed by proof, with the same id",
        arguments: [DeviceBoundBrowser.FieldForm.bare, .quoted], EngineDriver.allCases)
    func lifecycle(_ form: DeviceBoundBrowser.FieldForm, _ driver: EngineDriver) async throws {
        let application = try BoundApplication(.offered(), driver)
        let browser = try await application.boundBrowser(form)
        let record = try await application.record(of: browser)
        #expect(record.isDeviceBound)
        #expect(browser.cookies.cookie(named: "__Host-session")?.expiresAt == application.clock.now + .seconds(600))
        #expect(application.takeEvents() == ["created", "logged_in", "device_bound"])

        var secrets = [record.secretHash]
        for _ in 0..<10 {
            application.clock.advance(by: .seconds(600))
            #expect(browser.cookie == nil)
            #expect(try await browser.account().body == "bound")
            let refreshed = try await application.record(of: browser)
            #expect(!secrets.contains(refreshed.secretHash), "each proof renews the secret")
            #expect(refreshed.absoluteExpiresAt == record.absoluteExpiresAt)
            #expect(refreshed.deviceBinding?.device?.publicKey == record.deviceBinding?.device?.publicKey)
            secrets.append(refreshed.secretHash)
        }
        #expect(Set(browser.sessions.map(\.id)) == ["\(record.id)"])
        #expect(application.takeEvents() == [String](repeating: "device_refreshed", count: 10))

        try await browser.send(.post, BoundApplication.origin + "/logout")
        #expect(try await browser.account().status == .unauthorized)
        #expect(browser.sessions.isEmpty)
    }

    @Test("for a browser that does not know the protocol nothing changes", arguments: EngineDriver.allCases)
    func otherBrowsers(_ driver: EngineDriver) async throws {
        let application = try BoundApplication(.offered(), driver)
        let login = try await application.send(.post, BoundApplication.origin + "/login")
        let field = try #require(login.headerFields[.secureSessionRegistration])
        #expect(field.hasPrefix(#"(ES256);path="/device-binding/registration";challenge=""#))
        let cookie = try #require(login.headerFields[.setCookie])
        #expect(!cookie.contains("Max-Age"))
        let fields: HTTPFields = [.cookie: String(cookie.prefix { $0 != ";" })]
        for _ in 0..<10 {
            application.clock.advance(by: .seconds(1_000))
            let response = try await application.send(.get, BoundApplication.origin + "/account", fields)
            #expect(response.body == "unbound")
            #expect(response.headerFields[.setCookie] == nil)
            #expect(response.headerFields[.secureSessionRegistration] == nil, "only a login offers")
        }
    }

    @Test("without the policy nothing is offered, and a record has no room for it")
    func off() async throws {
        let store = MemorySessionStore()
        var configuration = SessionConfiguration()
        configuration.deviceBinding = .off
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let session = try await engine.open(
            SessionRequest(headerFields: [:], isSecure: true), logger: LogAudit.logger())
        try await session.logIn("ada")
        var fields: HTTPFields = [:]
        try await engine.close(session, response: &fields)
        #expect(fields[.secureSessionRegistration] == nil)
        #expect(session.deviceBinding == nil && !session.isDeviceBound)
        #expect(throws: SessionError.self) { try DeviceBindingResponder(configuration) }
    }

    @Test("a bound cookie lives no longer than the session, and a remembered one no longer than others")
    func cookieLifetime() async throws {
        let application = try BoundApplication { configuration in
            configuration.limits = SessionLimits(idle: .seconds(700), absolute: .seconds(700))
        }
        let browser = try await application.boundBrowser()
        application.clock.advance(by: .seconds(600))
        #expect(try await browser.account().status == .ok)
        let expiry = browser.cookies.cookie(named: "__Host-session")?.expiresAt
        #expect(expiry == application.clock.now + .seconds(100))

        let other = try BoundApplication()
        let remembered = other.browser()
        try await remembered.send(.post, BoundApplication.origin + "/login/remembered")
        #expect(
            remembered.cookies.cookie(named: "__Host-session")?.expiresAt == other.clock.now + .seconds(600))
    }

    @Test("parallel requests of the page still open the session after its registration, for a short while")
    func grace() async throws {
        let application = try BoundApplication()
        let login = try await application.send(.post, BoundApplication.origin + "/login")
        let former: HTTPFields = [.cookie: String((login.headerFields[.setCookie] ?? "").prefix { $0 != ";" })]
        let browser = application.browser()
        browser.cookies.receive(login.headerFields, from: BoundApplication.origin)
        let device = TestDevice()
        let id = try #require(
            former[.cookie].flatMap { SessionToken(String($0.dropFirst("__Host-session=".count))) }?.id)
        guard case .found(let record) = try await application.store.load(id, now: application.clock.now) else { return }
        let session = try application.boundSession(record, device)
        var fields = former
        fields[.secureSessionResponse] = try device.registration(session.challenge(for: .registration))
        #expect(try await application.send(.post, BoundApplication.registration, fields).status == .ok)

        application.clock.advance(by: .seconds(29))
        let parallel = try await application.send(.get, BoundApplication.origin + "/account", former)
        #expect(parallel.status == .ok)
        #expect(parallel.headerFields[.setCookie] == nil, "without a proof, it does not get the new secret")
        application.clock.advance(by: .seconds(1))
        _ = application.takeEvents()
        let late = try await application.send(.get, BoundApplication.origin + "/account", former)
        #expect(late.status == .unauthorized)
        #expect(application.takeEvents() == ["unbound_use/replayed_secret/refused"])
    }

    @Test("a re-authentication keeps the binding, and does not lengthen the cookie", arguments: EngineDriver.allCases)
    func reauthentication(_ driver: EngineDriver) async throws {
        let application = try BoundApplication(.offered(), driver)
        let browser = try await application.boundBrowser()
        let expiry = browser.cookies.cookie(named: "__Host-session")?.expiresAt
        let former = browser.cookie
        application.clock.advance(by: .seconds(300))
        #expect(try await browser.send(.post, BoundApplication.origin + "/login/again").status == .ok)
        #expect(browser.cookie != former)
        #expect(browser.cookies.cookie(named: "__Host-session")?.expiresAt == expiry)
        application.clock.advance(by: .seconds(300))
        #expect(try await browser.account().body == "bound")
        #expect(browser.events.map(\.kind) == [.registered, .refreshed])
    }

    @Test("another login begins a session that is not bound, and the former device refreshes nothing")
    func anotherLogin() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        let former = try #require(browser.sessions.first?.id)
        let stolen = try browser.stolenFields()
        let login = try await application.send(.post, BoundApplication.origin + "/login", stolen)
        #expect(login.headerFields[.secureSessionRegistration] != nil)
        let cookie: HTTPFields = [.cookie: String((login.headerFields[.setCookie] ?? "").prefix { $0 != ";" })]
        #expect(try await application.send(.get, BoundApplication.origin + "/account", cookie).body == "unbound")
        let refresh = try await application.send(.post, BoundApplication.refresh, [.secureSessionID: former])
        #expect(refresh.body == DeviceSessionInstructions.end)
        #expect(refresh.headerFields[.setCookie] == nil)
    }

    @Test("time alone renews no secret of a bound session")
    func timedRenewal() async throws {
        let application = try BoundApplication { $0.renewal = SessionRenewal(after: .seconds(60)) }
        let browser = try await application.boundBrowser()
        let cookie = browser.cookie
        application.clock.advance(by: .seconds(300))
        #expect(try await browser.account().status == .ok)
        #expect(browser.cookie == cookie)
    }

    @Test("a CSRF token outlives the refreshes of its session")
    func csrf() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        let token = try await browser.send(.get, BoundApplication.origin + "/csrf").body
        for _ in 0..<3 {
            application.clock.advance(by: .seconds(600))
            #expect(try await browser.account().status == .ok)
        }
        let request = SessionRequest(method: .post, headerFields: try browser.stolenFields(), isSecure: true)
        let session = try await application.engine.open(request, logger: LogAudit.logger())
        var fields = request.headerFields
        fields[try #require(HTTPField.Name("X-CSRF-Token"))] = token
        let checked = SessionRequest(method: .post, headerFields: fields, isSecure: true)
        try await CSRFProtection().check(
            checked, method: .post, authority: "example.com", session: session, form: { [] })
    }

    @Test("a program with a bearer token is offered nothing")
    func bearer() async throws {
        let application = try BoundApplication()
        let login = try await application.send(.post, BoundApplication.origin + "/login/bearer")
        #expect(login.headerFields[.secureSessionRegistration] == nil)
    }

    @Test("lists show which sessions are bound")
    func lists() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        _ = try await application.send(.post, BoundApplication.origin + "/login")
        let request = SessionRequest(headerFields: try browser.stolenFields(), isSecure: true)
        let session = try await application.engine.open(request, logger: LogAudit.logger())
        #expect(try await session.activeSessions().map(\.isDeviceBound) == [true, false])
        let head = HTTPRequest(method: .get, scheme: "https", authority: "example.com", path: "/sessions")
        let list = try await ActiveSessionsResponder().list(for: head, session: session)
        #expect(list.body.contains(#""isDeviceBound":true"#) && list.body.contains(#""isDeviceBound":false"#))
        let page = try await ActiveSessionsResponder().page(for: head, session: session)
        #expect(page.body.contains("Bound to the device"))
    }

    @Test("the guard follows the policy")
    func guards() async throws {
        func status(_ policy: DeviceBindingPolicy, bound: Bool) async throws -> (Int, [String]) {
            let application = try BoundApplication(policy)
            let guarded = BoundApplication.origin + "/guarded"
            if bound {
                let browser = try await application.boundBrowser()
                _ = application.takeEvents()
                return (try await browser.send(.get, guarded).status.code, application.takeEvents())
            }
            let login = try await application.send(.post, BoundApplication.origin + "/login")
            let fields: HTTPFields = [.cookie: String((login.headerFields[.setCookie] ?? "").prefix { $0 != ";" })]
            _ = application.takeEvents()
            return (try await application.send(.get, guarded, fields).status.code, application.takeEvents())
        }
        for policy in [DeviceBindingPolicy.offered(), .required(), .required(for: { _ in false }), .reportOnly()] {
            #expect(try await status(policy, bound: true) == (200, []))
        }
        #expect(try await status(.offered(), bound: false) == (200, ["unbound_use/not_bound/accepted"]))
        #expect(try await status(.reportOnly(), bound: false) == (200, ["unbound_use/not_bound/accepted"]))
        #expect(
            try await status(.required(for: { _ in false }), bound: false) == (200, ["unbound_use/not_bound/accepted"]))
        #expect(try await status(.required(), bound: false) == (403, ["unbound_use/not_bound/refused"]))
        let visitor = try BoundApplication(.required())
        #expect(try await visitor.send(.get, BoundApplication.origin + "/guarded").status == .unauthorized)
    }

    @Test("metrics count bindings, refreshes, and uses without a proof", arguments: EngineDriver.allCases)
    func metrics(_ driver: EngineDriver) async throws {
        let factory = TestMetrics()
        let application = try BoundApplication(.offered(), driver) {
            $0.observers = [SessionMetrics(factory: factory)]
        }
        let browser = try await application.boundBrowser()
        let stolen = try browser.stolenFields()
        for _ in 0..<2 {
            application.clock.advance(by: .seconds(660))
            _ = try await application.send(.get, BoundApplication.origin + "/account", stolen)
            #expect(try await browser.account().status == .ok)
        }
        let login = try await application.send(.post, BoundApplication.origin + "/login")
        let fields: HTTPFields = [.cookie: String((login.headerFields[.setCookie] ?? "").prefix { $0 != ";" })]
        _ = try await application.send(.get, BoundApplication.origin + "/guarded", fields)
        let counted = factory.counters.map { counter in
            "\(counter.dimensions.map(\.1).joined(separator: "/")): \(counter.totalValue)"
        }
        for expected in [
            "device_bound/none: 1", "device_refreshed/none: 2", "unbound_use/overdue: 1",
            "unbound_use/replayed_secret: 1", "unbound_use/not_bound: 1",
        ] {
            #expect(counted.contains(expected), "\(counted)")
        }
    }

    @Test("a guard without a policy protects nothing, and says so")
    func guardWithoutPolicy() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let session = try await engine.open(SessionRequest(headerFields: [:]), logger: LogAudit.logger())
        try await session.logIn("ada")
        #expect { try session.requireDeviceBound() } throws: { ($0 as? SessionError)?.code == .configuration }
    }

    @Test(
        "a report alone accepts a cookie after its lifetime, and reports it", arguments: EngineDriver.allCases)
    func reportOnly(_ driver: EngineDriver) async throws {
        let application = try BoundApplication(.reportOnly(), driver)
        let browser = try await application.boundBrowser()
        let stolen = try browser.stolenFields()
        _ = application.takeEvents()
        application.clock.advance(by: .seconds(700))
        #expect(try await application.send(.get, BoundApplication.origin + "/account", stolen).body == "bound")
        #expect(application.takeEvents() == ["unbound_use/overdue/accepted"])
    }
}
#endif
