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

@Suite("Remember me", .bothDrivers)
struct RememberTests {
    @Test("an ordinary session ends with the browser, a remembered one does not")
    func persistence() async throws {
        let harness = try StoredHarness()
        for isRemembered in [false, true] {
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada", remember: isRemembered) }
            browser.close()
            try await harness.visit(browser) { #expect($0.isAuthenticated == isRemembered) }
        }
    }

    @Test("a remembered session has its own limits, and Max-Age is what is left")
    func limits() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let start = harness.clock.now
        let response = try await harness.visit(browser) { session in
            try await session.logIn("ada")
            try await session.remember()
            #expect(session.idleExpiresAt == start + .days(14))
            #expect(session.absoluteExpiresAt == start + .days(30))
        }
        #expect(response[values: .setCookie].count == 1)
        #expect(response[.setCookie]?.contains("Max-Age=1209600;") == true)
        harness.clock.advance(by: .days(13))
        let later = try await harness.visit(browser) { #expect($0.isAuthenticated) }
        #expect(later[.setCookie]?.contains("Max-Age=1209600;") == true, "extended with the session")
        harness.clock.advance(by: .days(13))
        let last = try await harness.visit(browser)
        #expect(last[.setCookie]?.contains("Max-Age=345600;") == true, "4 of 30 days are left")
        harness.clock.advance(by: .days(4))
        #expect(browser.cookies.isEmpty)
    }

    @Test("every session may be remembered from its beginning, if the application asks for it")
    func everySession() async throws {
        let harness = try StoredHarness { $0.remembersEverySession = true }
        let browser = harness.browser()
        let start = harness.clock.now
        let response = try await harness.visit(browser) { $0[.theme] = "dark" }
        #expect(response[.setCookie]?.contains("Max-Age=1209600;") == true)
        browser.close()
        try await harness.visit(browser) { session in
            #expect(session[.theme] == "dark" && session.isRemembered)
            #expect(session.absoluteExpiresAt == start + .days(30))
            try await session.logIn("ada")
            #expect(session.isRemembered)
            try await session.stopRemembering()
            #expect(session.absoluteExpiresAt == start + .hours(8))
        }
        browser.close()
        #expect(browser.cookies.isEmpty)
    }

    @Test("a cookie is sent again only when the life of its session was extended")
    func resending() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        harness.clock.advance(by: .days(1))
        #expect(try await harness.visit(browser)[.setCookie] == nil)
        harness.clock.advance(by: .days(1))
        #expect(try await harness.visit(browser)[.setCookie] != nil)
        #expect(try await harness.visit(browser)[.setCookie] == nil)
    }

    @Test("going back gives a cookie that ends with the browser, and the limits of ordinary sessions")
    func stopRemembering() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let start = harness.clock.now
        try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        harness.clock.advance(by: .hours(1))
        let response = try await harness.visit(browser) { session in
            try await session.stopRemembering()
            #expect(session.absoluteExpiresAt == start + .hours(8))
            #expect(session.idleExpiresAt == harness.clock.now + .minutes(20))
        }
        #expect(response[.setCookie]?.contains("Max-Age") == false)
        browser.close()
        #expect(browser.cookies.isEmpty)
    }

    @Test("going back ends a session that is older than an ordinary one may be")
    func backTooLate() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        harness.clock.advance(by: .hours(8))
        try await harness.visit(browser) { session in
            try await session.stopRemembering()
            #expect(session.id == nil)
        }
        #expect(browser.cookies.isEmpty)
        #expect(try await harness.count == 0)
    }

    @Test("remembering a stranger begins a session; forgetting one does not")
    func strangers() async throws {
        let harness = try StoredHarness()
        try await harness.visit(harness.browser()) { try await $0.stopRemembering() }
        #expect(try await harness.count == 0)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember() }
        #expect(try await harness.count == 1)
        #expect(browser.cookies.first?.expiresAt == harness.clock.now + .days(14))
    }
}
