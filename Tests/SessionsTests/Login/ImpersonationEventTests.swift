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

@Suite("Events of administrators who act as users", .bothDrivers)
struct ImpersonationEventTests {
    @Test("every event of the session has both users and the reason")
    func events() async throws {
        let recorder = EventRecorder()
        let harness = try StoredHarness.administrated { $0.observers = [recorder] }
        let browser = try await harness.administrator()
        _ = recorder.take()
        try await harness.act(browser)
        let (left, right) = (try await harness.open(browser), try await harness.open(browser))
        left[.theme] = "light"
        right[.theme] = "dark"
        try await harness.close(left, browser)
        try await harness.close(right, browser)
        try await harness.visit(browser) { try await $0.stopActing() }
        let events = recorder.take()
        #expect(events.map(\.name) == ["acting_began", "conflict_merged", "overwritten", "ended/acting_stopped"])
        for event in events {
            #expect([event.subject, event.actor, event.actingReason] == ["bob", "alice", "ticket 7"])
            #expect("\(event)".contains(#"actor="alice""#))
        }
        try await harness.act(browser)
        _ = recorder.take()
        try await harness.engine.revokeAll(of: "alice")
        _ = try await harness.subjects(browser)
        let ended = recorder.take().filter { $0.name != "ended/all_of_subject" }
        #expect(ended.map(\.name) == ["ended/actor_ended", "refused/ended"])
        #expect(ended.allSatisfy { $0.subject == "bob" && $0.actor == "alice" && $0.actingReason == "ticket 7" })
    }

    @Test("the event of every end has both users", arguments: ImpersonationEnding.all)
    func endings(_ ending: ImpersonationEnding) async throws {
        let recorder = EventRecorder()
        let harness = try StoredHarness.administrated(atRest: ending.isAtRest) { $0.observers = [recorder] }
        let browser = try await harness.administrator()
        let (alice, bob) = (harness.browser(), harness.browser())
        try await harness.visit(alice) { try await $0.logIn("alice") }
        try await harness.visit(bob) { try await $0.logIn("bob") }
        try await harness.act(browser)
        let slow = try await harness.open(browser)
        let id = try #require(slow.id)
        slow[.theme] = "light"
        _ = recorder.take()

        try await ending.run(harness, id, alice, bob, try #require(browser.token))
        let ends = recorder.take().filter { $0.kind == .ended && $0.sessionID == id }
        #expect(ends.map(\.reason) == [ending.reason])
        await refuses(.ended) { try await slow.save() }
        let refusals = recorder.take()
        #expect(refusals.map(\.name) == ["refused/ended_meanwhile", "changes_dropped/ended"])
        for event in ends + refusals {
            #expect([event.subject, event.actor, event.actingReason] == ["bob", "alice", "ticket 7"], "\(event)")
        }
    }

    @Test("refusals of the session have both users: of its expiry, and of a wrong secret")
    func refusals() async throws {
        let recorder = EventRecorder()
        let harness = try StoredHarness.administrated { $0.observers = [recorder] }
        let browser = try await harness.administrator()
        try await harness.act(browser)
        let token = try #require(browser.token)
        let guesser = harness.browser(planted: String(token.prefix(32)) + String(repeating: "A", count: 32))
        _ = recorder.take()
        #expect(try await harness.subjects(guesser) == [nil, nil])
        // The store keeps it longer, because the limit was shortened.
        harness.clock.advance(by: .seconds(1_199))
        let shorter = try StoredHarness(sharing: harness) {
            $0.observers = [recorder]
            $0.limits.idle = .seconds(60)
        }
        #expect(try await shorter.subjects(browser) == [nil, nil])
        let events = recorder.take()
        #expect(events.map(\.name) == ["refused/wrong_secret", "refused/expired"])
        #expect(events.allSatisfy { $0.subject == "bob" && $0.actor == "alice" && $0.actingReason == "ticket 7" })
    }
}
