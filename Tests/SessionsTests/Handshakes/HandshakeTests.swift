//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

private struct Flow: Codable, Sendable, Equatable {
    var verifier: String
}

extension HandshakeKey<Flow> {
    fileprivate static var sign: Self { .init("sign") }
    fileprivate static var other: Self { .init("other") }
}

extension TestHarness {
    fileprivate func begin(
        _ browser: TestBrowser,
        _ verifier: String = "v",
        for lifetime: Duration = .seconds(600)
    ) async throws -> String {
        let session = try await self.open(browser)
        let state = try await session.begin(.sign, Flow(verifier: verifier), for: lifetime)
        try await self.close(session, browser)
        return state
    }

    fileprivate func finish(
        _ browser: TestBrowser,
        _ state: String,
        _ key: HandshakeKey<Flow> = .sign
    ) async throws -> String? {
        let session = try await self.open(browser)
        let flow = try await session.finish(key, state)
        try await self.close(session, browser)
        return flow?.verifier
    }
}

@Suite("Handshakes", .bothDrivers)
struct HandshakeTests {
    @Test("a handshake that can never finish is refused, with what to give", arguments: [Duration.zero, .seconds(-1)])
    func impossible(_ lifetime: Duration) async throws {
        let harness = try StoredHarness()
        let error = await #expect(throws: SessionError.self) {
            try await harness.begin(harness.browser(), for: lifetime)
        }
        #expect(error?.code == .invalidLimit && error?.message.contains("give 1 second or more") == true)
        #expect(try await harness.count == 0)
    }

    @Test("a handshake of a stranger begins a session, and finishes once")
    func once() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let state = try await harness.begin(browser, "secret")
        #expect(state.utf8.count == 43)
        #expect(try await harness.count == 1)
        #expect(try await harness.finish(browser, state) == "secret")
        #expect(try await harness.finish(browser, state) == nil)
        try await harness.visit(browser) { #expect($0.names.isEmpty, "nothing of it is left") }
    }

    @Test("another session, another kind, an invented state and one that is too late finish nothing")
    func refused() async throws {
        let harness = try StoredHarness()
        let (browser, stranger) = (harness.browser(), harness.browser())
        let state = try await harness.begin(browser, for: .seconds(60))
        let foreign = try await harness.begin(stranger)
        #expect(try await harness.finish(stranger, state) == nil)
        #expect(try await harness.finish(browser, foreign) == nil, "the states are swapped")
        #expect(try await harness.finish(harness.browser(), state) == nil)
        #expect(try await harness.finish(browser, state, .other) == nil)
        for text in ["", "*", String(state.dropLast()), state + "A", String(repeating: "A", count: 43)] {
            #expect(try await harness.finish(browser, text) == nil)
        }
        harness.clock.advance(by: .milliseconds(59_999))
        let still = try await harness.open(browser)
        harness.clock.advance(by: .milliseconds(1))
        #expect(try await still.finish(.sign, state) == nil, "it is too late")
        try await harness.close(still, browser)
        #expect(try await harness.finish(stranger, foreign) == "v", "it had more time")
    }

    @Test("tabs do not overwrite each other, whatever order their requests end in")
    func tabs() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        let (left, right) = (try await harness.open(browser), try await harness.open(browser))
        let first = try await left.begin(.sign, Flow(verifier: "left"), for: .seconds(60))
        let second = try await right.begin(.sign, Flow(verifier: "right"), for: .seconds(60))
        right[.theme] = "light"
        try await harness.close(right, browser)
        try await harness.close(left, browser)
        #expect(try await harness.finish(browser, second) == "right")
        #expect(try await harness.finish(browser, first) == "left")
        try await harness.visit(browser) { #expect($0[.theme] == "light") }
    }

    @Test("of 32 requests that finish at once one succeeds")
    func racing() async throws {
        let harness = try StoredHarness { $0.clock = .system }
        let browser = harness.browser()
        for _ in 0..<10 {
            let state = try await harness.begin(browser, "one")
            var sessions: [Session] = []
            for _ in 0..<32 { sessions.append(try await harness.open(browser)) }
            let flows = try await withThrowingTaskGroup(of: Flow?.self) { group in
                for session in sessions { group.addTask { try await session.finish(.sign, state) } }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(flows == [Flow(verifier: "one")])
        }
    }

    @Test("a request that began before the handshake finishes it too")
    func openedBefore() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let early = try await harness.open(browser)
        let state = try await harness.begin(browser)
        #expect(try await early.finish(.sign, state) == Flow(verifier: "v"))
        try await harness.close(early, browser)
    }

    @Test("eight wait in a session: the ninth drops the oldest, which the log reports, and what is over makes room")
    func limit() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        var states: [String] = []
        for number in 0..<Session.maximumWaitingHandshakes + 1 {
            states.append(try await harness.begin(browser, "\(number)"))
            harness.clock.advance(by: .milliseconds(1))
        }
        #expect(Session.maximumWaitingHandshakes == 8)
        #expect(try await harness.finish(browser, states[0]) == nil)
        let drops = harness.logs.entries.filter { "\($0.message)".hasPrefix("A handshake was dropped") }
        #expect(drops.count == 1)
        #expect(drops.first?.metadata["session.handshake"] == "sign")
        for number in 1..<states.count { #expect(try await harness.finish(browser, states[number]) == "\(number)") }

        let short = try await harness.begin(browser, for: .seconds(1))
        harness.clock.advance(by: .seconds(1))
        let long = try await harness.begin(browser)
        try await harness.visit(browser) { #expect($0.names.count == 1, "what is over is removed by the next one") }
        #expect(try await harness.finish(browser, short) == nil)
        #expect(try await harness.finish(browser, long) == "v")
    }

    @Test("a handshake survives a login, whatever values the login carries", arguments: [true, false])
    func login(atRest: Bool) async throws {
        let harness = try StoredHarness(encryptedAtRest: atRest)
        let browser = harness.browser()
        let state = try await harness.begin(browser, "before")
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            try await session.logIn("ada", carrying: .none)
            #expect(session[.theme] == nil)
        }
        #expect(try await harness.finish(browser, state) == "before")
        let again = try await harness.begin(browser, "again")
        try await harness.visit(browser) { try await $0.logIn("ada", carrying: .only("theme")) }
        #expect(try await harness.finish(browser, again) == "again")
    }

    @Test("a handshake that begins while another tab's password is checked survives its login")
    func duringLogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let state = try await harness.begin(browser, "first")
        let login = try await harness.open(browser)
        let second = try await harness.begin(browser, "second")
        #expect(try await harness.finish(browser, state) == "first")
        try await login.logIn("ada")
        try await harness.close(login, browser)
        #expect(try await harness.finish(browser, second) == "second")
        #expect(try await harness.finish(browser, state) == nil, "what was finished meanwhile does not come back")
    }

    @Test("a handshake of one user is none of the next one's, and ends with the session")
    func otherUser() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let state = try await harness.begin(browser)
        try await harness.visit(browser) { try await $0.logIn("bob") }
        #expect(try await harness.finish(browser, state) == nil)
        let next = try await harness.begin(browser)
        try await harness.visit(browser) { try await $0.logOut() }
        #expect(try await harness.finish(browser, next) == nil)
    }

    @Test("the store has no state, and a request that fails changes nothing else")
    func stored() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let session = try await harness.open(browser)
        session[.theme] = "dark"
        let state = try await session.begin(.sign, Flow(verifier: "v"), for: .seconds(60))
        let names = session.names
        try await harness.close(session, browser, outcome: .failed)
        #expect(names.contains { $0.hasPrefix("_handshake.") })
        #expect(!names.contains { $0.contains(state) })
        #expect(try await harness.finish(browser, state) == "v")
    }

    @Test("a flow that does not decode is logged, and waits for a server that can")
    func undecodable() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let state = try await harness.begin(browser)
        try await harness.visit(browser) { session async throws in
            #expect(try await session.finish(HandshakeKey<Int>("sign"), state) == nil)
        }
        #expect(harness.logs.entries.contains { "\($0.message)".hasPrefix("The flow of a handshake") })
        #expect(try await harness.finish(browser, state) == "v")
    }

    @Test("a handshake that would begin a session is refused when its cookie cannot be sent")
    func withoutCookie() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let late = try await harness.open(browser)
        try await harness.close(late, browser)
        await #expect { _ = try await late.begin(.sign, Flow(verifier: "v"), for: .seconds(60)) } throws: {
            ($0 as? SessionError)?.code == .responseStarted
        }
        let withheld = try await harness.open(try WithheldCookieTests.fields([("Sec-Fetch-Mode", "no-cors")]))
        await #expect { _ = try await withheld.begin(.sign, Flow(verifier: "v"), for: .seconds(60)) } throws: {
            ($0 as? SessionError)?.code == .cookieWithheld
        }
        #expect(try await harness.count == 0)
    }

    @Test("a store that is down is an error, and the handshake waits")
    func outage() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let state = try await harness.begin(browser)
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing, .replace)
        await #expect { _ = try await session.finish(.sign, state) } throws: {
            ($0 as? SessionError)?.code == .storeUnavailable
        }
        harness.store.clearFault()
        #expect(try await harness.finish(browser, state) == "v")
    }
}
