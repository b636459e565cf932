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
import Testing

/// Laws about how sessions begin, go on and end.
@Suite("Laws: life and end")
struct LawsOfLifeTests {
    private func loggedIn(_ site: LawHarness) async throws -> TestBrowser {
        let browser = site.browser()
        try await site.visit(browser) { try await $0.logIn("ada") }
        return browser
    }

    @Test("law 3: what has ended does not come back, neither slowly nor later", arguments: LawBackend.remembering)
    func staysEnded(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = try await self.loggedIn(site)
        let copy = browser.copy(site)
        let slow = try await site.open(copy)
        slow[.views] += 1
        try await site.visit(browser) { try await $0.destroy() }
        let response = try await site.close(slow, copy)
        #expect(response[.setCookie] == nil)
        for wait in [Duration.zero, .minutes(1), .minutes(18)] {
            site.clock.advance(by: wait)
            try await site.visit(copy) { #expect($0.subject == nil && $0.names.isEmpty) }
        }
    }

    @Test(
        "law 3: nor does an older copy of the cookie that had another limit, when that of the ended one has passed",
        arguments: LawBackend.remembering
    )
    func staysEndedBeyondLimits(_ backend: LawBackend) async throws {
        for isRemembered in [true, false] {
            let site = try LawHarness(backend)
            let browser = site.browser()
            try await site.visit(browser) { try await $0.logIn("ada", remember: isRemembered) }
            let old = browser.copy(site)
            try await site.visit(browser) { session in
                if isRemembered { try await session.stopRemembering() } else { try await session.remember() }
            }
            let new = browser.copy(site)
            try await site.visit(new) { #expect($0.subject == "ada" && $0.isRemembered != isRemembered) }
            try await site.visit(browser) { try await $0.logOut() }
            for wait in [Duration.zero, .hours(9)] {
                site.clock.advance(by: wait)
                for copy in [old, new] { try await site.visit(copy) { #expect($0.subject == nil) } }
            }
        }
    }

    @Test(
        "law 3: a token alone does not end: after a reset the old one still says what it said",
        arguments: LawBackend.tokenOnly
    )
    func tokensStay(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = site.browser()
        var old: String?
        try await site.visit(browser) { old = $0.token?.text }
        let copy = browser.copy(site)
        try await site.visit(browser) { try await $0.regenerate() }
        try await site.visit(copy) { #expect($0.token?.text == old) }
        try await site.visit(browser) { #expect($0.token?.text != old) }
    }

    @Test(
        "law 5: a login, another login, a renewal and a new beginning leave what was before good for nothing",
        arguments: LawBackend.remembering
    )
    func newBeginnings(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = site.browser()
        try await site.visit(browser) { $0[.theme] = "dark" }
        for operation: @Sendable (Session) async throws -> Void in [
            { try await $0.logIn("ada") }, { try await $0.logIn("ada") }, { try await $0.logIn("alan") },
            { try await $0.renew() }, { try await $0.regenerate() },
        ] {
            let before = browser.copy(site)
            try await site.visit(browser, operation)
            #expect(browser.token != nil && browser.token != before.token)
            try await site.visit(before) { #expect($0.id == nil && $0.subject == nil && $0.names.isEmpty) }
        }
    }

    @Test("law 6: an ending is immediate, and takes the cookie", arguments: LawBackend.remembering)
    func immediate(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = try await self.loggedIn(site)
        let copy = browser.copy(site)
        let session = try await site.open(browser)
        try await session.logOut()
        try await site.visit(copy) { #expect($0.subject == nil) }
        let response = try await site.close(session, browser)
        #expect(response[values: .setCookie].allSatisfy { $0.contains("Max-Age=0") })
        #expect(browser.cookies.isEmpty)
    }

    @Test(
        "law 6: all sessions of a user end at once, and a login right after begins one as ever",
        arguments: LawBackend.remembering
    )
    func everywhere(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let (phone, laptop) = (try await self.loggedIn(site), try await self.loggedIn(site))
        let other = site.browser()
        try await site.visit(other) { try await $0.logIn("alan") }
        try await site.engine.revokeAll(of: "ada")
        for browser in [phone, laptop] { try await site.visit(browser.copy(site)) { #expect($0.subject == nil) } }
        try await site.visit(other) { #expect($0.subject == "alan") }
        let again = try await self.loggedIn(site)
        try await site.visit(again) { #expect($0.subject == "ada") }
    }

    @Test("law 6: nothing but an ending clears a cookie", arguments: LawBackend.all)
    func nothingElse(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        for text in ["x", "2.x", String(repeating: "A", count: 64), String(repeating: "A", count: 2_000)] {
            let browser = site.browser(planted: text)
            let response = try await site.visit(browser)
            #expect(response[.setCookie] == nil)
            #expect(browser.token == text)
        }
    }

    @Test(
        "law 7: both limits hold by the server's clock, whatever the client keeps", arguments: LawBackend.remembering)
    func limits(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let idle = try await self.loggedIn(site)
        site.clock.advance(by: .minutes(20) - .milliseconds(1))
        try await site.visit(idle, isPassive: true) { #expect($0.subject == "ada") }
        site.clock.advance(by: .milliseconds(1))
        try await site.visit(idle) { #expect($0.subject == nil) }

        let busy = try await self.loggedIn(site)
        for _ in 0..<47 {
            site.clock.advance(by: .minutes(10))
            try await site.visit(busy) { #expect($0.subject == "ada") }
        }
        let copy = busy.copy(site)
        site.clock.advance(by: .minutes(10))
        for browser in [busy, copy] { try await site.visit(browser) { #expect($0.subject == nil) } }
    }

    @Test("law 7: a request that outlasts its session neither extends nor keeps it", arguments: LawBackend.remembering)
    func outlasted(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        for operation: @Sendable (Session) async throws -> Void in [
            { $0[.views] += 1 }, { _ in }, { try? await $0.touch() }, { try? await $0.renew() },
        ] {
            let browser = try await self.loggedIn(site)
            let session = try await site.open(browser)
            site.clock.advance(by: .minutes(20))
            try await operation(session)
            let response = try await site.close(session, browser)
            #expect(response[.setCookie] == nil)
            try await site.visit(browser) { #expect($0.subject == nil) }
        }
    }

    @Test("law 7: a stream that asks for its session hears of its end by itself", arguments: LawBackend.remembering)
    func streamed(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = try await self.loggedIn(site)
        let session = try await site.open(browser, isPassive: true)
        try await site.close(session, browser)
        site.clock.advance(by: .minutes(20) - .milliseconds(1))
        try await session.reload()
        #expect(session.isAuthenticated)
        site.clock.advance(by: .milliseconds(1))
        let error = await #expect(throws: SessionError.self) { try await session.reload() }
        #expect(error?.code == .ended)
        #expect(!session.isAuthenticated)
    }

    @Test("law 7: a token alone has no limits", arguments: LawBackend.tokenOnly)
    func noLimits(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = site.browser()
        var token: String?
        try await site.visit(browser) { token = $0.token?.text }
        site.clock.advance(by: .days(400))
        try await site.visit(browser) { #expect($0.token?.text == token && token != nil) }
    }

    @Test(
        "law 8: a use extends when a tenth of the idle limit has passed, and a passive request never does",
        arguments: LawBackend.remembering
    )
    func touches(_ backend: LawBackend) async throws {
        let site = try LawHarness(backend)
        let browser = try await self.loggedIn(site)
        let start = site.clock.now
        /// When the session ends, as a request sees it that changes nothing itself.
        let end = { () async throws -> Instant? in
            var end: Instant?
            try await site.visit(browser, isPassive: true) { end = $0.idleExpiresAt }
            return end
        }
        site.clock.advance(by: .minutes(2) - .milliseconds(1))
        let calls = site.storeWrites
        let early = try await site.visit(browser) { #expect($0.isAuthenticated) }
        #expect(early[.setCookie] == nil)
        #expect(site.storeWrites == calls)
        #expect(try await end() == start + .minutes(20))
        site.clock.advance(by: .milliseconds(1))
        #expect(try await end() == start + .minutes(20))
        try await site.visit(browser) { #expect($0.isAuthenticated) }
        #expect(try await end() == start + .minutes(22))
        site.clock.advance(by: .seconds(1))
        try await site.visit(browser) { try await $0.touch() }
        #expect(try await end() == start + .minutes(22) + .seconds(1), "when a handler says so")
    }
}
