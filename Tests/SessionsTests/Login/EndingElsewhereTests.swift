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

@Suite("Ending a user's sessions from elsewhere", .bothDrivers)
struct EndingElsewhereTests {
    private func makeHarness(_ count: Int) async throws -> (harness: StoredHarness, browsers: [TestBrowser]) {
        let harness = try StoredHarness()
        let browsers = (0..<count).map { _ in harness.browser() }
        for browser in browsers { try await harness.visit(browser) { try await $0.logIn("ada") } }
        return (harness, browsers)
    }

    private func id(_ browser: TestBrowser, _ harness: StoredHarness) async throws -> SessionID {
        try #require(try await harness.open(browser).id)
    }

    @Test("one session is ended by its id from another, and its next request is a stranger's")
    func endsOneByID() async throws {
        let (harness, browsers) = try await self.makeHarness(3)
        let id = try await self.id(browsers[1], harness)
        let slow = try await harness.open(browsers[1])
        slow[.theme] = "late"
        try await harness.visit(browsers[0]) { session in
            let isEnded = try await session.logOut(id)
            #expect(isEnded)
            let isEndedAgain = try await session.logOut(id)
            #expect(!isEndedAgain)
        }
        let response = try await harness.close(slow, browsers[1])
        #expect(response[values: .setCookie].isEmpty)
        try await harness.visit(browsers[1]) { #expect($0.subject == nil) }
        for browser in [browsers[0], browsers[2]] { try await harness.visit(browser) { #expect($0.subject == "ada") } }
        #expect(try await harness.engine.activeSessions(of: "ada").count == 2)
    }

    @Test("another user's id, one that never was, an expired and an ended one are all alike: false, and nothing ends")
    func notYours() async throws {
        let (harness, browsers) = try await self.makeHarness(2)
        let (alan, expired) = (harness.browser(), harness.browser())
        try await harness.visit(expired) { try await $0.logIn("ada") }
        let expiredID = try await self.id(expired, harness)
        harness.clock.advance(by: .minutes(19))
        for browser in browsers { try await harness.visit(browser) }
        harness.clock.advance(by: .minutes(2))
        try await harness.visit(alan) { try await $0.logIn("alan") }
        let stranger = harness.browser()
        try await harness.visit(stranger) { $0[.views] = 1 }
        let endedID = try await self.id(browsers[1], harness)
        try await harness.visit(browsers[1]) { try await $0.logOut() }
        let strangers = [try await self.id(alan, harness), try await self.id(stranger, harness)]
        let ends = harness.store.count(of: .end)
        for id in strangers + [expiredID, endedID, SessionID(high: 1, low: 2)] {
            try await harness.visit(browsers[0]) { session in
                let isEnded = try await session.logOut(id)
                #expect(!isEnded)
            }
            try await harness.visit(stranger) { session in
                let isEnded = try await session.logOut(id)
                #expect(!isEnded, "no one is logged in here")
            }
        }
        #expect(harness.store.count(of: .end) == ends, "the store was asked to end nothing")
        try await harness.visit(alan) { #expect($0.subject == "alan") }
        try await harness.visit(stranger) { #expect($0[.views] == 1) }
    }

    @Test("one's own id logs out here, and clears the cookie")
    func ownIDLogsOut() async throws {
        let (harness, browsers) = try await self.makeHarness(1)
        let response = try await harness.visit(browsers[0]) { session in
            let id = try #require(session.id)
            let isEnded = try await session.logOut(id)
            #expect(isEnded)
        }
        #expect(response[.setCookie]?.contains("Max-Age=0") == true)
        #expect(browsers[0].token == nil)
        #expect(try await harness.count == 0)
    }

    @Test("the session of a token is ended by its owner, and by no one who has only its id")
    func endsByToken() async throws {
        let (harness, browsers) = try await self.makeHarness(2)
        let token = try #require(try await harness.open(browsers[1]).token)
        let forged = SessionToken(id: token.id, secret: SessionSecret(random: .system))
        let stranger = harness.browser()
        for (candidate, ends) in [
            (forged, false), (SessionToken(random: .system), false), (token, true), (token, false),
        ] {
            try await harness.visit(stranger) { session in
                let isEnded = try await session.logOut(candidate)
                #expect(isEnded == ends)
            }
        }
        try await harness.visit(browsers[1]) { #expect($0.subject == nil) }
        try await harness.visit(browsers[0]) { session in
            let token = try #require(session.token)
            let isEnded = try await session.logOut(token)
            #expect(isEnded)
            #expect(session.subject == nil)
        }
        #expect(browsers[0].token == nil)
    }

    @Test("all others end, and this one goes on; without a login nothing happens")
    func supportsRevokingOthers() async throws {
        let (harness, browsers) = try await self.makeHarness(4)
        let (alan, stranger) = (harness.browser(), harness.browser())
        try await harness.visit(alan) { try await $0.logIn("alan") }
        try await harness.visit(stranger) { $0[.views] = 1 }
        try await harness.visit(stranger) { try await $0.logOutOthers() }
        let slow = try await harness.open(browsers[3])
        slow[.views] += 1
        try await harness.visit(browsers[0]) { session in
            session[.theme] = "dark"
            try await session.logOutOthers()
        }
        try await harness.close(slow, browsers[3])
        for browser in browsers.dropFirst() { try await harness.visit(browser) { #expect($0.subject == nil) } }
        try await harness.visit(browsers[0]) { #expect($0.subject == "ada" && $0[.theme] == "dark") }
        try await harness.visit(alan) { #expect($0.subject == "alan") }
        try await harness.visit(stranger) { #expect($0[.views] == 1) }
    }

    @Test("everywhere is here too; a stranger's ends alone")
    func everywhere() async throws {
        let (harness, browsers) = try await self.makeHarness(3)
        let stranger = harness.browser()
        try await harness.visit(stranger) { $0[.views] = 1 }
        try await harness.visit(stranger) { try await $0.logOutEverywhere() }
        #expect(stranger.token == nil)
        try await harness.visit(browsers[2]) { try await $0.logOutEverywhere() }
        #expect(browsers[2].token == nil)
        for browser in browsers { try await harness.visit(browser) { #expect($0.subject == nil) } }
        #expect(try await harness.count == 0)
        try await harness.visit(browsers[0]) { try await $0.logIn("ada") }
        try await harness.visit(browsers[0]) { #expect($0.subject == "ada") }
    }

    @Test("a store that fails is an error, and the session is still there to try again")
    func outage() async throws {
        let (harness, browsers) = try await self.makeHarness(2)
        let id = try await self.id(browsers[1], harness)
        try await harness.visit(browsers[0]) { session in
            harness.store.injectFault(.failing, [.load, .end])
            let error = await #expect(throws: SessionError.self) { try await session.logOut(id) }
            #expect(error?.code == .storeUnavailable)
            harness.store.clearFault()
            let isEnded = try await session.logOut(id)
            #expect(isEnded)
        }
    }

    @Test("from outside a request: one by its id, all of a user but some, and everyone's")
    func engine() async throws {
        let (harness, browsers) = try await self.makeHarness(4)
        let (alan, stranger) = (harness.browser(), harness.browser())
        try await harness.visit(alan) { try await $0.logIn("alan") }
        try await harness.visit(stranger) { $0[.views] = 1 }
        let id = try await self.id(browsers[0], harness)
        #expect(try await harness.engine.revoke(id))
        #expect(try await !harness.engine.revoke(id))
        #expect(try await !harness.engine.revoke(SessionID(high: 1, low: 2)))
        try await harness.visit(browsers[0]) { #expect($0.subject == nil) }
        try await harness.engine.revokeAll(of: "ada", except: [try await self.id(browsers[1], harness), id])
        #expect(try await harness.engine.activeSessions(of: "ada").count == 1)
        try await harness.visit(browsers[1]) { #expect($0.subject == "ada") }
        try await harness.engine.revokeEverything()
        #expect(try await harness.count == 0)
        for browser in [browsers[1], alan, stranger] {
            try await harness.visit(browser) { #expect($0.subject == nil && $0[.views] == 0) }
        }
        try await harness.visit(alan) { try await $0.logIn("alan") }
        try await harness.visit(alan) { #expect($0.subject == "alan") }
    }

    @Test("everyone's sessions end, though they are many pages, and slow requests revive none")
    func manyPages() async throws {
        let harness = try StoredHarness()
        let samples = SampleRecords(seed: 3, now: harness.clock.now)
        for number in 0..<700 {
            try await harness.memory.create(samples.record(subject: "user \(number % 7)"), now: harness.clock.now)
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let slow = try await harness.open(browser)
        slow[.views] += 1
        try await harness.engine.revokeEverything()
        try await harness.close(slow, browser)
        #expect(try await harness.count == 0)
        #expect(try await harness.engine.activeSessions(of: "user 3").isEmpty)
    }

    @Test("endings of sealed sessions in the same store are neither listed nor undone")
    func sharedStore() async throws {
        let sealed = try SealedHarness(revocation: { .stored(in: $0) })
        let (store, clock) = (sealed.subjects, sealed.clock)
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let stored = try SessionEngine(.stored(in: store), configuration: configuration)
        let browser = sealed.browser()
        try await sealed.visit(browser) { try await $0.logIn("ada") }
        let thief = browser.copy(in: sealed)
        try await sealed.engine.revokeAll(of: "ada")
        #expect(try await !stored.revoke(Revocation.id(of: "ada")))
        try await stored.revokeEverything()
        // Another server of the sealed engine learns of it from the store alone.
        let fresh = try SessionEngine(
            .sealed(with: sealed.keyring, revocation: .stored(in: store)), configuration: configuration)
        var fields = HTTPFields()
        thief.addCookies(to: &fields, for: sealed.origin)
        let session = try await fresh.open(SessionRequest(headerFields: fields, isSecure: true), logger: sealed.logger)
        #expect(session.subject == nil)
    }

    @Test("logging the others out ends a copy of one's own cookie as well, whatever keeps the session")
    func copies() async throws {
        for backend in [
            SessionBackend.stored(in: MemorySessionStore()),
            .stored(in: MemorySessionStore(), encryptedAtRest: true),
            .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart),
        ] {
            let harness = try EngineHarness(backend)
            let browser = harness.browser()
            try await harness.visit(browser) { session in
                try await session.logIn("ada")
                session[.views] = 7
            }
            let copy = browser.copy(in: harness)
            try await harness.visit(browser) { try await $0.logOutOthers() }
            try await harness.visit(copy) { #expect($0.subject == nil) }
            try await harness.visit(browser) { #expect($0.subject == "ada" && $0[.views] == 7) }
        }
    }
}
