//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import HTTPTypes
import Sessions
import SessionsFlyingFox
import SessionsTesting
import Testing

@Suite("Login throttling and known devices on FlyingFox")
struct FlyingFoxLoginProtectionTests {
    @Test("too many failed attempts get 429 with Retry-After")
    func throttledLogin() async throws {
        var configuration = SessionConfiguration()
        configuration.clock = ManualClock().sessionClock
        let throttle = try LoginThrottle(configuration: configuration)
        let harness = try FlyingFoxHarness(addRoutes: { routes in
            routes.appendRoute("POST /throttled") { request in
                _ = try await throttle.begin("ada", in: try request.session)
                return HTTPResponse(statusCode: .unauthorized)
            }
        })
        let browser = harness.browser()
        for _ in 0..<5 { #expect(try await browser.post("", to: "/throttled").status == 401) }
        let refused = try await browser.post("", to: "/throttled")
        #expect(refused.status == 429 && refused.fields[.retryAfter] == "1")
        #expect(refused.text.contains("too_many_attempts"))
    }

    @Test("the active sessions page says that the user is new to a device, for a week")
    func newDevice() async throws {
        let clock = ManualClock()
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let devices = try KnownDevices(
            in: MemorySessionStore(), signedWith: .ephemeral(), configuration: configuration)
        let harness = try FlyingFoxHarness(.stored(in: MemorySessionStore())) { routes in
            routes.appendRoute("POST /recognized") { request in
                try await request.session.logIn("ada")
                try await devices.recognize(try request.session)
                return HTTPResponse(statusCode: .ok)
            }
        }
        let browser = harness.browser()
        for isNew in [true, false] {
            try await browser.post("", to: "/recognized")
            let page = try await browser.send(.GET, "/account/sessions", .ofBrowser)
            #expect(page.status == 200 && page.text.contains("New this week") == isNew)
            for clock in [clock, harness.clock] { clock.advance(by: .seconds(8 * 86_400)) }
        }
    }

    @Test("the guard leads a session whose browser has changed to the password page")
    func checkedDevices() async throws {
        var options = KnownDevices.Options()
        options.onClientChange = .requireReauthentication
        let devices = try KnownDevices(in: MemorySessionStore(), signedWith: .ephemeral(), options: options)
        let harness = try FlyingFoxHarness(addRoutes: { routes in
            routes.appendRoute("POST /recognized") { request in
                try await request.session.logIn("ada")
                try await devices.recognize(try request.session)
                return HTTPResponse(statusCode: .ok)
            }
            var guarded = RoutedHTTPHandler()
            guarded.appendRoute("/guarded") { _ in HTTPResponse(statusCode: .ok) }
            routes.appendRoute(
                "/guarded", to: CheckKnownDevices(devices, try .redirect(to: "/again"), handler: guarded))
        })
        let browser = harness.browser()
        var fields = HTTPFields.ofBrowser
        fields[.userAgent] = FlyingFoxHarness.firefox
        fields[.origin] = FlyingFoxBrowser.origin
        let login = try await browser.send(.POST, "/recognized", fields)
        #expect(login.fields[values: .setCookie].count == 2)
        #expect(try await browser.send(.GET, "/guarded", fields).status == 200)
        #expect(try await browser.send(.GET, "/guarded").status == 401)
        let refused = try await browser.send(.GET, "/guarded", fields)
        #expect(refused.status == 303 && refused.fields[.location] == "/again?next=%2Fguarded")
    }
}
#endif
