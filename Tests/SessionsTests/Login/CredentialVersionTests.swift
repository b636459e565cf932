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

@Suite("Credential versions", .bothDrivers)
struct CredentialVersionTests {
    /// A harness of each kind of backend that keeps versions.
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let harness: @Sendable () throws -> any TestHarness

        static let all = [
            Kind(testDescription: "stored") { try StoredHarness() },
            Kind(testDescription: "encrypted at rest") { try StoredHarness(encryptedAtRest: true) },
            Kind(testDescription: "sealed, in memory") { try SealedHarness() },
            Kind(testDescription: "sealed, in a store") { try SealedHarness(revocation: { .stored(in: $0) }) },
        ]
    }

    @Test("a change ends what was begun with older versions or with none, and nothing else", arguments: Kind.all)
    func change(_ kind: Kind) async throws {
        let harness = try kind.harness()
        let (old, unversioned, new, alan, guest) =
            (harness.browser(), harness.browser(), harness.browser(), harness.browser(), harness.browser())
        try await harness.visit(old) { try await $0.logIn("ada", credentialVersion: 1) }
        try await harness.visit(unversioned) { try await $0.logIn("ada") }
        try await harness.visit(new) { try await $0.logIn("ada", credentialVersion: 2) }
        try await harness.visit(alan) { try await $0.logIn("alan", credentialVersion: 1) }
        try await harness.visit(guest) { $0[.views] += 1 }
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 2)
        for browser in [old, unversioned] { try await harness.visit(browser) { #expect($0.subject == nil) } }
        try await harness.visit(new) { session in
            #expect(session.subject == "ada")
            #expect(session.credentialVersion == 2)
        }
        try await harness.visit(alan) { #expect($0.subject == "alan") }
        try await harness.visit(guest) { #expect($0[.views] == 1) }
    }

    @Test("the session that changed the password goes on in a new cookie, the others end", arguments: Kind.all)
    func ownSession(_ kind: Kind) async throws {
        let harness = try kind.harness()
        let (browser, other) = (harness.browser(), harness.browser())
        for browser in [browser, other] {
            try await harness.visit(browser) { try await $0.logIn("ada", credentialVersion: 7) }
        }
        let copy = browser.copy(in: harness)
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            try await session.changeCredentials(to: 8, methods: [.password], level: .aal1)
        }
        for dead in [copy, other] { try await harness.visit(dead) { #expect($0.subject == nil) } }
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session.credentialVersion == 8)
            #expect(session.authenticationLevel == .aal1)
        }
    }

    @Test("a login with a former version is refused, and the session before it goes on", arguments: Kind.all)
    func formerVersion(_ kind: Kind) async throws {
        let harness = try kind.harness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 5)
        // An older one changes nothing.
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 3)
        try await harness.visit(browser) { session in
            let error = await #expect(throws: SessionError.self) {
                try await session.logIn("ada", credentialVersion: 4)
            }
            #expect(error?.code == .credentialsChanged)
            #expect(error?.message.contains("version 4") == true && error?.message.contains("version 5") == true)
            #expect(session[.views] == 1)
        }
        try await harness.visit(browser) { try await $0.logIn("ada", credentialVersion: 5) }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        // A login without a version counts as one with the current version.
        let other = harness.browser()
        try await harness.visit(other) { try await $0.logIn("ada") }
        try await harness.visit(other) { #expect($0.subject == "ada") }
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 6)
        try await harness.visit(other) { #expect($0.subject == nil) }
    }

    @Test("a slow login that checked the former password opens nothing, whenever the change comes")
    func slowLogin() async throws {
        let harness = try StoredHarness()
        let elsewhere = try SessionEngine(.stored(in: harness.memory), configuration: harness.engine.configuration)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        // It has asked for the version, and is about to begin.
        harness.store.injectFault(.stalling, .create)
        let session = try await harness.open(browser)
        let login = Task { try await session.logIn("ada", credentialVersion: 1) }
        while harness.store.waitingCount == 0 { await Task.yield() }
        try await elsewhere.revokeAll(of: "ada", credentialsBefore: 2)
        harness.store.clearFault()
        let error = await #expect(throws: SessionError.self) { try await login.value }
        #expect(error?.code == .credentialsChanged)
        try await harness.close(session, browser)
        try await harness.visit(browser) { #expect($0.subject == nil) }
        #expect(try await elsewhere.activeSessions(of: "ada").sessions.isEmpty)
    }

    @Test("a login whose version can no longer be asked for gives no one a token", arguments: [false, true])
    func outage(endingFails: Bool) async throws {
        let harness = try StoredHarness { $0.circuitBreaker = .none }
        let browser = harness.browser()
        harness.store.injectFault(.stalling, .create)
        let session = try await harness.open(browser)
        let login = Task { try await session.logIn("ada", credentialVersion: 1) }
        while harness.store.waitingCount == 0 { await Task.yield() }
        harness.store.clearFault()
        harness.store.injectFault(.failing, endingFails ? [.load, .end] : .load)
        let error = await #expect(throws: SessionError.self) { try await login.value }
        #expect(error?.code == .storeUnavailable)
        harness.store.clearFault()
        _ = try? await harness.close(session, browser)
        #expect(browser.token == nil)
    }

    @Test("another server refuses what this one has changed within a second")
    func otherServers() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let (old, new) = (harness.browser(), harness.browser())
        try await harness.servers[1].visit(old) { try await $0.logIn("ada", credentialVersion: 1) }
        try await harness.servers[1].visit(new) { try await $0.logIn("ada", credentialVersion: 2) }
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 2)
        harness.clock.advance(by: .seconds(1))
        try await harness.servers[1].visit(old) { #expect($0.subject == nil) }
        try await harness.servers[1].visit(new) { #expect($0.subject == "ada") }
        try await harness.servers[1].visit(old) { session in
            await #expect(throws: SessionError.self) { try await session.logIn("ada", credentialVersion: 1) }
        }
    }

    @Test("a version is kept for as long as a session can live, and then forgotten")
    func forgotten() async throws {
        let harness = try StoredHarness()
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 2)
        let life = harness.engine.configuration.longestLife
        harness.clock.advance(by: life - .milliseconds(1))
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            await #expect(throws: SessionError.self) { try await session.logIn("ada", credentialVersion: 1) }
        }
        harness.clock.advance(by: .milliseconds(1))
        try await harness.visit(browser) { try await $0.logIn("ada", credentialVersion: 1) }
    }

    @Test("the version is no session: it is in no list, opens nothing, and outlives the end of everything")
    func noSession() async throws {
        let harness = try StoredHarness()
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 2)
        #expect(try await harness.engine.activeSessions(of: "ada").sessions.isEmpty)
        let id = Revocation.credentialsID(of: Revocation.id(of: "ada"))
        let browser = harness.browser(planted: SessionToken.placeholder(id).text)
        try await harness.visit(browser) { #expect($0.id == nil) }
        #expect(try await harness.engine.revoke(id) == false)
        try await harness.engine.revokeAll(of: "ada")
        try await harness.engine.revokeEverything()
        try await harness.visit(harness.browser()) { session in
            await #expect(throws: SessionError.self) { try await session.logIn("ada", credentialVersion: 1) }
        }
    }

    @Test("a thousand sessions with older credentials end, and the newer ones go on")
    func endsManySessions() async throws {
        let harness = try StoredHarness { $0.maximumSessionsPerSubject = nil }
        var newest: [TestBrowser] = []
        for number in 0..<1_100 {
            let browser = harness.browser()
            let isNew = number.isMultiple(of: 100)
            try await harness.visit(browser) { try await $0.logIn("ada", credentialVersion: isNew ? 2 : 1) }
            if isNew { newest.append(browser) }
        }
        try await harness.engine.revokeAll(of: "ada", credentialsBefore: 2)
        for browser in newest { try await harness.visit(browser) { #expect($0.subject == "ada") } }
        #expect(try await harness.engine.activeSessions(of: "ada", limit: 1_000).sessions.count == newest.count)
    }

    @Test("what is out of bounds is refused before anything ends")
    func bounds() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let text = String(repeating: "x", count: 65)
        try await harness.visit(browser) { session in
            for version in [0, -1, .max, (1 << 53) + 1] {
                await #expect(throws: SessionError.self) { try await session.logIn("ada", credentialVersion: version) }
                await #expect(throws: SessionError.self) {
                    try await harness.engine.revokeAll(of: "ada", credentialsBefore: version)
                }
            }
            for name in ["", "a b", "a\"", "\u{e9}", text] {
                await #expect(throws: SessionError.self) {
                    try await session.logIn("ada", methods: [AuthenticationMethod(name)])
                }
                await #expect(throws: SessionError.self) {
                    try await session.logIn("ada", level: AuthenticationLevel(rank: 1, name: name))
                }
            }
            for rank in [0, 256, -1] {
                await #expect(throws: SessionError.self) {
                    try await session.logIn("ada", level: AuthenticationLevel(rank: rank, name: "x"))
                }
            }
            let many = (0..<17).map { AuthenticationMethod("m\($0)") }
            await #expect(throws: SessionError.self) { try await session.logIn("ada", methods: many) }
            #expect(session[.views] == 1)
        }
    }

    @Test("a backend that keeps none says so")
    func notOffered() async throws {
        let engine = try SessionEngine(.tokenOnly(with: .ephemeral()))
        let error = await #expect(throws: SessionError.self) {
            try await engine.revokeAll(of: "ada", credentialsBefore: 1)
        }
        #expect(error?.code == .notOffered)
        let unrevocable = try SessionEngine(.sealed(with: .ephemeral(), revocation: .none))
        let other = await #expect(throws: SessionError.self) {
            try await unrevocable.revokeAll(of: "ada", credentialsBefore: 1)
        }
        #expect(other?.code == .notOffered)
    }
}
