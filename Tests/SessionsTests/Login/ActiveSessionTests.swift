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

@Suite("The sessions of a user", .bothDrivers)
struct ActiveSessionTests {
    private let laptop = SessionClient(
        address: "192.0.2.7",
        userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
    )
    private let phone = SessionClient(
        address: "2001:db8::1",
        userAgent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile "
            + "Safari/537.36"
    )

    @Test("a list has this session first, the others as they were last used, and says what is known of each")
    func list() async throws {
        let harness = try StoredHarness()
        let (first, second, third, stranger) = (
            harness.browser(), harness.browser(), harness.browser(), harness.browser()
        )
        let start = harness.clock.now
        try await harness.visit(first, from: self.laptop) { try await $0.logIn("ada", deviceLabel: "At home") }
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(second, from: self.phone) { try await $0.logIn("ada", remember: true) }
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(third) { try await $0.logIn("ada") }
        try await harness.visit(stranger) { try await $0.logIn("alan") }
        try await harness.visit(first) { session in
            let list = try await session.activeSessions()
            #expect(list.map(\.isCurrent) == [true, false, false])
            #expect(list.map(\.firstClient.name) == ["Firefox on Windows", "TestBrowser", "Chrome on Android"])
            #expect(list.map(\.firstClient.address) == ["192.0.2.7", "192.0.2.1", "2001:db8::1"])
            #expect(list.map(\.isRemembered) == [false, false, true])
            #expect(list.map(\.deviceLabel) == ["At home", nil, nil])
            #expect(list.allSatisfy { $0.subject == "ada" })
            #expect(list[0].createdAt == start && list[0].authenticatedAt == start && list[0].lastAccessedAt == start)
            #expect(list[0].idleExpiresAt == start + .minutes(20) && list[0].absoluteExpiresAt == start + .hours(8))
            #expect(list[0] == session.activeSession)
        }
        let seen = try await harness.engine.activeSessions(of: "ada")
        #expect(seen.map(\.id).count == 3 && seen.allSatisfy { !$0.isCurrent })
        #expect(try await harness.engine.activeSessions(of: "grace").isEmpty)
    }

    @Test("a list has the living, by the configured limits, and no one else")
    func living() async throws {
        let harness = try StoredHarness()
        let browsers = (0..<4).map { _ in harness.browser() }
        for browser in browsers { try await harness.visit(browser) { try await $0.logIn("ada") } }
        try await harness.visit(browsers[0]) { try await $0.logOut() }
        try await harness.visit(browsers[1]) { try await $0.logIn("alan") }
        #expect(try await harness.engine.activeSessions(of: "ada").count == 2)
        harness.clock.advance(by: .minutes(15))
        try await harness.visit(browsers[2])
        #expect(try await harness.engine.activeSessions(of: "ada").count == 2)
        // Another server has a shorter limit, and its list is of what would be let in there.
        let strict = try StoredHarness(sharing: harness) { $0.limits.idle = .minutes(10) }
        #expect(try await strict.engine.activeSessions(of: "ada").count == 1)
        harness.clock.advance(by: .minutes(5))
        #expect(try await harness.engine.activeSessions(of: "ada").count == 1)
        try await harness.visit(browsers[3]) { #expect($0.subject == nil) }
        try await harness.visit(browsers[3]) { session in
            let list = try await session.activeSessions()
            #expect(list.isEmpty)
        }
    }

    @Test("a list never has a token, a secret or a hash, however it is printed")
    func noSecrets() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser, from: self.laptop) { try await $0.logIn("ada") }
        let token = try #require(browser.token)
        let record = try #require(try await harness.memory.sessions(of: "ada", now: harness.clock.now).first)
        let list = try await harness.engine.activeSessions(of: "ada")
        var printed = "\(list)"
        dump(list, to: &printed)
        let hash = "\(record.secretHash.words)"
        #expect(!printed.contains(token) && !printed.contains(token.suffix(42)) && !printed.contains(hash))
        #expect(!printed.contains("Hash") && !printed.contains("secret"))
    }

    @Test("a label is set, replaced and taken away; an endless one is cut between characters")
    func label() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.setDeviceLabel("phone") }
        #expect(try await harness.count == 0)
        try await harness.visit(browser) { try await $0.logIn("ada", deviceLabel: "phone") }
        for (label, kept) in [
            ("tablet", "tablet"), (nil, nil), ("", nil), (String(repeating: "x", count: 500), 128 * "x"),
            (String(repeating: "\u{20AC}", count: 500), 42 * "\u{20AC}"), ("<b>\n\u{0}", "<b>\n\u{0}"),
        ] as [(String?, String?)] {
            try await harness.visit(browser) { try await $0.setDeviceLabel(label) }
            try await harness.visit(browser) { #expect($0.activeSession?.deviceLabel == kept) }
        }
        let slow = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.logOut() }
        let error = await #expect(throws: SessionError.self) { try await slow.setDeviceLabel("back") }
        #expect(error?.code == .ended)
        #expect(try await harness.count == 0)
    }

    @Test("in a sealed session the label is in the cookie, and there are no lists")
    func sealed() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", deviceLabel: "phone") }
        try await harness.visit(browser) { try await $0.setDeviceLabel("tablet") }
        try await harness.visit(browser) { session in
            #expect(session.activeSession?.deviceLabel == "tablet")
            #expect(session.activeSession?.firstClient.address == "192.0.2.1")
            let error = await #expect(throws: SessionError.self) { _ = try await session.activeSessions() }
            #expect(error?.code == .notOffered)
        }
        let late = try await harness.open(browser)
        var response = HTTPFields()
        try await harness.engine.close(late, response: &response)
        let error = await #expect(throws: SessionError.self) { try await late.setDeviceLabel("late") }
        #expect(error?.code == .responseStarted)
    }

    @Test("stores and backends without lists say so in words")
    func notOffered() async throws {
        let plain = try SessionEngine(.stored(in: WatchingStore()))
        let tokens = try SessionEngine(.tokenOnly(with: .ephemeral()))
        let sealed = try SessionEngine(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart))
        for (engine, words) in [
            (plain, "SubjectSessionStore"), (tokens, "stores nothing"), (sealed, "no server lists them"),
        ] {
            let error = await #expect(throws: SessionError.self) { _ = try await engine.activeSessions(of: "ada") }
            #expect(error?.code == .notOffered)
            #expect(error?.message.contains(words) == true)
        }
        let error = await #expect(throws: SessionError.self) { try await plain.revokeEverything() }
        #expect(error?.code == .notOffered && error?.message.contains("EnumerableSessionStore") == true)
        for subject in ["", RevocationSegment.subject] {
            let error = await #expect(throws: SessionError.self) { _ = try await plain.activeSessions(of: subject) }
            #expect(error?.code == .invalidSubject)
            let other = await #expect(throws: SessionError.self) { try await plain.revokeAll(of: subject) }
            #expect(other?.code == .invalidSubject)
        }
    }

    @Test("a profile is set with the login, in one write, and ends with the session")
    func profile() async throws {
        let harness = try StoredHarness(encryptedAtRest: true)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            session[.profile] = Profile(name: "somebody", roles: [])
        }
        let writes = harness.store.count(of: .create) + harness.store.count(of: .replace)
        let profile = Profile(name: "Ada Lovelace", roles: ["admin"])
        try await harness.visit(browser) { try await $0.logIn("ada", setting: .profile, to: profile, carrying: .none) }
        #expect(harness.store.count(of: .create) + harness.store.count(of: .replace) == writes + 1)
        try await harness.visit(browser) { session in
            #expect(session[.profile] == profile)
            #expect(session[.theme] == nil)
        }
        let record = try #require(try await harness.memory.sessions(of: "ada", now: harness.clock.now).first)
        #expect(record.values.isEmpty, "sealed with the other values")
        try await harness.visit(browser) { try await $0.logOut() }
        try await harness.visit(browser) { #expect($0[.profile] == nil) }
    }

    @Test("a profile that cannot be encoded is refused, and the session before is as it was")
    func badProfile() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        let ratios = SessionKey<[Double]>("ratios", default: [])
        let error = await #expect(throws: SessionError.self) {
            try await session.logIn("ada", setting: ratios, to: [.infinity])
        }
        #expect(error?.code == .notEncodable)
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("one session is found by its id, and another user's is as unknown as none")
    func single() async throws {
        let harness = try StoredHarness()
        let (ada, phone, alan) = (harness.browser(), harness.browser(), harness.browser())
        for (browser, user) in [(ada, "ada"), (phone, "ada"), (alan, "alan")] {
            try await harness.visit(browser) { try await $0.logIn(user) }
        }
        let session = try await harness.open(ada)
        for active in try await session.activeSessions() {
            #expect(try await session.activeSession(withID: active.id) == active)
        }
        let foreign = try #require(try await harness.engine.activeSessions(of: "alan").first)
        #expect(try await session.activeSession(withID: foreign.id) == nil)
        let unknown = try #require(SessionID(bytes: [UInt8](repeating: 7, count: 16)))
        #expect(try await session.activeSession(withID: unknown) == nil)
        #expect(try await harness.open(harness.browser()).activeSession(withID: foreign.id) == nil)
    }

    @Test("a cursor that is none of the list is an error of its own, in a request and outside of one")
    func cursors() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let session = try await harness.open(browser)
        let cursor = SessionCursor(bytes: [1, 2, 3])
        let error = await #expect(throws: SessionError.self) { try await session.activeSessions(from: cursor) }
        #expect(error?.code == .invalidCursor)
        let outside = await #expect(throws: SessionError.self) {
            try await harness.engine.activeSessions(of: "ada", from: cursor)
        }
        #expect(outside?.code == .invalidCursor)
    }
}

private struct Profile: Codable, Equatable, Sendable {
    var name: String
    var roles: [String]
}

extension SessionKey<Profile?> {
    fileprivate static var profile: Self { .init("profile") }
}

private func * (count: Int, text: String) -> String { String(repeating: text, count: count) }
