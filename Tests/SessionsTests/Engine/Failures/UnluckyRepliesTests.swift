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

/// A store is another machine: what it did and what it said are two things.
@Suite("Replies that are lost, late or doubled", .bothDrivers)
struct UnluckyRepliesTests {
    /// Everything a request can do to a session.
    enum Act: CaseIterable, Sendable {
        case write, logIn, regenerate, save, destroy, logOut, touch

        func perform(_ session: Session, _ harness: StoredHarness) async throws {
            switch self {
            case .write: session[.views] += 1
            case .logIn: try await session.logIn("ada")
            case .regenerate: try await session.regenerate()
            case .save:
                session[.views] += 1
                try await session.save()
            case .destroy: try await session.destroy()
            case .logOut: try await session.logOut()
            case .touch: harness.clock.advance(by: .minutes(10))
            }
        }
    }

    @Test("a write whose reply is lost is stored once, and the next request is whole", arguments: Act.allCases)
    func lostReply(_ act: Act) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let before = try #require(browser.token)
        harness.store.injectFault(.losingReplies, [.create, .replace, .touch, .end])
        let session = try await harness.open(browser)
        // An operation may report the lost reply. The store has performed it all the same.
        try? await act.perform(session, harness)
        _ = try? await harness.close(session, browser)
        harness.store.clearFault()
        try await self.expectWhole(harness, browser, act, before)
    }

    @Test("a write that reaches the store twice counts once", arguments: Act.allCases)
    func duplicatedWrite(_ act: Act) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let before = try #require(browser.token)
        harness.store.injectFault(.happeningTwice)
        try await harness.visit(browser) { try await act.perform($0, harness) }
        harness.store.clearFault()
        try await self.expectWhole(harness, browser, act, before)
        if act == .write || act == .save { try await harness.visit(browser) { #expect($0[.views] == 2) } }
    }

    @Test("a write that comes again later changes nothing", arguments: Act.allCases)
    func replayedWrite(_ act: Act) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let before = try #require(browser.token)
        harness.store.injectFault(.comingAgain)
        try await harness.visit(browser) { try await act.perform($0, harness) }
        harness.store.clearFault()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        let count = try await harness.count
        await harness.store.replayCalls()
        #expect(try await harness.count == count)
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
        try await self.expectWhole(harness, browser, act, before)
    }

    @Test("an ending whose answer is late has ended the session at once")
    func lateReply() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let thief = browser.copy(in: harness)
        harness.store.injectFault(.answeringLate, .end)
        let session = try await harness.open(browser)
        let ending = Task { try await session.logOut() }
        while harness.store.waitingCount == 0 { await Task.yield() }
        try await harness.visit(thief) { #expect($0.subject == nil) }
        harness.store.clearFault()
        try await ending.value
        try await harness.close(session, browser)
        #expect(browser.token == nil)
    }

    @Test("a login whose creation is answered late leaves one session and its cookie")
    func lateLogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        harness.store.injectFault(.answeringLate, .create)
        let session = try await harness.open(browser)
        let login = Task { try await session.logIn("ada") }
        while harness.store.waitingCount == 0 { await Task.yield() }
        harness.store.clearFault()
        try await login.value
        try await harness.close(session, browser)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(try await harness.count == 1)
    }

    /// The cookie opens what the act promised, or nothing; what was ended stays ended; no session lies about unowned.
    private func expectWhole(_ harness: StoredHarness, _ browser: TestBrowser, _ act: Act, _ before: String)
        async throws
    {
        let old = harness.browser()
        let fields: HTTPFields = [.cookie: "__Host-session=" + before]
        let replay = try await harness.open(fields)
        switch act {
        case .logIn, .regenerate, .destroy, .logOut:
            if browser.token != before { #expect(replay.id == nil) }
        default:
            #expect(replay.id != nil)
        }
        try await harness.close(replay, old)
        if let token = browser.token, token != before { try await harness.visit(browser) { #expect($0.id != nil) } }
        #expect(try await harness.count <= 1)
    }
}
