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

@Suite("Ending sealed sessions", .bothDrivers)
struct RevocationTests {
    static let everyKind: [Kind] = [
        Kind(name: "in memory", servers: 1) { _ in .inMemoryUntilRestart },
        Kind(name: "in a store, asked once a second", servers: 2) { .stored(in: $0) },
        Kind(name: "in a store, asked every time", servers: 2) { .stored(in: $0, maximumAge: .zero) },
    ]

    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        var servers: Int
        var revocation: @Sendable (FaultySubjectStore) -> SessionRevocation

        var testDescription: String { self.name }
    }

    private func makeHarness(_ kind: Kind) throws -> SealedHarness {
        try SealedHarness(servers: kind.servers, revocation: kind.revocation)
    }

    @Test("a copy of the cookie opens nothing after the log-out, here at once", arguments: everyKind)
    func logOut(_ kind: Kind) async throws {
        let harness = try self.makeHarness(kind)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let thief = browser.copy(in: harness)
        try await harness.servers[kind.servers - 1].visit(thief) { #expect($0.subject == "ada") }
        try await harness.visit(browser) { try await $0.logOut() }
        #expect(browser.cookies.isEmpty)
        try await harness.visit(thief) { #expect($0.subject == nil) }
        #expect(thief.token != nil, "what a thief holds is not worth a cookie")
    }

    @Test("on another server it opens nothing within a second, or at once where every request asks")
    func elsewhere() async throws {
        for (kind, delay) in zip(Self.everyKind.dropFirst(), [Duration.seconds(1), .zero]) {
            let harness = try self.makeHarness(kind)
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada") }
            let thief = browser.copy(in: harness)
            try await harness.servers[1].visit(thief) { #expect($0.subject == "ada") }
            try await harness.servers[0].visit(browser) { try await $0.logOut() }
            harness.clock.advance(by: delay)
            try await harness.servers[1].visit(thief) { #expect($0.subject == nil) }
        }
    }

    @Test("after the end of all sessions of a user a login works, and nothing from before", arguments: everyKind)
    func everywhere(_ kind: Kind) async throws {
        let harness = try self.makeHarness(kind)
        let devices = (0..<3).map { _ in harness.browser() }
        for device in devices { try await harness.visit(device) { try await $0.logIn("ada") } }
        let other = harness.browser()
        try await harness.visit(other) { try await $0.logIn("alan") }
        try await harness.engine.revokeAll(of: "ada")
        for device in devices { try await harness.visit(device) { #expect($0.subject == nil) } }
        try await harness.visit(other) { #expect($0.subject == "alan") }
        for _ in 0..<3 {
            let fresh = harness.browser()
            try await harness.visit(fresh) { try await $0.logIn("ada") }
            try await harness.visit(fresh) { #expect($0.subject == "ada") }
            try await harness.engine.revokeAll(of: "ada")
            try await harness.visit(fresh) { #expect($0.subject == nil) }
        }
    }

    @Test(
        "a login right after it works on a server whose clock is behind, and an old session on one that is ahead does not"
    )
    func differentClocks() async throws {
        let store = FaultySubjectStore(MemorySessionStore())
        let keyring = SecretKeyring.ephemeral()
        let revocation: @Sendable (FaultySubjectStore) -> SessionRevocation = { _ in .stored(in: store) }
        let now = ManualClock().now
        let ahead = try SealedHarness(
            revocation: revocation, keyring: keyring, clock: ManualClock(now: now + .seconds(30)))
        let behind = try SealedHarness(revocation: revocation, keyring: keyring, clock: ManualClock(now: now))
        let (before, after) = (ahead.browser(), behind.browser())
        try await ahead.visit(before) { try await $0.logIn("ada") }
        try await ahead.engine.revokeAll(of: "ada")
        try await behind.visit(after) { try await $0.logIn("ada") }
        try await behind.visit(after) { #expect($0.subject == "ada") }
        behind.clock.advance(by: .seconds(1))
        try await behind.visit(before.copy(in: behind)) { #expect($0.subject == nil) }
        // The other way round: ended by the clock that is behind.
        try await behind.engine.revokeAll(of: "ada")
        ahead.clock.advance(by: .seconds(1))
        try await ahead.visit(after.copy(in: ahead)) { #expect($0.subject == nil) }
    }

    @Test("a slow request cannot cover the cookie of a fresh login", arguments: everyKind)
    func slowRequest(_ kind: Kind) async throws {
        let harness = try self.makeHarness(kind)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let slow = try await harness.open(browser)
        slow[.views] += 1
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let response = try await harness.close(slow, browser)
        #expect(response[.setCookie] == nil)
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.views] == 0)
        }
    }

    @Test("a slow request that only reads cannot cover it either, though every response hands the cookie out")
    func slowReader() async throws {
        let harness = try SealedHarness(configure: { $0.resendsCookie = true })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let slow = try await harness.open(browser)
        #expect(slow.subject == "ada")
        try await harness.visit(browser) { try await $0.logIn("grace") }
        let response = try await harness.close(slow, browser)
        #expect(response[.setCookie] == nil)
        try await harness.visit(browser) { #expect($0.subject == "grace") }
    }

    @Test("with no revocation a log-out takes the cookie and nothing else, and ending everywhere is refused in words")
    func withoutRevocation() async throws {
        let harness = try SealedHarness(revocation: { _ in .none })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let copy = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.logOut() }
        #expect(browser.cookies.isEmpty)
        try await harness.visit(copy) { #expect($0.subject == "ada") }
        let error = await #expect(throws: SessionError.self) { try await harness.engine.revokeAll(of: "ada") }
        #expect(error?.code == .notOffered)
        #expect(error?.message.contains(".inMemoryUntilRestart") == true)
    }

    @Test("a thousand requests within a second read the store a few times")
    func readsSeldom() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let before = harness.store.count(of: .load)
        for _ in 0..<1_000 {
            harness.clock.advance(by: .milliseconds(1))
            try await harness.visit(browser) { #expect($0[.views] == 1) }
        }
        #expect(harness.store.count(of: .load) - before <= 3)
    }

    @Test("a store that does not answer is a 503 as soon as what is known is too old, and logs no one out")
    func outage() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        harness.store.injectFault(.failing)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        harness.clock.advance(by: .seconds(1))
        let error = await #expect(throws: SessionError.self) { _ = try await harness.open(browser) }
        #expect(error?.code == .storeUnavailable)
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(browser.token != nil)
    }

    @Test(
        "a log-out that the store did not take is an error and holds here, and the cookie stays until it is published")
    func failedLogOut() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing, .replace)
        await #expect(throws: SessionError.self) { try await session.logOut() }
        harness.store.clearFault()
        try await harness.close(session, browser)
        #expect(browser.token != nil)
        try await harness.visit(browser) { session in
            #expect(session.subject == nil)
            try await session.logOut()
        }
        #expect(browser.cookies.isEmpty)
    }

    @Test("a store that would forget endings, and knowledge that is older than a minute, are refused in words")
    func refused() throws {
        let ring = SecretKeyring.ephemeral()
        let memory = MemorySessionStore()
        let lasting = FaultySubjectStore(memory)
        let forgetful: [any SubjectSessionStore] = [
            memory, MigratingSessionStore(from: lasting, to: memory), MigratingSessionStore(from: memory, to: lasting),
        ]
        for store in forgetful {
            let error = #expect(throws: SessionError.self) {
                try SessionEngine(.sealed(with: ring, revocation: .stored(in: store)))
            }
            #expect(error?.message.contains("use the revocation .inMemoryUntilRestart, which keeps them all") == true)
        }
        for age in [Duration.milliseconds(-1), .seconds(61)] {
            let store = FaultySubjectStore(MemorySessionStore())
            let error = #expect(throws: SessionError.self) {
                try SessionEngine(.sealed(with: ring, revocation: .stored(in: store, maximumAge: age)))
            }
            #expect(error?.message.contains("may be 0 to 60 seconds old (maximumAge is \(age))") == true)
        }
    }

    @Test("revocations are known until their time, and not for ever")
    func lifetime() {
        let table = RevocationTable()
        let start = ManualClock().now
        let samples = SampleRecords()
        let record = samples.record(absolute: .hours(8))
        table.add(.session(record.id, until: record.absoluteExpiresAt), now: start)
        for hour in 0..<8 {
            let now = start + .hours(hour)
            for _ in 0..<1_000 { table.add(.session(samples.id(), until: now + .minutes(30)), now: now) }
            #expect(table.epochEnding(record, now: now) != nil)
        }
        #expect(table.count <= 2_100)
        #expect(table.epochEnding(record, now: record.absoluteExpiresAt) == nil)
    }
}
