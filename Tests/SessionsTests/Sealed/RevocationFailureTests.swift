//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import TestSupport
import Testing

@testable import Sessions
@testable import SessionsTesting

@Suite("Revocations that the store does not take", .bothDrivers)
struct RevocationFailureTests {
    @Test(
        "each write of a revocation is lost in turn: it throws and completes when it is tried again, or holds",
        arguments: RevocationOperation.all.map(\.name), [0, 126])
    func everyWrite(operation name: String, prefill: Int) async throws {
        let operation = try #require(RevocationOperation.all.first { $0.name == name })
        let rule = try #require(RevocationConformance.rules.first { $0.name.hasPrefix(name) })
        let store = FaultySubjectStore(MemorySessionStore())
        try await RevocationTrial(operation, store: store, check: ConformanceCheck(rule)).run(prefill: prefill)
    }

    @Test(
        "a store that acknowledges writes and does not do them breaks each of the rules",
        arguments: RevocationConformance.rules)
    func forgetful(_ rule: RevocationRule) async throws {
        await #expect(throws: (any Error).self) {
            try await rule.check(ForgetfulStore(base: FaultySubjectStore(MemorySessionStore())))
        }
    }

    @Test("a log-out that cannot be published holds here at once, and every later request publishes it")
    func holdsHere() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let (browser, other) = (harness.browser(), harness.browser())
        for browser in [browser, other] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        let (here, elsewhere) = (browser.copy(in: harness), browser.copy(in: harness))
        harness.store.injectFault(.failing, .replace)
        let session = try await harness.open(browser)
        await #expect(throws: SessionError.self) { try await session.logOut() }
        _ = try? await harness.close(session, browser)
        #expect(browser.token != nil, "it is what the visitor tries again with, on whatever server")
        // Nothing is published, and no call says that it is.
        for _ in 0..<2 {
            let error = await #expect(throws: SessionError.self) { try await harness.open(here) }
            #expect(error?.code == .storeUnavailable)
        }
        harness.store.clearFault()
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(other) { #expect($0.subject == "ada") }
        try await harness.servers[1].visit(elsewhere) { #expect($0.subject == nil) }
        // Its visitor hears of it with the next request, whatever that is for.
        try await harness.visit(browser) { #expect($0.subject == nil) }
        #expect(browser.cookies.isEmpty)
    }

    @Test("a session that ended all others without hearing of it goes on in a new cookie, and no other does")
    func resumed() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let (browser, other) = (harness.browser(), harness.browser())
        for browser in [browser, other] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        let session = try await harness.open(browser)
        harness.store.injectFault(.losingReplies, .replace)
        await #expect(throws: SessionError.self) { try await session.logOutOthers() }
        harness.store.clearFault()
        _ = try? await harness.close(session, browser)
        harness.clock.advance(by: .seconds(1))
        let response = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(response[.setCookie] != nil)
        for server in harness.servers {
            try await server.visit(browser) { #expect($0.subject == "ada") }
            try await server.visit(other.copy(in: harness)) { #expect($0.subject == nil) }
        }
    }

    @Test(
        "a renewal that the store does not take leaves the session as it was",
        arguments: ["renew", "logIn", "remember"])
    func renewal(operation: String) async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing, .replace)
        await #expect(throws: SessionError.self) {
            switch operation {
            case "renew": try await session.renew()
            case "logIn": try await session.logIn("ada")
            default: try await session.remember()
            }
        }
        harness.store.clearFault()
        _ = try? await harness.close(session, browser)
        harness.clock.advance(by: .seconds(2))
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("of a session that could not be asked for a log-out is an error, and not a success")
    func anonymousPolicy() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) }) { $0.onStoreFailure = .anonymous }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.store.injectFault(.failing)
        harness.clock.advance(by: .seconds(1))
        for end: @Sendable (Session) async throws -> Void in [{ try await $0.logOut() }, { try await $0.destroy() }] {
            let session = try await harness.open(browser)
            let error = await #expect(throws: SessionError.self) { try await end(session) }
            #expect(error?.code == .storeUnavailable)
        }
    }

    @Test("a store that takes no writes fails no request of a user, while revocations wait for it")
    func readOnly() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let (browser, other) = (harness.browser(), harness.browser())
        for browser in [browser, other] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing, [.create, .replace])
        await #expect(throws: SessionError.self) { try await session.logOut() }
        for _ in 0..<10 {
            harness.clock.advance(by: .seconds(1))
            try await harness.visit(other) { #expect($0.subject == "ada") }
            await #expect(throws: SessionError.self) { try await harness.open(browser) }
        }
        harness.store.clearFault()
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(other) { #expect($0.subject == "ada") }
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a store that fails while what is known is new enough costs no one a request")
    func failureWhileFresh() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.store.injectFault(.failing)
        harness.clock.advance(by: .milliseconds(700))
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }
}

/// A store that forgets every replacement, and says that it is stored.
private struct ForgetfulStore: ForwardingSessionStore, SubjectSessionStore {
    let base: FaultySubjectStore

    func replace(
        _ record: SessionRecord, ifVersion version: SessionVersion, now: SessionInstant
    ) async throws -> SessionReplaceResult { .replaced }
}
