//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
@testable import Sessions
import SessionsTesting
import Testing

@Suite("Ending sealed sessions from elsewhere", .bothDrivers)
struct SealedEndingsTests {
    private func site(_ kind: RevocationTests.Kind) throws -> SealedHarness {
        try SealedHarness(servers: kind.servers, revocation: kind.revocation)
    }

    @Test("all others end here at once, and this one goes on in a new cookie", arguments: RevocationTests.everyKind)
    func others(_ kind: RevocationTests.Kind) async throws {
        let site = try self.site(kind)
        let (browser, other, alan) = (site.browser(), site.browser(), site.browser())
        for (browser, user) in [(browser, "ada"), (other, "ada"), (alan, "alan")] {
            try await site.visit(browser) { try await $0.logIn(user) }
        }
        let copy = browser.copy(of: site)
        let slow = try await site.open(browser)
        slow[.views] += 1
        let response = try await site.visit(browser) { try await $0.logOutOthers() }
        #expect(response[.setCookie] != nil)
        try await site.close(slow, browser)
        try await site.visit(other) { #expect($0.subject == nil) }
        try await site.visit(copy) { #expect($0.subject == nil) }
        try await site.visit(browser) { #expect($0.subject == "ada") }
        try await site.visit(alan) { #expect($0.subject == "alan") }
        // The mark that it goes on by is not above later ones.
        try await site.engine.revokeAll(of: "ada")
        try await site.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a session that somebody else has just ended does not go on by ending the others")
    func overtaken() async throws {
        let site = try SealedHarness(revocation: { .stored(in: $0, maximumAge: .zero) })
        let browser = site.browser()
        try await site.visit(browser) { try await $0.logIn("ada") }
        let session = try await site.open(browser)
        // The store writes the mark of another server first: it is one that this server has not read.
        site.store.injectFault(.stalling, .replace)
        let ending = Task { try await session.logOutOthers() }
        while site.store.waitingCount == 0 { await Task.yield() }
        let elsewhere = try SealedHarness(
            revocation: { _ in .stored(in: FaultySubjectStore(site.subjects.base)) },
            keyring: site.keyring,
            clock: site.clock
        )
        site.clock.advance(by: .milliseconds(-5))
        try await elsewhere.engine.revokeAll(of: "ada")
        site.clock.advance(by: .milliseconds(5))
        site.store.clearFault()
        let error = await #expect(throws: SessionError.self) { try await ending.value }
        #expect(error?.code == .ended)
        try await site.close(session, browser)
        try await site.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("everywhere is here too, and clears the cookie", arguments: RevocationTests.everyKind)
    func everywhere(_ kind: RevocationTests.Kind) async throws {
        let site = try self.site(kind)
        let (browser, other) = (site.browser(), site.browser())
        for browser in [browser, other] { try await site.visit(browser) { try await $0.logIn("ada") } }
        try await site.visit(browser) { try await $0.logOutEverywhere() }
        #expect(browser.cookies.isEmpty)
        try await site.visit(other) { #expect($0.subject == nil) }
        try await site.visit(other) { try await $0.logIn("ada") }
        try await site.visit(other) { #expect($0.subject == "ada") }
    }

    @Test("one is ended by its id from outside, here at once", arguments: RevocationTests.everyKind)
    func byID(_ kind: RevocationTests.Kind) async throws {
        let site = try self.site(kind)
        let (browser, other) = (site.browser(), site.browser())
        for browser in [browser, other] { try await site.visit(browser) { try await $0.logIn("ada", remember: true) } }
        let id = try #require(try await site.open(browser).id)
        #expect(try await site.engine.revoke(id))
        #expect(try await !site.engine.revoke(id))
        try await site.visit(browser) { #expect($0.subject == nil) }
        try await site.visit(other) { #expect($0.subject == "ada") }
        // What the log itself knows by an id ends nothing when it is taken for a session.
        for id in [Revocation.everyone, Revocation.id(of: "ada"), RevocationSegment.headID] {
            try await site.engine.revoke(id)
        }
        try await site.visit(other) { #expect($0.subject == "ada") }
    }

    @Test(
        "after the end of everything strangers and users begin anew, and nothing from before opens",
        arguments: RevocationTests.everyKind
    )
    func everything(_ kind: RevocationTests.Kind) async throws {
        let site = try self.site(kind)
        let (user, stranger) = (site.browser(), site.browser())
        for _ in 0..<3 {
            try await site.visit(user) { try await $0.logIn("ada") }
            try await site.visit(stranger) { $0[.views] = 1 }
            try await site.visit(user) { #expect($0.subject == "ada") }
            try await site.visit(stranger) { #expect($0[.views] == 1) }
            try await site.engine.revokeEverything()
            try await site.visit(user) { #expect($0.subject == nil) }
            try await site.visit(stranger) { $0[.views] = 7 }
            try await site.visit(stranger) { #expect($0[.views] == 0, "on the way when it ended, for all we know") }
            site.clock.advance(by: .minutes(1))
        }
        // A server that knows nothing of it yet may give a stranger a session that is over before long, once.
        let last = kind.servers - 1
        try await site.servers[last].visit(user) { try await $0.logIn("ada") }
        site.clock.advance(by: .seconds(1))
        try await site.servers[last].visit(user) { #expect($0.subject == "ada") }
        try await site.servers[last].visit(stranger) { $0[.views] = 2 }
        try await site.servers[last].visit(stranger) { #expect($0[.views] == 2) }
    }

    @Test(
        "what cannot be done is refused in words: other ids of a user, some that are kept, and anything without endings"
    )
    func refused() async throws {
        let site = try SealedHarness()
        let browser = site.browser()
        try await site.visit(browser) { try await $0.logIn("ada") }
        let session = try await site.open(browser)
        let other = SessionID(high: 1, low: 2)
        let byID = await #expect(throws: SessionError.self) { try await session.logOut(other) }
        let byToken = await #expect(throws: SessionError.self) {
            try await session.logOut(SessionToken(random: .system))
        }
        let kept = await #expect(throws: SessionError.self) {
            try await site.engine.revokeAll(of: "ada", except: [other])
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
    func names(subject: String) async throws {
        let site = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let browsers = [site.browser(), site.browser()]
        for (browser, name) in zip(browsers, [subject, "ada"]) {
            try await site.visit(browser) { try await $0.logIn(name) }
        }
        let slow = browsers[0].copy(of: site)
        try await site.servers[1].visit(slow) { #expect($0.subject == subject) }
        try await site.engine.revokeAll(of: subject)
        try await site.engine.revoke(SessionID(high: 1, low: 2))
        site.clock.advance(by: .seconds(1))
        try await site.servers[1].visit(slow) { #expect($0.subject == nil) }
        try await site.servers[1].visit(browsers[1]) { #expect($0.subject == "ada") }
    }
}
