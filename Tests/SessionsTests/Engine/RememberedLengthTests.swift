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

@Suite("Lengths of one session", .bothDrivers)
struct RememberedLengthTests {
    /// Sessions in a store and in cookies, for which the rules are the same.
    struct Backend: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var backend: @Sendable () -> SessionBackend

        func makeHarness(_ configure: (inout SessionConfiguration) -> Void = { _ in }) throws -> EngineHarness {
            try EngineHarness(self.backend(), configure)
        }
    }

    static let backends = [
        Backend(testDescription: "stored") { .stored(in: MemorySessionStore()) },
        Backend(testDescription: "sealed") { .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart) },
    ]

    @Test(
        "a session lives as long as it is remembered for, anew from each use, and so does its cookie",
        arguments: backends)
    func length(backend: Backend) async throws {
        let harness = try backend.makeHarness()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { session in
            try await session.remember(for: .minutes(1))
            session[.views] = 1
            #expect(session.rememberedFor == .minutes(1))
            #expect(session.remaining == .minutes(1))
        }
        #expect(response[.setCookie]?.contains("Max-Age=60;") == true)
        harness.clock.advance(by: .seconds(30))
        let second = try await harness.visit(browser) { session in
            #expect(session.remaining == .seconds(30))
            #expect(session.rememberedFor == .minutes(1))
        }
        #expect(second[.setCookie]?.contains("Max-Age=60;") == true)
        harness.clock.advance(by: .seconds(59))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        harness.clock.advance(by: .seconds(60))
        #expect(browser.cookies.isEmpty)
    }

    @Test("the server holds to it as well: a copy of the cookie that outlives it opens nothing", arguments: backends)
    func server(backend: Backend) async throws {
        let harness = try backend.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember(for: .minutes(1)) }
        let copy = harness.browser(planted: try #require(browser.token))
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(copy) { #expect($0.id == nil) }
    }

    @Test("an instant says the same as the time until then", arguments: backends)
    func instantEqualsDuration(backend: Backend) async throws {
        let harness = try backend.makeHarness()
        let browser = harness.browser()
        let end = harness.clock.now + .hours(3)
        try await harness.visit(browser) { session in
            try await session.remember(until: end)
            #expect(session.idleExpiresAt == end)
        }
        #expect(browser.cookies.first?.expiresAt == end)
        harness.clock.advance(by: .hours(1))
        try await harness.visit(browser)
        #expect(browser.cookies.first?.expiresAt == end + .hours(1))
    }

    @Test("the absolute limit holds all the same: the last of it is less than the length", arguments: backends)
    func absolute(backend: Backend) async throws {
        let harness = try backend.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember(for: .days(20)) }
        harness.clock.advance(by: .days(19))
        let response = try await harness.visit(browser) { #expect($0.rememberedFor == .days(20)) }
        #expect(response[.setCookie]?.contains("Max-Age=\(11 * 86_400);") == true)
        harness.clock.advance(by: .days(11))
        #expect(browser.cookies.isEmpty)
    }

    @Test(
        "a length below a second or past the absolute limit is refused, and nothing begins",
        arguments: [
            .zero, .seconds(-1), .milliseconds(999), .days(30) + .milliseconds(1), .days(.max), .seconds(Int64.min),
        ] as [Duration]
    )
    func invalidLengths(length: Duration) async throws {
        let harness = try EngineHarness(.stored(in: MemorySessionStore()))
        try await harness.visit(harness.browser()) { session in
            let error = await #expect(throws: SessionError.self) { try await session.remember(for: length) }
            #expect(error?.code == .invalidLimit)
            #expect(error?.message.contains("rememberedLimits.absolute") == true)
            #expect(session.id == nil)
        }
    }

    @Test(
        "an instant in the past, and the last there is, are refused as well",
        arguments: [SessionInstant.distantPast, .distantFuture])
    func hostileInstants(end: SessionInstant) async throws {
        let harness = try EngineHarness(.stored(in: MemorySessionStore()))
        try await harness.visit(harness.browser()) { session in
            await #expect(throws: SessionError.self) { try await session.remember(until: end) }
        }
    }

    @Test("remembering without a length goes back to the configured one, and forgetting to none", arguments: backends)
    func returnsToConfiguredLength(backend: Backend) async throws {
        let harness = try backend.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember(for: .minutes(1)) }
        let longer = try await harness.visit(browser) { session in
            try await session.remember()
            #expect(session.rememberedFor == .days(14))
        }
        #expect(longer[.setCookie]?.contains("Max-Age=1209600;") == true)
        let none = try await harness.visit(browser) { session in
            try await session.stopRemembering()
            #expect(session.rememberedFor == nil)
            #expect(session.remaining == .minutes(20))
        }
        #expect(none[.setCookie]?.contains("Max-Age") == false)
    }

    @Test(
        "a length stays through a new secret and a new proof of who it is; a login begins without one",
        arguments: backends)
    func staying(backend: Backend) async throws {
        let harness = try backend.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            try await session.remember(for: .hours(2))
            try await session.renew()
            #expect(session.rememberedFor == .hours(2))
        }
        harness.clock.advance(by: .hours(1))
        try await harness.visit(browser) { session in
            try await session.reauthenticate()
            #expect(session.rememberedFor == .hours(2))
            #expect(session.remaining == .hours(2))
        }
        try await harness.visit(browser) { session in
            try await session.logIn("eve")
            #expect(session.rememberedFor == nil)
        }
    }

    @Test(
        "a use is written after a tenth of the session's own length, though the configured share is longer",
        arguments: backends)
    func touching(backend: Backend) async throws {
        let harness = try backend.makeHarness { $0.touchAfter = .minutes(15) }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember(for: .minutes(10)) }
        for _ in 0..<5 {
            harness.clock.advance(by: .minutes(6))
            try await harness.visit(browser) { #expect($0.isRemembered) }
        }
    }

    @Test("an idle limit that is shorter now is not the session's own")
    func configuredLimit() async throws {
        let store = MemorySessionStore()
        let harness = try EngineHarness(.stored(in: store))
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.remember(for: .days(10)) }
        let shorten = { (configuration: inout SessionConfiguration) in
            configuration.rememberedLimits = SessionLimits(idle: .days(1), absolute: .days(12))
        }
        let shorter = try EngineHarness(.stored(in: store), clock: harness.clock, shorten)
        harness.clock.advance(by: .days(5))
        try await shorter.visit(browser) { #expect($0.rememberedFor == .days(10)) }
    }
}
