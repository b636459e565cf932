//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

/// Laws about how sessions begin, go on and end.
@Suite("Laws: life and end")
struct LawsOfLifeTests {
    private func loggedIn(_ harness: LawHarness) async throws -> TestBrowser {
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        return browser
    }

    @Test("law 3: what has ended does not come back, neither slowly nor later", arguments: LawBackend.remembering)
    func staysEnded(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = try await self.loggedIn(harness)
        let copy = browser.copy(in: harness)
        let slow = try await harness.open(copy)
        slow[.views] += 1
        try await harness.visit(browser) { try await $0.destroy() }
        let response = try await harness.close(slow, copy)
        #expect(response[.setCookie] == nil)
        for wait in [Duration.zero, .minutes(1), .minutes(18)] {
            harness.clock.advance(by: wait)
            try await harness.visit(copy) { #expect($0.subject == nil && $0.names.isEmpty) }
        }
    }

    @Test(
        "law 3: nor does an older copy of the cookie that had another limit, when that of the ended one has passed",
        arguments: LawBackend.remembering
    )
    func staysEndedBeyondLimits(_ backend: LawBackend) async throws {
        for isRemembered in [true, false] {
            let harness = try LawHarness(backend)
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada", remember: isRemembered) }
            let old = browser.copy(in: harness)
            try await harness.visit(browser) { session in
                if isRemembered { try await session.stopRemembering() } else { try await session.remember() }
            }
            let new = browser.copy(in: harness)
            try await harness.visit(new) { #expect($0.subject == "ada" && $0.isRemembered != isRemembered) }
            try await harness.visit(browser) { try await $0.logOut() }
            for wait in [Duration.zero, .hours(9)] {
                harness.clock.advance(by: wait)
                for copy in [old, new] { try await harness.visit(copy) { #expect($0.subject == nil) } }
            }
        }
    }

    @Test(
        "law 3: a token alone does not end: after a reset the old one still says what it said",
        arguments: LawBackend.tokenOnly
    )
    func tokensStay(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        var old: String?
        try await harness.visit(browser) { old = $0.token?.text }
        let copy = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.regenerate() }
        try await harness.visit(copy) { #expect($0.token?.text == old) }
        try await harness.visit(browser) { #expect($0.token?.text != old) }
    }

    @Test(
        "law 5: a login, another login, a renewal and a new beginning leave what was before good for nothing",
        arguments: LawBackend.remembering
    )
    func newBeginnings(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        for operation: @Sendable (Session) async throws -> Void in [
            { try await $0.logIn("ada") }, { try await $0.logIn("ada") }, { try await $0.logIn("alan") },
            { try await $0.renew() }, { try await $0.regenerate() },
        ] {
            let before = browser.copy(in: harness)
            try await harness.visit(browser, operation)
            #expect(browser.token != nil && browser.token != before.token)
            try await harness.visit(before) { #expect($0.id == nil && $0.subject == nil && $0.names.isEmpty) }
        }
    }

    @Test("law 6: an ending is immediate, and takes the cookie", arguments: LawBackend.remembering)
    func immediate(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = try await self.loggedIn(harness)
        let copy = browser.copy(in: harness)
        let session = try await harness.open(browser)
        try await session.logOut()
        try await harness.visit(copy) { #expect($0.subject == nil) }
        let response = try await harness.close(session, browser)
        #expect(response[values: .setCookie].allSatisfy { $0.contains("Max-Age=0") })
        #expect(browser.cookies.isEmpty)
    }

    @Test(
        "law 6: all sessions of a user end at once, and a login right after begins one as ever",
        arguments: LawBackend.remembering
    )
    func everywhere(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let (phone, laptop) = (try await self.loggedIn(harness), try await self.loggedIn(harness))
        let other = harness.browser()
        try await harness.visit(other) { try await $0.logIn("alan") }
        try await harness.engine.revokeAll(of: "ada")
        for browser in [phone, laptop] {
            try await harness.visit(browser.copy(in: harness)) { #expect($0.subject == nil) }
        }
        try await harness.visit(other) { #expect($0.subject == "alan") }
        let again = try await self.loggedIn(harness)
        try await harness.visit(again) { #expect($0.subject == "ada") }
    }

    @Test("law 6: nothing but an ending clears a cookie", arguments: LawBackend.all)
    func nothingElse(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        for text in ["x", "2.x", String(repeating: "A", count: 64), String(repeating: "A", count: 2_000)] {
            let browser = harness.browser(planted: text)
            let response = try await harness.visit(browser)
            #expect(response[.setCookie] == nil)
            #expect(browser.token == text)
        }
    }

    @Test(
        "law 7: both limits hold by the server's clock, whatever the client keeps", arguments: LawBackend.remembering)
    func limits(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let idle = try await self.loggedIn(harness)
        harness.clock.advance(by: .minutes(20) - .milliseconds(1))
        try await harness.visit(idle, isPassive: true) { #expect($0.subject == "ada") }
        harness.clock.advance(by: .milliseconds(1))
        try await harness.visit(idle) { #expect($0.subject == nil) }

        let busy = try await self.loggedIn(harness)
        for _ in 0..<47 {
            harness.clock.advance(by: .minutes(10))
            try await harness.visit(busy) { #expect($0.subject == "ada") }
        }
        let copy = busy.copy(in: harness)
        harness.clock.advance(by: .minutes(10))
        for browser in [busy, copy] { try await harness.visit(browser) { #expect($0.subject == nil) } }
    }

    @Test("law 7: a request that outlasts its session neither extends nor keeps it", arguments: LawBackend.remembering)
    func outlasted(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        for operation: @Sendable (Session) async throws -> Void in [
            { $0[.views] += 1 }, { _ in }, { try? await $0.touch() }, { try? await $0.renew() },
        ] {
            let browser = try await self.loggedIn(harness)
            let session = try await harness.open(browser)
            harness.clock.advance(by: .minutes(20))
            try await operation(session)
            let response = try await harness.close(session, browser)
            #expect(response[.setCookie] == nil)
            try await harness.visit(browser) { #expect($0.subject == nil) }
        }
    }

    @Test("law 7: a stream that asks for its session hears of its end by itself", arguments: LawBackend.remembering)
    func streamed(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = try await self.loggedIn(harness)
        let session = try await harness.open(browser, isPassive: true)
        try await harness.close(session, browser)
        harness.clock.advance(by: .minutes(20) - .milliseconds(1))
        try await session.reload()
        #expect(session.isAuthenticated)
        harness.clock.advance(by: .milliseconds(1))
        let error = await #expect(throws: SessionError.self) { try await session.reload() }
        #expect(error?.code == .ended)
        #expect(!session.isAuthenticated)
    }

    @Test("law 7: a token alone has no limits", arguments: LawBackend.tokenOnly)
    func noLimits(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        var token: String?
        try await harness.visit(browser) { token = $0.token?.text }
        harness.clock.advance(by: .days(400))
        try await harness.visit(browser) { #expect($0.token?.text == token && token != nil) }
    }

    @Test(
        "law 8: a use extends when a tenth of the idle limit has passed, and a passive request never does",
        arguments: LawBackend.remembering
    )
    func touches(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = try await self.loggedIn(harness)
        let start = harness.clock.now
        /// When the session ends, as a request sees it that changes nothing itself.
        let end = { () async throws -> SessionInstant? in
            var end: SessionInstant?
            try await harness.visit(browser, isPassive: true) { end = $0.idleExpiresAt }
            return end
        }
        harness.clock.advance(by: .minutes(2) - .milliseconds(1))
        let calls = harness.storeWrites
        let early = try await harness.visit(browser) { #expect($0.isAuthenticated) }
        #expect(early[.setCookie] == nil)
        #expect(harness.storeWrites == calls)
        #expect(try await end() == start + .minutes(20))
        harness.clock.advance(by: .milliseconds(1))
        #expect(try await end() == start + .minutes(20))
        try await harness.visit(browser) { #expect($0.isAuthenticated) }
        #expect(try await end() == start + .minutes(22))
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(browser) { try await $0.touch() }
        #expect(try await end() == start + .minutes(22) + .seconds(1), "when a handler says so")
    }
}
