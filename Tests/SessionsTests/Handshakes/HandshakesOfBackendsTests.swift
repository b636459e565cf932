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

private let kind = HandshakeKey<String>("oauth")

/// What each backend offers of handshakes.
@Suite("Handshakes and backends")
struct HandshakesOfBackendsTests {
    @Test("50 tabs begin and finish on two servers, and none fails or finishes twice", arguments: LawBackend.stored)
    func tabs(_ backend: LawBackend) async throws {
        let outcome = try await Self.tabs(backend)
        #expect(outcome.finished == 50)
        #expect([outcome.lost, outcome.finishedTwice, outcome.wronglyAccepted] == [0, 0, 0])
    }

    @Test("servers that do not see what others wrote are found", arguments: EngineDriver.allCases)
    func mutant(_ driver: EngineDriver) async throws {
        let mutant = LawBackend("a mistake", driver) {
            MutantSessions.backend($0, .ignoresConflicts, in: .asynchronous)
        }
        // The mistake shows where two requests overlap, which not every run has.
        for _ in 0..<50 {
            let outcome = try? await Self.tabs(mutant)
            if outcome.map({ $0.lost + $0.finishedTwice + $0.wronglyAccepted }) != 0 { return }
        }
        Issue.record("50 runs did not find the mistake.")
    }

    private static func tabs(_ backend: LawBackend) async throws -> ParallelTabs.Outcome {
        let harness = try LawHarness(backend) { $0.clock = .system }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: harness.origin)
        return try await ParallelTabs([harness.engine, harness.engine], fields).run(count: 50)
    }

    @Test("a handshake in a sealed session finishes once, also with a copy of the cookie", arguments: LawBackend.sealed)
    func sealed(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        let state = try await Self.begin(harness, browser)
        let copy = browser.copy(in: harness)
        let (first, second) = (try await harness.open(browser), try await harness.open(copy))
        #expect(try await first.finish(kind, state) == "flow")
        #expect(try await second.finish(kind, state) == nil)
        try await harness.close(first, browser)
        let later = try await harness.open(copy)
        #expect(try await later.finish(kind, state) == nil)
        let next = try await Self.begin(harness, browser)
        try await harness.visit(browser) { try await $0.logIn("ada", carrying: .none) }
        try await harness.visit(browser) { session async throws in
            #expect(try await session.finish(kind, next) == "flow")
        }
    }

    @Test("without a revocation, a handshake in a sealed session finishes once for each copy of the cookie")
    func sealedWithoutRevocation() async throws {
        let harness = try EngineHarness(.sealed(with: .ephemeral(), revocation: .none))
        let browser = harness.browser()
        let state = try await Self.begin(harness, browser)
        let copy = browser.copy(in: harness)
        for visitor in [browser, copy] {
            try await harness.visit(visitor) { session async throws in
                #expect(try await session.finish(kind, state) == "flow")
            }
            try await harness.visit(visitor) { session async throws in
                #expect(try await session.finish(kind, state) == nil)
            }
        }
    }

    @Test("tokens alone refuse handshakes, with an error that says what to do", arguments: LawBackend.tokenOnly)
    func tokens(_ backend: LawBackend) async throws {
        let session = try await LawHarness(backend).open([:])
        await #expect { _ = try await session.begin(kind, "flow", for: .seconds(60)) } throws: {
            ($0 as? SessionError)?.code == .notOffered && "\($0)".contains(".stored(in:)")
        }
        await #expect { _ = try await session.finish(kind, "state") } throws: {
            ($0 as? SessionError)?.code == .notOffered
        }
    }

    @Test(
        "sealed sessions keep the newer form of a value from servers of an older release", arguments: LawBackend.sealed)
    func sealedVersions(_ backend: LawBackend) async throws {
        let old = SessionKey<[String]>("cart")
        let new = SessionKey<[Int]>(
            "cart", version: 2, upgrading: [1: .step { (names: [String]) in names.map(\.utf8.count) }])
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[old].append("tea") }
        try await harness.visit(browser) { $0[new].append(9) }
        try await harness.visit(browser) { session in
            #expect(session[old] == [])
            session[old].append("milk")
        }
        try await harness.visit(browser) { #expect($0[new] == [3, 9, 4]) }
    }

    private static func begin(_ harness: some TestHarness, _ browser: TestBrowser) async throws -> String {
        let session = try await harness.open(browser)
        let state = try await session.begin(kind, "flow", for: .seconds(600))
        try await harness.close(session, browser)
        return state
    }
}
