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

@Suite("Limits", .bothDrivers)
struct LimitsTests {
    @Test("a session ends when it was idle for 20 minutes, to the millisecond")
    func idle() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .minutes(20) - .milliseconds(1))
        try await harness.visit(browser.copy(in: harness), isPassive: true) { #expect($0[.views] == 1) }
        harness.clock.advance(by: .milliseconds(1))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("use extends a session, up to its absolute limit of 8 hours and no further")
    func absolute() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        for _ in 0..<31 {
            harness.clock.advance(by: .minutes(15))
            try await harness.visit(browser) { #expect($0[.views] == 1) }
        }
        harness.clock.advance(by: .minutes(15) - .milliseconds(1))
        try await harness.visit(browser) { session in
            #expect(session[.views] == 1)
            #expect(session.absoluteRemaining == .milliseconds(1))
            #expect(session.remaining == .milliseconds(1))
        }
        harness.clock.advance(by: .milliseconds(1))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("reading does not move the end of a session that has just been used (CVE-2024-35220)")
    func noCreepingExpiry() async throws {
        let harness = try StoredHarness { $0.limits = SessionLimits(idle: .seconds(10), absolute: .seconds(10)) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        for _ in 0..<9 {
            harness.clock.advance(by: .seconds(1))
            try await harness.visit(browser) { #expect($0[.views] == 1) }
        }
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("an idle limit that was shortened logs out no one who goes on using the session")
    func shortenedIdleLimit() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let strict = try StoredHarness(sharing: harness) { $0.limits.idle = .seconds(4) }
        for _ in 0..<40 {
            harness.clock.advance(by: .milliseconds(700))
            try await strict.visit(browser) { #expect($0.subject == "ada") }
        }
        harness.clock.advance(by: .seconds(4))
        try await strict.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("an absolute limit that was shortened holds for the sessions that exist", arguments: [false, true])
    func shortenedAbsoluteLimit(_ isRemembered: Bool) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: isRemembered) }
        let strict = try StoredHarness(sharing: harness) {
            $0.limits = SessionLimits(idle: .minutes(20), absolute: .hours(1))
            $0.rememberedLimits = SessionLimits(idle: .minutes(20), absolute: .hours(1))
        }
        for _ in 0..<5 {
            harness.clock.advance(by: .minutes(10))
            try await strict.visit(browser) { session in
                #expect(session.subject == "ada")
                #expect(session.absoluteExpiresAt == session.createdAt.map { $0 + .hours(1) })
            }
        }
        harness.clock.advance(by: .minutes(10))
        #expect(try await strict.engine.activeSessions(of: "ada").isEmpty)
        try await strict.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("an absolute limit counts from the last authentication, also one that was shortened")
    func shortenedAfterReauthentication() async throws {
        let harness = try StoredHarness { $0.limits.idle = .hours(2) }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.clock.advance(by: .minutes(50))
        try await harness.visit(browser) { try await $0.reauthenticate() }
        let strict = try StoredHarness(sharing: harness) {
            $0.limits = SessionLimits(idle: .hours(1), absolute: .hours(1))
        }
        harness.clock.advance(by: .minutes(59))
        try await strict.visit(browser) { #expect($0.subject == "ada") }
        harness.clock.advance(by: .minutes(1))
        try await strict.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a longer idle limit is for users, and anonymous sessions end after 20 minutes all the same")
    func anonymousIdleLimit() async throws {
        let harness = try StoredHarness { $0.limits.idle = .hours(4) }
        let (stranger, user) = (harness.browser(), harness.browser())
        try await harness.visit(stranger) { $0[.views] += 1 }
        try await harness.visit(user) { try await $0.logIn("ada") }
        for _ in 0..<4 {
            harness.clock.advance(by: .minutes(15))
            try await harness.visit(stranger) { #expect($0[.views] == 1) }
        }
        harness.clock.advance(by: .minutes(20))
        try await harness.visit(stranger) { #expect($0.id == nil) }
        harness.clock.advance(by: .hours(2))
        try await harness.visit(user) { #expect($0.subject == "ada") }
    }

    @Test("a session that becomes a user's has the limits of users, from its login on")
    func anonymousBecomesUser() async throws {
        let harness = try StoredHarness { $0.limits.idle = .hours(4) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            #expect(session.remaining == .hours(4))
        }
        harness.clock.advance(by: .hours(3))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("a sweep leaves no anonymous session that is over")
    func anonymousSweep() async throws {
        let harness = try StoredHarness { $0.limits.idle = .hours(4) }
        for _ in 0..<10 { try await harness.visit(harness.browser()) { $0[.views] += 1 } }
        harness.clock.advance(by: .minutes(20))
        #expect(try await harness.memory.sweep(limit: 100, now: harness.clock.now) == 10)
    }

    @Test("without an idle limit only the absolute one ends a session")
    func noIdleLimit() async throws {
        let harness = try StoredHarness {
            $0.limits = SessionLimits(idle: nil, absolute: .days(1))
            $0.anonymousIdleLimit = nil
        }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .days(1) - .milliseconds(1))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        #expect(harness.store.count(of: .touch) == 0)
        harness.clock.advance(by: .milliseconds(1))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("an idle limit that was shortened holds for the sessions there are")
    func shortenedLimit() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        var configuration = harness.engine.configuration
        configuration.limits.idle = .minutes(5)
        let stricter = try SessionEngine(.stored(in: harness.store), configuration: configuration)
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: harness.origin)
        harness.clock.advance(by: .minutes(5))
        let session = try await stricter.open(SessionRequest(headerFields: fields), logger: harness.logger)
        #expect(session.id == nil)
    }

    @Test("a use is written when a tenth of the idle limit has passed, and not before")
    func touchThreshold() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .minutes(2) - .milliseconds(1))
        for _ in 0..<10 { try await harness.visit(browser) }
        #expect(harness.store.count(of: .touch) == 0)
        harness.clock.advance(by: .milliseconds(1))
        for _ in 0..<10 { try await harness.visit(browser) }
        #expect(harness.store.count(of: .touch) == 1)
        #expect(harness.store.count(of: .replace) == 0)
    }

    @Test("touchAfter moves the threshold")
    func touchAfter() async throws {
        let harness = try StoredHarness { $0.touchAfter = .zero }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        for _ in 0..<3 {
            harness.clock.advance(by: .milliseconds(1))
            try await harness.visit(browser)
        }
        #expect(harness.store.count(of: .touch) == 3)
    }

    @Test("a passive request reads and never extends")
    func passive() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let token = browser.token
        harness.clock.advance(by: .minutes(15))
        try await harness.visit(browser, isPassive: true) { session in
            #expect(session[.views] == 1)
            session[.views] += 1
        }
        #expect(harness.store.count(of: .touch) == 0)
        #expect(browser.token == token)
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("touch() extends at once, whatever share has passed")
    func explicitTouch() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(browser, isPassive: true) { session in
            try await session.touch()
            #expect(session.idleExpiresAt == harness.clock.now + .minutes(20))
        }
        #expect(harness.store.count(of: .touch) == 1)
    }

    @Test("the facts of a session are what they say")
    func facts() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let start = harness.clock.now
        try await harness.visit(browser) { session in
            #expect(session.isNew && session.id == nil && session.createdAt == nil && session.remaining == nil)
            session[.views] += 1
            try await session.save()
            #expect(session.isNew && session.id != nil)
        }
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser) { session in
            #expect(!session.isNew)
            #expect(session.createdAt == start)
            #expect(session.lastAccessedAt == start)
            #expect(session.idleExpiresAt == start + .minutes(20))
            #expect(session.remaining == .minutes(15))
            #expect(session.absoluteExpiresAt == start + .hours(8))
            #expect(session.absoluteRemaining == .hours(8) - .minutes(5))
        }
        try await harness.visit(browser) { #expect($0.lastAccessedAt == start + .minutes(5)) }
    }

    @Test("a clock that goes back shortens nothing and traps nowhere")
    func clockGoesBack() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let end = harness.clock.now + .minutes(20)
        harness.clock.advance(by: .days(-400))
        try await harness.visit(browser) { session in
            session[.views] += 1
            #expect(session.idleExpiresAt == end)
        }
        try await harness.visit(browser) { session in
            #expect(session[.views] == 2)
            #expect(session.idleExpiresAt == end)
        }
    }

    @Test("limits as long as there are trap nowhere")
    func endlessLimits() async throws {
        let harness = try StoredHarness {
            $0.limits = SessionLimits(idle: .seconds(Int64.max), absolute: .seconds(Int64.max))
            $0.rememberedLimits = $0.limits
        }
        let browser = harness.browser()
        let response = try await harness.visit(browser) { try await $0.remember() }
        #expect(response[.setCookie]?.contains("Max-Age=34560000;") == true)
        try await harness.visit(browser) { #expect($0.isRemembered) }
    }
}
