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

/// Laws about requests at once, stores that are down, bad values and bad configurations.
@Suite("Laws: trouble")
struct LawsOfTroubleTests {
    @Test("law 4: of requests at once nothing is lost", arguments: LawBackend.stored)
    func nothingIsLost(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        var sessions: [Session] = []
        for _ in 0..<10 { sessions.append(try await harness.open(browser)) }
        for session in sessions { session[.views] += 1 }
        sessions[4][.theme] = "dark"
        for session in sessions { try await harness.close(session, browser) }
        try await harness.visit(browser) { #expect($0[.views] == 11 && $0[.theme] == "dark") }
    }

    @Test("law 4: of two responses at once that seal a session the last one wins", arguments: LawBackend.sealed)
    func lastOneWins(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let (first, second) = (try await harness.open(browser), try await harness.open(browser))
        first[.views] += 1
        second[.theme] = "dark"
        try await harness.close(first, browser)
        try await harness.close(second, browser)
        try await harness.visit(browser) { #expect($0[.views] == 1 && $0[.theme] == "dark") }
    }

    @Test(
        "law 4: what a request from before a login sets is in no session, and covers none",
        arguments: LawBackend.remembering
    )
    func beforeLogin(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let slow = try await harness.open(browser)
        slow[.theme] = "late"
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let response = try await harness.close(slow, browser)
        #expect(response[.setCookie] == nil)
        try await harness.visit(browser) { #expect($0.subject == "ada" && $0[.theme] == nil) }
    }

    @Test(
        "law 9: a store that is down is an error to try again, and logs no one out",
        arguments: LawBackend.stored + [.endedInStore]
    )
    func outage(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.store.injectFault(.failing)
        let error = await #expect(throws: SessionError.self) { _ = try await harness.open(browser) }
        #expect(error?.code == .storeUnavailable && error?.retryAfter == .seconds(5))
        // A client without a credential does not notice.
        try await harness.visit(harness.browser()) { #expect(!$0.isAuthenticated) }
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("law 12: a value that no longer decodes is one bad value", arguments: LawBackend.remembering)
    func badValue(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            session[.views] = 1
        }
        try await harness.visit(browser) { session in
            #expect(session[SessionKey<[String]>("theme", default: ["light"])] == ["light"])
            #expect(session[.views] == 1)
        }
        try await harness.visit(browser) { #expect($0.names == ["views"]) }
    }

    @Test("law 13: what is unsafe or contradicts itself is refused at the start", arguments: LawBackend.all)
    func unsafeConfigurations(_ backend: LawBackend) {
        for configure: @Sendable (inout SessionConfiguration) -> Void in [
            { $0.cookie.secure = .never }, { $0.limits.idle = .days(1) }, { $0.storeDeadline = .zero },
        ] {
            let error = #expect(throws: SessionError.self) { _ = try LawHarness(backend, configure) }
            #expect(error?.code == .configuration)
        }
    }

    @Test(
        "law 13: a renewal by time is refused where there is no secret to renew",
        arguments: LawBackend.sealed + LawBackend.tokenOnly
    )
    func renewals(_ backend: LawBackend) {
        let name = backend.name.hasPrefix("sealed") ? ".sealed" : ".tokenOnly"
        let error = #expect(throws: SessionError.self) {
            _ = try LawHarness(backend) { $0.renewal = SessionRenewal(after: .minutes(5)) }
        }
        #expect(
            error?.message == """
                The session configuration is refused:
                  - renewal.after is 300.0 seconds, and with the backend \(name) there is no secret that time could \
                renew: use .never, or .stored(in:).
                """
        )
    }

    @Test("law 14: time is the clock that was given, and between requests nothing happens", arguments: LawBackend.all)
    func noHiddenClock(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        // A hundred years from now, if there were another clock.
        harness.clock.advance(by: .days(36_500))
        try await harness.visit(browser) { session in
            if session.token == nil { try await session.logIn("ada") }
            #expect(session.createdAt == harness.clock.now)
        }
        let calls = harness.storeCalls
        harness.clock.advance(by: .days(1))
        for _ in 0..<1_000 { await Task.yield() }
        #expect(harness.storeCalls == calls)
    }
}
