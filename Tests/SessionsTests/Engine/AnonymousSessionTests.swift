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
import Synchronization
import TestSupport
import Testing

@Suite("Whether an anonymous session is stored", .bothDrivers)
struct AnonymousSessionTests {
    @Test("the application is asked before a session is stored, and a request that needs one fails with 429's error")
    func refused() async throws {
        let harness = try StoredHarness { $0.allowsAnonymousSession = { _ in false } }
        let browser = harness.browser()
        let error = await #expect(throws: SessionError.self) { try await harness.visit(browser) { $0[.views] += 1 } }
        #expect(error?.code == .anonymousSessionRefused && error?.retryAfter == .seconds(5))
        for operation in [
            { @Sendable (session: Session) async throws in try await session.save() },
            { session in try await session.remember() },
            { session in _ = try await session.ensureCSRFToken() },
        ] {
            let session = try await harness.open(browser)
            session[.views] += 1
            let error = await #expect(throws: SessionError.self) { try await operation(session) }
            #expect(error?.code == .anonymousSessionRefused)
        }
        #expect(try await harness.count == 0 && browser.token == nil)
    }

    @Test("logins are not asked about, nor requests of which nothing is to be remembered")
    func notAsked() async throws {
        let questions = Mutex(0)
        let harness = try StoredHarness {
            $0.createsEmptySessions = true
            $0.allowsAnonymousSession = { _ in
                questions.withLock { $0 += 1 }
                return false
            }
        }
        // An empty session is refused without a word.
        let response = try await harness.visit(harness.browser())
        #expect(response[.setCookie] == nil && questions.withLock { $0 } == 1)
        try await harness.visit(harness.browser()) { try await $0.logIn("ada") }
        #expect(questions.withLock { $0 } == 1)
    }

    @Test("a limiter lets a network have so many at once, and then as many as the period brings")
    func limiter() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(3, per: .minutes(1), clock: clock.sessionClock)
        #expect((0..<5).map { _ in limiter.allows(address: "192.0.2.1") } == [true, true, true, false, false])
        #expect(limiter.allows(address: "192.0.2.2"))
        clock.advance(by: .seconds(20))
        #expect(limiter.allows(address: "192.0.2.1"))
        #expect(!limiter.allows(address: "192.0.2.1"))
        clock.advance(by: .hours(5))
        #expect((0..<4).map { _ in limiter.allows(address: "192.0.2.1") } == [true, true, true, false])
    }

    @Test("a customer's IPv6 addresses are one network, and what is no address shares a bucket")
    func networks() {
        let limiter = RateLimiter(1, per: .minutes(1), clock: ManualClock().sessionClock)
        #expect(limiter.allows(address: "2001:db8:1:2::1"))
        #expect(!limiter.allows(address: "2001:db8:1:2:ffff::9"))
        #expect(limiter.allows(address: "2001:db8:1:3::1"))
        #expect(limiter.allows(address: nil))
        #expect(!limiter.allows(address: "unknown"))
    }

    @Test("a limiter takes any numbers, and a clock that is set back gives nothing away")
    func hostileNumbers() {
        let clock = ManualClock()
        for (limit, period, count) in [(0, Duration.zero, 0), (.max, .seconds(Int64.max), 1), (-1, .seconds(-1), -1)] {
            let limiter = RateLimiter(limit, per: period, bucketCount: count, clock: clock.sessionClock)
            #expect(limiter.allows(address: "192.0.2.1"))
        }
        let limiter = RateLimiter(1, per: .minutes(1), clock: clock.sessionClock)
        #expect(limiter.allows(address: nil))
        clock.move(to: clock.now + .minutes(-30))
        #expect(!limiter.allows(address: nil))
    }

    @Test("with a limiter in the hook a flood of one network stores so many sessions, and others are served")
    func flood() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(10, per: .minutes(1), clock: clock.sessionClock)
        let harness = try StoredHarness { $0.allowsAnonymousSession = { limiter.allows($0) } }
        var refused = 0
        for _ in 0..<100 {
            do { try await harness.visit(harness.browser()) { $0[.views] += 1 } } catch { refused += 1 }
        }
        #expect(refused == 90)
        #expect(try await harness.count == 10)
    }
}
