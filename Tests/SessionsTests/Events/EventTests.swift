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

@Suite("Events", .bothDrivers)
struct EventTests {
    private let recorder = EventRecorder()

    private func makeHarness(
        sharing other: StoredHarness? = nil,
        encryptedAtRest: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> StoredHarness {
        try StoredHarness(sharing: other, encryptedAtRest: encryptedAtRest) { configuration in
            configuration.observers = [self.recorder]
            configure(&configuration)
        }
    }

    @Test("a visitor of whom nothing is remembered is no event")
    func noEventForEmptySession() async throws {
        let harness = try self.makeHarness()
        try await harness.visit(harness.browser())
        try await harness.visit(harness.browser()) { _ = $0[.views] }
        #expect(self.recorder.take().isEmpty)
    }

    @Test("a session that begins is created, at the time of the clock")
    func created() async throws {
        let harness = try self.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        #expect(self.recorder.take() == [SessionEvent(.created, sessionID: session.id, time: harness.clock.now)])
        try await harness.close(session, browser)
        #expect(self.recorder.take().isEmpty, "using it is no event")
    }

    @Test("a login over a live session: that ends, a new one begins, and then the user is in it")
    func login() async throws {
        let harness = try self.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("alan") }
        let first = self.recorder.take()
        #expect(first.map(\.name) == ["created", "logged_in"])
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["ended/login", "created", "logged_in"])
        #expect(events.map(\.subject) == ["alan", "ada", "ada"])
        #expect(events[0].sessionID == first[1].sessionID)
        #expect(events[1].sessionID == events[2].sessionID)
        #expect(events[0].sessionID != events[1].sessionID)
    }

    @Test("proving it again, and a renewal that is asked for or due, are each an event of its own")
    func renewals() async throws {
        let harness = try self.makeHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let id = try #require(self.recorder.take().last?.sessionID)
        try await harness.visit(browser) { try await $0.reauthenticate() }
        try await harness.visit(browser) { try await $0.renew() }
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser)
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["reauthenticated", "renewed/explicit", "renewed/time"])
        #expect(events.allSatisfy { $0.sessionID == id && $0.subject == "ada" })
    }

    @Test("the changes of parallel requests that were merged are an event, of the one that came second")
    func merged() async throws {
        let harness = try self.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let (first, second) = (try await harness.open(browser), try await harness.open(browser))
        first[.views] += 1
        second[.views] += 1
        try await harness.close(first, browser)
        #expect(self.recorder.takeNames() == ["created"])
        try await harness.close(second, browser)
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["conflict_merged"])
        #expect(events[0].sessionID == first.id)
    }

    @Test("changes that go nowhere are dropped, and why")
    func dropped() async throws {
        let harness = try self.makeHarness { $0.maximumValuesSize = 64 }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let slow = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.destroy() }
        slow[.views] += 1
        _ = self.recorder.take()
        try await harness.close(slow, browser)
        #expect(self.recorder.takeNames() == ["refused/ended_meanwhile", "changes_dropped/ended"])
        let large = try await harness.open(harness.browser())
        large[.theme] = String(repeating: "x", count: 100)
        await #expect(throws: SessionError.self) { try await harness.close(large, browser) }
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["changes_dropped/values_too_large"])
        #expect(events[0].errorCode == "values_too_large")
    }

    @Test("a login that meets the limit says so, and which sessions made room")
    func limit() async throws {
        let harness = try self.makeHarness { $0.maximumSessionsPerSubject = 1 }
        try await harness.visit(harness.browser()) { try await $0.logIn("ada") }
        let oldest = self.recorder.take().last?.sessionID
        try await harness.visit(harness.browser()) { try await $0.logIn("ada") }
        let events = self.recorder.take()
        #expect(events.map(\.name) == ["limit_reached/oldest_ended", "ended/limit", "created", "logged_in"])
        #expect(events[1].sessionID == oldest)
        #expect(events.allSatisfy { $0.subject == "ada" })
    }

    @Test("a login that the limit refuses is the one event that there is")
    func refusedByLimit() async throws {
        let harness = try self.makeHarness {
            $0.maximumSessionsPerSubject = 1
            $0.onSessionLimit = .refuse
        }
        try await harness.visit(harness.browser()) { try await $0.logIn("ada") }
        _ = self.recorder.take()
        let session = try await harness.open(harness.browser())
        await #expect(throws: SessionError.self) { try await session.logIn("ada") }
        #expect(self.recorder.takeNames() == ["limit_reached/newest_refused"])
    }

    @Test("a store that fails is an event each time it was asked, with what was to be done and the code of the error")
    func storeFailed() async throws {
        let harness = try self.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        _ = self.recorder.take()
        harness.store.injectFault(.failing)
        await #expect(throws: SessionError.self) { try await harness.open(browser) }
        await #expect(throws: SessionError.self) { try await session.destroy() }
        session[.views] += 1
        await #expect(throws: SessionError.self) { try await harness.close(session, browser) }
        await #expect(throws: SessionError.self) { try await harness.engine.revoke(SessionID(high: 1, low: 1)) }
        let events = self.recorder.take()
        #expect(
            events.map(\.name) == ["store_failed/opening", "store_failed/operation", "store_failed/administration"],
            "the end of the request did not ask again"
        )
        #expect(events.allSatisfy { $0.errorCode == "unavailable" })
        harness.store.clearFault()
        let late = try await harness.open(browser)
        late[.views] += 1
        harness.store.injectFault(.failing, .replace)
        await #expect(throws: SessionError.self) { try await harness.close(late, browser) }
        #expect(self.recorder.takeNames() == ["store_failed/closing"])
    }

    @Test("a touch that failed without harm is an event as well")
    func touchFailed() async throws {
        let harness = try self.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .minutes(5))
        _ = self.recorder.take()
        harness.store.injectFault(.failing, .touch)
        try await harness.visit(browser)
        #expect(self.recorder.takeNames() == ["store_failed/touching"])
    }
}
