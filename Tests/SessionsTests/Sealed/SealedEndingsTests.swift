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

@Suite("Ending sealed sessions from elsewhere", .bothDrivers)
struct SealedEndingsTests {
    private func makeHarness(_ kind: RevocationTests.Kind) throws -> SealedHarness {
        try SealedHarness(servers: kind.servers, revocation: kind.revocation)
    }

    @Test("all others end here at once, and this one goes on in a new cookie", arguments: RevocationTests.everyKind)
    func supportsRevokingOthers(_ kind: RevocationTests.Kind) async throws {
        let harness = try self.makeHarness(kind)
        let (browser, other, alan) = (harness.browser(), harness.browser(), harness.browser())
        for (browser, user) in [(browser, "ada"), (other, "ada"), (alan, "alan")] {
            try await harness.visit(browser) { try await $0.logIn(user) }
        }
        let copy = browser.copy(in: harness)
        let slow = try await harness.open(browser)
        slow[.views] += 1
        let response = try await harness.visit(browser) { try await $0.logOutOthers() }
        #expect(response[.setCookie] != nil)
        try await harness.close(slow, browser)
        try await harness.visit(other) { #expect($0.subject == nil) }
        try await harness.visit(copy) { #expect($0.subject == nil) }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        try await harness.visit(alan) { #expect($0.subject == "alan") }
        // The mark that it goes on by is not above later ones.
        try await harness.engine.revokeAll(of: "ada")
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a session that someone else has just ended does not go on by ending the others")
    func overtaken() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0, maximumAge: .zero) })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let session = try await harness.open(browser)
        // The store writes the mark of another server first: it is one that this server has not read.
        harness.store.injectFault(.stalling, .replace)
        let ending = Task { try await session.logOutOthers() }
        while harness.store.waitingCount == 0 { await Task.yield() }
        let elsewhere = try SealedHarness(
            revocation: { _ in .stored(in: FaultySubjectStore(harness.subjects.memory)) },
            keyring: harness.keyring,
            clock: harness.clock
        )
        harness.clock.advance(by: .milliseconds(-5))
        try await elsewhere.engine.revokeAll(of: "ada")
        harness.clock.advance(by: .milliseconds(5))
        harness.store.clearFault()
        let error = await #expect(throws: SessionError.self) { try await ending.value }
        #expect(error?.code == .ended)
        try await harness.close(session, browser)
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("everywhere is here too, and clears the cookie", arguments: RevocationTests.everyKind)
    func everywhere(_ kind: RevocationTests.Kind) async throws {
        let harness = try self.makeHarness(kind)
        let (browser, other) = (harness.browser(), harness.browser())
        for browser in [browser, other] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        try await harness.visit(browser) { try await $0.logOutEverywhere() }
        #expect(browser.cookies.isEmpty)
        try await harness.visit(other) { #expect($0.subject == nil) }
        try await harness.visit(other) { try await $0.logIn("ada") }
        try await harness.visit(other) { #expect($0.subject == "ada") }
    }

    @Test("one is ended by its id from outside, here at once", arguments: RevocationTests.everyKind)
    func endsOneByID(_ kind: RevocationTests.Kind) async throws {
        let harness = try self.makeHarness(kind)
        let (browser, other) = (harness.browser(), harness.browser())
        for browser in [browser, other] {
            try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        }
        let id = try #require(try await harness.open(browser).id)
        #expect(try await harness.engine.revoke(id))
        #expect(try await !harness.engine.revoke(id))
        try await harness.visit(browser) { #expect($0.subject == nil) }
        try await harness.visit(other) { #expect($0.subject == "ada") }
        // What the log itself knows by an id ends nothing when it is taken for a session.
        for id in [Revocation.everyone, Revocation.id(of: "ada"), RevocationSegment.headID] {
            try await harness.engine.revoke(id)
        }
        try await harness.visit(other) { #expect($0.subject == "ada") }
    }

    @Test(
        "after the end of everything strangers and users begin anew, and nothing from before opens",
        arguments: RevocationTests.everyKind
    )
    func endsEverything(_ kind: RevocationTests.Kind) async throws {
        let harness = try self.makeHarness(kind)
        let (user, stranger) = (harness.browser(), harness.browser())
        for _ in 0..<3 {
            try await harness.visit(user) { try await $0.logIn("ada") }
            try await harness.visit(stranger) { $0[.views] = 1 }
            try await harness.visit(user) { #expect($0.subject == "ada") }
            try await harness.visit(stranger) { #expect($0[.views] == 1) }
            try await harness.engine.revokeEverything()
            try await harness.visit(user) { #expect($0.subject == nil) }
            try await harness.visit(stranger) { $0[.views] = 7 }
            try await harness.visit(stranger) { #expect($0[.views] == 0, "on the way when it ended, for all we know") }
            harness.clock.advance(by: .minutes(1))
        }
        // A server that knows nothing of it yet may give a stranger a session that is over before long, once.
        let last = kind.servers - 1
        try await harness.servers[last].visit(user) { try await $0.logIn("ada") }
        harness.clock.advance(by: .seconds(1))
        try await harness.servers[last].visit(user) { #expect($0.subject == "ada") }
        try await harness.servers[last].visit(stranger) { $0[.views] = 2 }
        try await harness.servers[last].visit(stranger) { #expect($0[.views] == 2) }
    }

    @Test(
        "what cannot be done is refused in words: other ids of a user, some that are kept, and anything without endings"
    )
    func refused() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let session = try await harness.open(browser)
        let other = SessionID(high: 1, low: 2)
        let byID = await #expect(throws: SessionError.self) { try await session.logOut(other) }
        let byToken = await #expect(throws: SessionError.self) {
            try await session.logOut(SessionToken(random: .system))
        }
        let kept = await #expect(throws: SessionError.self) {
            try await harness.engine.revokeAll(of: "ada", except: [other])
        }
        for error in [byID, byToken, kept] { #expect(error?.code == .notOffered) }
        let unknowing = try SealedHarness(revocation: { _ in .none })
        try await unknowing.visit(unknowing.browser()) { session in
            try await session.logIn("ada")
            for end: () async throws -> Void in [
                { try await session.logOutOthers() }, { try await session.logOutEverywhere() },
                { try await unknowing.engine.revoke(other) }, { try await unknowing.engine.revokeEverything() },
            ] {
                let error = await #expect(throws: SessionError.self) { try await end() }
                #expect(error?.code == .notOffered && error?.message.contains(".inMemoryUntilRestart") == true)
            }
            #expect(session.subject == "ada")
        }
    }

    @Test("no name of a user is that of the library's own entries", arguments: ["news", "everyone", "s: news"])
    func reservedNames(subject: String) async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let browsers = [harness.browser(), harness.browser()]
        for (browser, name) in zip(browsers, [subject, "ada"]) {
            try await harness.visit(browser) { try await $0.logIn(name) }
        }
        let slow = browsers[0].copy(in: harness)
        try await harness.servers[1].visit(slow) { #expect($0.subject == subject) }
        try await harness.engine.revokeAll(of: subject)
        try await harness.engine.revoke(SessionID(high: 1, low: 2))
        harness.clock.advance(by: .seconds(1))
        try await harness.servers[1].visit(slow) { #expect($0.subject == nil) }
        try await harness.servers[1].visit(browsers[1]) { #expect($0.subject == "ada") }
    }
}
