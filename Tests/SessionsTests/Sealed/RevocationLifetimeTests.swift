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

@Suite("How long revocations are kept", .bothDrivers)
struct RevocationLifetimeTests {
    private func sessions(_ harness: EngineHarness) throws -> SealedSessions {
        try #require(harness.engine.driver as? SealedSessions)
    }

    @Test(
        "a copy that another server sealed just before it knew of the ending is refused as long as it lives",
        arguments: [false, true])
    func copies(isRemembered: Bool) async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) }) {
            $0.rememberedLimits = SessionLimits(idle: .hours(1), absolute: .hours(10))
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: isRemembered) }
        harness.clock.advance(by: .minutes(15))
        try await harness.servers[1].visit(harness.browser()) { try await $0.logIn("alan") }
        let copy = browser.copy(in: harness)
        harness.clock.advance(by: .milliseconds(100))
        try await harness.visit(browser) { try await $0.logOut() }
        harness.clock.advance(by: .milliseconds(300))
        // This server knows of nothing yet, and seals the session again with its idle limit begun anew.
        let response = try await harness.servers[1].visit(copy) { #expect($0.subject == "ada") }
        #expect(response[.setCookie] != nil)
        harness.clock.advance(by: .seconds(1))
        for _ in 0..<(11 * 60) {
            try await harness.servers[1].visit(copy) { #expect($0.subject == nil) }
            harness.clock.advance(by: .minutes(1))
        }
    }

    @Test(
        "the ending of an ordinary session is kept for its idle limit and a little more, and no longer than its absolute one"
    )
    func duration() throws {
        let clock = ManualClock()
        let harness = try EngineHarness(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart), clock: clock)
        let (sessions, samples) = (try self.sessions(harness), SampleRecords(now: clock.now))
        let limits = SessionLimits.standard
        func end(idle: Duration, absolute: Duration) -> Duration {
            let record = samples.record(idle: idle, absolute: absolute, subject: "ada")
            return sessions.endOfCopies(of: record) - clock.now
        }
        #expect(end(idle: .minutes(20), absolute: .hours(8)) == .minutes(22))
        #expect(end(idle: .minutes(20), absolute: .minutes(5)) == .minutes(5))
        // It was sealed when the limits were longer.
        #expect(end(idle: .hours(2), absolute: limits.absolute) == .hours(2) + .minutes(2))
    }

    @Test(
        "an id keeps its pair of limits: a session that is remembered otherwise has another id, and the old one has ended"
    )
    func limits() async throws {
        let harness = try SealedHarness(configure: {
            $0.limits = SessionLimits(idle: .minutes(1), absolute: .days(30))
            $0.rememberedLimits = SessionLimits(idle: .days(14), absolute: .days(30))
        })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        let copy = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.stopRemembering() }
        try await harness.visit(copy) { #expect($0.subject == nil) }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test(
        "beyond a number of ended sessions without a login more of them are kept for a minute, and those of users as ever"
    )
    func flood() async throws {
        let clock = ManualClock()
        let harness = try EngineHarness(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart), clock: clock)
        let (sessions, samples) = (try self.sessions(harness), SampleRecords(now: clock.now))
        let anonymous = samples.record(idle: .minutes(20), absolute: .hours(8))
        let user = samples.record(idle: .minutes(20), absolute: .hours(8), subject: "ada")
        func ends() -> [Duration] { [anonymous, user].map { sessions.endOfCopies(of: $0) - clock.now } }
        #expect(ends() == [.minutes(22), .minutes(22)])
        for _ in 0..<RevocationList.maximumAnonymousCount {
            _ = try await sessions.revocations.revoke(
                .session(samples.id(), isAnonymous: true, until: clock.now + .minutes(22)))
        }
        #expect(ends() == [.minutes(1), .minutes(22)])
        // When they are over there is room again.
        clock.advance(by: .minutes(23))
        for _ in 0..<20_000 {
            _ = try await sessions.revocations.revoke(.session(samples.id(), until: clock.now + .minutes(22)))
        }
        #expect(sessions.revocations.count < RevocationList.maximumAnonymousCount + 20_000)
    }

    @Test("a table gives back what is over, a shard at a time, though nothing is added")
    func cleaning() {
        let (table, samples, now) = (RevocationTable(), SampleRecords(), ManualClock().now)
        for _ in 0..<10_000 { table.add(.session(samples.id(), isAnonymous: true, until: now + .minutes(1)), now: now) }
        table.add(Revocation(id: Revocation.everyone, epoch: 7, until: now + .minutes(1)), now: now)
        #expect(table.count == 10_001)
        #expect(table.anonymousCount == 10_000)
        for _ in 0..<256 { table.cleanNext(now: now) }
        #expect(table.count == 10_001)
        for _ in 0..<256 { table.cleanNext(now: now + .minutes(1)) }
        #expect(table.count == 0)
        #expect(table.anonymousCount == 0)
    }
}
