//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Authenticating anew", .bothDrivers)
struct ReauthenticationTests {
    @Test("the token is new, the old one is dead at once, and the session is the same (ASVS 7.2.4)")
    func newToken() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5), grace: .minutes(1)) }
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada", deviceLabel: "laptop")
            session[.theme] = "dark"
        }
        let old = browser.copy(in: harness)
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(browser) { session in
            let id = session.id
            try await session.reauthenticate()
            #expect(session.id == id)
            #expect(session.authenticatedAt == harness.clock.now)
        }
        #expect(browser.token != old.token)
        try await harness.visit(old) { #expect($0.subject == nil) }
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == "dark")
            #expect(session.activeSession?.deviceLabel == "laptop")
        }
        #expect(try await harness.count == 1)
    }

    @Test(
        "both limits begin anew, those of remembered sessions too (NIST SP 800-63B-4, 5.2)", arguments: [false, true])
    func limits(isRemembered: Bool) async throws {
        let harness = try StoredHarness()
        let limits = isRemembered ? SessionLimits.remembered : .standard
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: isRemembered) }
        let idle = try #require(limits.idle)
        var used = Duration.zero
        while used + idle < limits.absolute {
            harness.clock.advance(by: idle - .seconds(1))
            used += idle - .seconds(1)
            try await harness.visit(browser)
        }
        try await harness.visit(browser) { session in
            try await session.reauthenticate()
            #expect(session.absoluteRemaining == limits.absolute)
            #expect(session.remaining == idle)
            #expect(session.isRemembered == isRemembered)
        }
        harness.clock.advance(by: idle - .seconds(1))
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        let elapsed = idle - .seconds(1)
        #expect(used + elapsed > limits.absolute)
    }

    @Test("a request opened before it, in the same millisecond, writes nothing after it and sets no cookie")
    func slowRequest() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let slow = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.reauthenticate() }
        slow[.theme] = "planted"
        let response = try await harness.close(slow, browser)
        #expect(response[values: .setCookie].isEmpty)
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == nil)
        }
    }

    @Test("of two at once one wins and the other learns that its token is over")
    func twoAtOnce() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let (first, second) = (try await harness.open(browser), try await harness.open(browser))
        try await first.reauthenticate()
        let error = await #expect(throws: SessionError.self) { try await second.reauthenticate() }
        #expect(error?.code == .ended)
        try await harness.close(first, browser)
        try await harness.close(second, browser)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("what this request changed is stored under the new token")
    func changes() async throws {
        let harness = try StoredHarness(encryptedAtRest: true)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try await harness.visit(browser) { session in
            session[.views] += 1
            try await session.reauthenticate()
            session[.views] += 1
        }
        try await harness.visit(browser) { #expect($0[.views] == 2) }
    }

    @Test("no one authenticates anew who is not logged in, or has been logged out meanwhile")
    func requiresLogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let stranger = try await harness.open(browser)
        let error = await #expect(throws: SessionError.self) { try await stranger.reauthenticate() }
        #expect(error?.code == .notAuthenticated)
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let slow = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.logOut() }
        let ended = await #expect(throws: SessionError.self) { try await slow.reauthenticate() }
        #expect(ended?.code == .ended)
        let late = try await harness.open(browser)
        var response = HTTPFields()
        try await harness.engine.close(late, response: &response)
        let tooLate = await #expect(throws: SessionError.self) { try await late.reauthenticate() }
        #expect(tooLate?.code == .responseStarted)
        #expect(try await harness.count == 0)
    }

    @Test("a sealed session is sealed anew, and a copy of its old cookie opens nothing")
    func sealed() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            session[.theme] = "dark"
        }
        let old = browser.copy(in: harness)
        harness.clock.advance(by: .minutes(10))
        try await harness.visit(browser) { session in
            try await session.reauthenticate()
            #expect(session.absoluteRemaining == .hours(8))
        }
        try await harness.visit(old) { #expect($0.subject == nil) }
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == "dark")
            #expect(session.authenticatedAt == harness.clock.now)
        }
    }
}
