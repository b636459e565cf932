//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Values that are encrypted at rest", .bothDrivers)
struct AtRestTests {
    private let harness: StoredHarness

    init() throws {
        self.harness = try StoredHarness(encryptedAtRest: true) { $0.renewal = SessionRenewal(after: .minutes(5)) }
    }

    /// The record as the store has it.
    private func stored(_ browser: TestBrowser, _ harness: StoredHarness? = nil) async throws -> SessionRecord {
        let harness = harness ?? self.harness
        let token = try #require(browser.token.flatMap { SessionToken($0) })
        let result = try await harness.memory.load(token.id, now: harness.clock.now)
        guard case .found(let record) = result else { throw SessionStoreError.corruptRecord(token.id, byteCount: 0) }
        return record
    }

    @Test("a dump of the store holds neither tokens nor values, and nothing in it opens them")
    func dump() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { session in
            session[.theme] = "midnight-blue"
            try await session.logIn("ada")
        }
        let record = try await self.stored(browser)
        #expect(record.subject == "ada")
        #expect(record.values.isEmpty)
        #expect(record.dataKey == nil)
        let bytes = SessionRecordCodec.encode(record)
        for text in ["midnight-blue", "theme"] {
            #expect(!String(decoding: bytes, as: UTF8.self).contains(text))
        }
        let token = try #require(browser.token.flatMap { SessionToken($0) })
        let secret = token.secret.withUnsafeBytes { Array($0) }
        #expect(!bytes.indices.contains { bytes[$0...].starts(with: secret.prefix(8)) })
        // Whatever 32 bytes of the dump are taken for a secret.
        for start in 0...bytes.count - 32 {
            let guess = SessionToken(
                id: record.id,
                secret: SessionSecret(words: try #require(Bytes32(bytes: bytes[start..<start + 32])))
            )
            #expect(DataKey(in: record.sealedValues, for: guess) == nil)
        }
        #expect(DataKey(in: record.sealedValues, for: token) != nil, "the visitor's own token does")
        try await self.harness.visit(browser) { #expect($0[.theme] == "midnight-blue") }
    }

    @Test("equal values of two sessions, and of one at two times, have nothing in common in the store")
    func noPatterns() async throws {
        let (first, second) = (self.harness.browser(), self.harness.browser())
        for browser in [first, second] { try await self.harness.visit(browser) { $0[.theme] = "dark" } }
        let one = try await self.stored(first).sealedValues
        for theme in ["dusk", "dark"] { try await self.harness.visit(first) { $0[.theme] = theme } }
        let again = try await self.stored(first).sealedValues
        let two = try await self.stored(second).sealedValues
        #expect(one.count == two.count && one.count == again.count)
        // After the version and the wrapped key, which one session keeps.
        let texts = [one, again, two].map { $0.dropFirst(41) }
        let pieces = texts.flatMap { text in text.indices.dropLast(7).map { Array(text[$0..<$0 + 8]) } }
        #expect(Set(pieces).count == pieces.count)
    }

    @Test("requests of one page that hold the secrets before and after a timed renewal read and write the same values")
    func timedRenewal() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.views] = 10 }
        let before = browser.copy(in: self.harness)
        let slow = try await self.harness.open(browser)
        self.harness.clock.advance(by: .minutes(6))
        try await self.harness.visit(browser) { $0[.views] += 1 }
        #expect(browser.token != before.token)
        let wrap = try await self.stored(browser).sealedValues.prefix(41)
        try await self.harness.visit(before) { session in
            #expect(session[.views] == 11)
            session[.views] += 1
        }
        #expect(before.token == browser.token, "it was given the new secret")
        slow[.views] += 1
        try await self.harness.close(slow, browser)
        try await self.harness.visit(browser) { #expect($0[.views] == 13) }
        #expect(try await self.stored(browser).sealedValues.prefix(41) == wrap, "wrapped once for one secret")
    }

    @Test("a secret that outlived its grace opens nothing, with the record in hand as well")
    func replayedSecret() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.views] = 1 }
        let old = browser.copy(in: self.harness)
        self.harness.clock.advance(by: .minutes(6))
        try await self.harness.visit(browser) { $0[.views] += 1 }
        self.harness.clock.advance(by: .minutes(1))
        try await self.harness.visit(old) { #expect($0.id == nil) }
        try await self.harness.visit(browser) { try await $0.renew() }
        let token = try #require(old.token.flatMap { SessionToken($0) })
        #expect(DataKey(in: try await self.stored(browser).sealedValues, for: token) == nil)
        try await self.harness.visit(browser) { #expect($0[.views] == 2) }
    }

    @Test("what a slow request writes is kept although the secret was replaced by one that it cannot know")
    func slowRequestAcrossARenewal() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.views] = 1 }
        let slow = try await self.harness.open(browser)
        try await self.harness.visit(browser) { session in
            session[.views] += 1
            try await session.renew()
        }
        slow[.views] += 1
        slow[.theme] = "dark"
        try await self.harness.close(slow, browser)
        try await self.harness.visit(browser) { session in
            #expect(session[.views] == 3)
            #expect(session[.theme] == "dark")
        }
    }

    @Test("a login carries the values over under another key")
    func login() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.cart] = ["book"] }
        let before = try await self.stored(browser)
        let beforeToken = try #require(browser.token.flatMap { SessionToken($0) })
        try await self.harness.visit(browser) { try await $0.logIn("ada") }
        let after = try await self.stored(browser)
        let key = try #require(DataKey(in: before.sealedValues, for: beforeToken))
        #expect(key.open(after.sealedValues, of: after.id) == nil)
        #expect(DataKey(in: after.sealedValues, for: beforeToken) == nil)
        try await self.harness.visit(browser) { #expect($0[.cart] == ["book"]) }
    }

    @Test("parallel requests lose nothing")
    func parallel() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.views] = 0 }
        let sessions = try await withThrowingTaskGroup(of: Session.self) { group in
            for _ in 0..<32 { group.addTask { try await self.harness.open(browser.copy(in: self.harness)) } }
            return try await group.reduce(into: [Session]()) { $0.append($1) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in sessions {
                group.addTask {
                    session[.views] += 1
                    try await self.harness.close(session, self.harness.browser())
                }
            }
            try await group.waitForAll()
        }
        try await self.harness.visit(browser) { #expect($0[.views] == 32) }
    }

    @Test("a reload reads what another request has written")
    func reload() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.views] = 1 }
        let session = try await self.harness.open(browser)
        try await self.harness.visit(browser) { $0[.views] += 1 }
        try await session.reload()
        #expect(session[.views] == 2)
    }

    @Test("the sessions of a user are listed and ended as ever; their values are not in the list")
    func listing() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { session in
            session[.theme] = "dark"
            try await session.logIn("ada")
        }
        let sessions = try await self.harness.memory.sessions(of: "ada", now: self.harness.clock.now)
        #expect(sessions.count == 1)
        let record = try #require(sessions.first)
        #expect(record.values.isEmpty)
        _ = try await self.harness.memory.end(
            record.id, tombstoneUntil: self.harness.clock.now, now: self.harness.clock.now)
        try await self.harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("encryption can be turned on and off without a logout: the next write stores in the new way")
    func turningOnAndOff() async throws {
        let plain = try StoredHarness(sharing: self.harness, encryptedAtRest: false)
        let browser = plain.browser()
        try await plain.visit(browser) { $0[.views] = 1 }
        try await self.harness.visit(browser) { #expect($0[.views] == 1) }
        #expect(try await self.stored(browser).sealedValues.isEmpty, "reading writes nothing")
        try await self.harness.visit(browser) { $0[.views] += 1 }
        #expect(try await self.stored(browser).values.isEmpty)
        try await plain.visit(browser) { #expect($0[.views] == 2) }
        try await plain.visit(browser) { $0[.views] += 1 }
        #expect(try await self.stored(browser).values.count == 1)
        #expect(try await self.stored(browser).sealedValues.isEmpty)
    }

    @Test("two servers that turn encryption on for one session at once, and one that has not, lose nothing")
    func turningOnAtOnce() async throws {
        let plain = try StoredHarness(sharing: self.harness, encryptedAtRest: false)
        let browser = plain.browser()
        try await plain.visit(browser) { $0[.views] = 0 }
        let sessions = [
            try await self.harness.open(browser), try await self.harness.open(browser), try await plain.open(browser),
            try await self.harness.open(browser),
        ]
        for session in sessions {
            session[.views] += 1
            try await (session.belongs(to: plain.engine) ? plain : self.harness).close(session, browser)
        }
        try await self.harness.visit(browser) { #expect($0[.views] == 4) }
        #expect(try await self.stored(browser).values.isEmpty)
    }

    @Test("values that someone damaged in the store are a visitor without a session, and a line in the log")
    func damage() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { $0[.views] = 1 }
        let other = self.harness.browser()
        try await self.harness.visit(other) { $0[.views] = 2 }
        let record = try await self.stored(browser)
        let strangers = try await self.stored(other).sealedValues
        for sealed in [strangers, [1], Array(record.sealedValues.dropLast()), record.sealedValues + [0]] {
            var damaged = try await self.stored(browser)
            let version = damaged.version
            damaged.sealedValues = sealed
            damaged.version = version.next(random: .system)
            _ = try await self.harness.memory.replace(damaged, ifVersion: version, now: self.harness.clock.now)
            try await self.harness.visit(browser.copy(in: self.harness)) { #expect($0.id == nil) }
        }
        #expect(
            self.harness.logs.entries.filter { $0.level == .error && $0.metadata["session.reason"] == "unreadable" }
                .count
                == 4)
    }

    @Test("the store is never handed a value or the key, whatever it does with what it is handed")
    func handedToTheStore() async throws {
        let store = WatchingStore()
        let engine = try SessionEngine(.stored(in: store, encryptedAtRest: true))
        let session = try await engine.open(SessionRequest(headerFields: [:]), logger: self.harness.logger)
        session[.theme] = "dark"
        try await session.save()
        session[.theme] = "light"
        try await session.save()
        try await session.renew()
        try await session.logIn("ada")
        let handed = store.handed
        #expect(handed.count == 4)
        for record in handed {
            #expect(record.values.isEmpty && !record.sealedValues.isEmpty)
            #expect(record.dataKey == nil)
        }
    }

    @Test("values beyond the limit are refused by their own size, not by that of the seal")
    func limit() async throws {
        let harness = try StoredHarness(encryptedAtRest: true) { $0.maximumValuesSize = 100 }
        try await harness.visit(harness.browser()) { $0[.theme] = String(repeating: "x", count: 90) }
        await #expect(throws: SessionError.self) {
            try await harness.visit(harness.browser()) { $0[.theme] = String(repeating: "x", count: 100) }
        }
    }
}
