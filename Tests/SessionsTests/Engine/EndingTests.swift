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

@Suite("Ending", .bothDrivers)
struct EndingTests {
    @Test("a session that was destroyed is over at once, and its cookie is cleared")
    func destroy() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let thief = browser.copy(in: harness)
        let session = try await harness.open(browser)
        try await session.destroy()
        try await harness.visit(thief) { session in
            #expect(session.id == nil)
            #expect(session[.views] == 0)
        }
        let response = try await harness.close(session, browser)
        #expect(browser.cookies.isEmpty)
        #expect(response[values: .setCookie].count == 1)
        #expect(try await harness.count == 0)
    }

    @Test("a slow request cannot bring a logged-out session back (CVE-2025-46336)")
    func noResurrection() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let old = browser.copy(in: harness)
        let slow = try await harness.open(browser)
        slow[.views] += 1
        try await harness.visit(browser) { try await $0.logOut() }
        let response = try await harness.close(slow, old)
        #expect(response[values: .setCookie].isEmpty)
        #expect(try await harness.count == 0)
        try await harness.visit(old) { #expect(!$0.isAuthenticated) }
    }

    @Test("an explicit save into a session that ended says so")
    func savingIntoTheEnded() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let slow = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.destroy() }
        slow[.views] += 1
        let error = await #expect(throws: SessionError.self) { try await slow.save() }
        #expect(error?.code == .ended)
        #expect(try await harness.count == 0)
    }

    @Test("a request that was on its way when its session ended sets no cookie over a fresh login")
    func noAnonymousCookieOverALogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let old = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.logIn("ada") }
        // It left the browser with the old cookie, and is opened after the login.
        let response = try await harness.visit(old) { session in
            #expect(session.id == nil)
            session[.theme] = "dark"
        }
        #expect(response[values: .setCookie].isEmpty)
        #expect(try await harness.count == 1)
    }

    @Test("a logout that comes too late does not clear the cookie of a fresh login")
    func lateLogout() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let late = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try await late.logOut()
        late[.theme] = "goodbye"
        try await harness.close(late, browser)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("no operation of a request that was overtaken by a login puts an anonymous cookie over it", arguments: 0..<2)
    func overtakenOperations(wasOpenBefore: Int) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let old = browser.copy(in: harness)
        let operations: [@Sendable (Session) async throws -> Void] = [
            { try await $0.regenerate() }, { try await $0.remember() },
            { try await $0.setCookie(.init(priority: .low)) },
            { try await $0.renew() }, { try await $0.touch() }, { try await $0.reload() },
            { session in
                session[.views] += 1
                try await session.save()
            },
        ]
        var open: [Session] = []
        for _ in operations where wasOpenBefore == 1 { open.append(try await harness.open(old)) }
        try await harness.visit(browser) { try await $0.logIn("ada") }
        for _ in operations where wasOpenBefore == 0 { open.append(try await harness.open(old)) }
        for (session, operation) in zip(open, operations) {
            do {
                try await operation(session)
            } catch let error as SessionError {
                #expect(error.code == .ended)
            }
            #expect(session.id == nil)
            let response = try await harness.close(session, old)
            #expect(response[.setCookie] == nil)
        }
        #expect(try await harness.count == 1)
    }

    @Test("after the tombstone has gone an old cookie is a stranger's, who may begin anew")
    func afterTheTombstone() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let old = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.destroy() }
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(old) { $0[.views] += 1 }
        #expect(old.token != nil)
        try await harness.visit(old) { #expect($0[.views] == 1) }
    }

    @Test("what is set after a session was destroyed begins a new one")
    func anewAfterDestroy() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let before = try #require(browser.token)
        let response = try await harness.visit(browser) { session in
            try await session.logOut()
            session[.theme] = "goodbye"
        }
        #expect(response[values: .setCookie].count == 1)
        #expect(browser.token != nil && browser.token != before)
        try await harness.visit(browser) { session in
            #expect(session[.theme] == "goodbye")
            #expect(!session.isAuthenticated)
        }
    }

    @Test("the cookie is cleared with the attributes it was set with")
    func clearingAttributes() async throws {
        let harness = try StoredHarness {
            $0.cookie = SessionCookie(name: "__Secure-id", sameSite: .none, path: "/app", domain: "example.com")
            $0.cookie.isPartitioned = true
        }
        var response = HTTPFields()
        let session = try await harness.open([:])
        session[.views] += 1
        try await session.save()
        try await session.destroy()
        try await harness.engine.close(session, response: &response)
        #expect(
            response[values: .setCookie] == [
                """
                __Secure-id=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com; Path=/app; Secure; \
                HttpOnly; SameSite=None; Partitioned; Priority=High
                """
            ]
        )
    }

    @Test("regenerating ends the session and begins an empty one with another id")
    func regenerate() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let old = browser.copy(in: harness)
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            let before = session.id
            try await session.regenerate()
            #expect(session.id != nil && session.id != before)
            #expect(session.names == [])
            #expect(!session.isAuthenticated)
            session[.views] += 1
        }
        try await harness.visit(browser) { #expect($0.names == ["views"]) }
        try await harness.visit(old) { #expect($0.id == nil) }
        #expect(try await harness.count == 1)
    }
}
