//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import HTTPTypes
import InMemoryLogging
import Logging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Rows of the security checklist that are about what stores are given and what they give back.
@Suite("Checklist: stored data", .bothDrivers)
struct StoredDataChecklistTests {
    private let token = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))

    @Test("checklist 7: whatever happens to a session, no record of it has its token or its secret")
    func dump() async throws {
        let operations: [@Sendable (Session) async throws -> Void] = [
            { $0[.views] += 1 }, { try await $0.logIn("ada") }, { try await $0.renew() }, { _ = $0[.theme] },
            { try await $0.remember() }, { try await $0.setCookie(.init(priority: .low)) },
            { try await $0.regenerate() },
        ]
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        var tokens: [String] = []
        for operation in operations {
            try await harness.visit(browser, operation)
            harness.clock.advance(by: .minutes(6))
            tokens.append(try #require(browser.token))
            let records = try await harness.memory.sessions(now: harness.clock.now)
            let record = try #require(records.first)
            #expect(records.count == 1)
            let bytes = Data(SessionRecordCodec.encode(record))
            #expect(bytes.firstRange(of: Data(record.secretHash.bytes)) != nil, "a search finds what is there")
            for token in tokens {
                let secret = try #require(Base64URL.decode(token.utf8)).dropFirst(16)
                #expect(bytes.firstRange(of: Data(token.utf8.suffix(42))) == nil)
                #expect(bytes.firstRange(of: Data(secret)) == nil)
                #expect(bytes.firstRange(of: Data(secret.prefix(16))) == nil)
            }
        }
        #expect(Set(tokens).count > 4)
    }

    @Test("checklist 8: a store that serves what has expired is not believed (tower-sessions)")
    func expiredRecords() async throws {
        let store = CarelessStore()
        let clock = ManualClock()
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let browser = TestBrowser(clock: clock.sessionClock)
        let harness = try StoredHarness()
        func visit(_ body: (Session) -> Void) async throws {
            var request = SessionRequest(headerFields: [:])
            browser.addCookies(to: &request.headerFields, for: harness.origin)
            let session = try await engine.open(request, logger: harness.logger)
            body(session)
            var response = HTTPFields()
            try await engine.close(session, response: &response)
            browser.receive(response, from: harness.origin)
        }
        try await visit { $0[.views] += 1 }
        clock.advance(by: .minutes(20) - .milliseconds(1))
        try await visit { #expect($0[.views] == 1) }
        clock.advance(by: .minutes(20))
        try await visit { #expect($0.id == nil, "idle for too long") }

        try await visit { $0[.views] += 1 }
        for _ in 0..<25 {
            clock.advance(by: .minutes(19))
            try await visit { #expect($0[.views] == 1) }
        }
        clock.advance(by: .minutes(5))
        try await visit { #expect($0.id == nil, "8 hours old") }
    }

    /// The answer to a visitor whose record has these bytes: whether there is a session, or the error.
    private func answer(_ bytes: [UInt8]) async throws -> Bool {
        let engine = try SessionEngine(.stored(in: BytesStore(bytes)))
        let request = SessionRequest(headerFields: [.cookie: "__Host-session=\(self.token.text)"])
        let harness = try StoredHarness()
        let session = try await engine.open(request, logger: harness.logger)
        guard session.id == nil else { return true }
        // Damage is for those who run the server to know.
        #expect(harness.logs.entries.contains { $0.level == .error })
        return false
    }

    /// A record that the token opens.
    private func record() -> [UInt8] {
        let now = SessionClock.system.now
        var record = SampleRecords(now: now).record(id: self.token.id, subject: "ada", values: ["views": .integer(3)])
        record.secretHash = self.token.secret.hash
        return SessionRecordCodec.encode(record)
    }

    @Test("checklist 18: a record that was cut off, is random or claims endless lengths is a visitor without a session")
    func damagedRecords() async throws {
        let whole = self.record()
        #expect(try await self.answer(whole), "the whole record opens")
        for length in whole.indices {
            let isOpen = try await self.answer(Array(whole.prefix(length)))
            #expect(!isOpen, "\(length) bytes")
        }
        let random = DeterministicRandom(seed: 18)
        for _ in 0..<500 {
            let length = Int(random.next() % 300)
            let isOpen = try await self.answer([1] + (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            #expect(!isOpen)
        }
        // The lengths of what is optional, of the values, of a name and of a value.
        let header = whole.prefix(90)
        for prefix in [[], [0], [0, 1], [0, 1, 1, 0x61, 4]] as [[UInt8]] {
            for length in [[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [UInt8](repeating: 0xFF, count: 9) + [0x01]] {
                let isOpen = try await self.answer(header + prefix + length)
                #expect(!isOpen)
            }
        }
    }

    @Test("checklist 18: a record of a newer version is an error to try again, and no one is logged out")
    func newerRecord() async throws {
        let error = await #expect(throws: SessionError.self) {
            _ = try await self.answer([9] + self.record().dropFirst())
        }
        #expect(error?.code == .storeUnavailable)
        #expect((error?.underlying as? SessionStoreError)?.code == .newerRecord)
    }

    @Test("checklist 18: a stored value that is nested 100,000 deep or no JSON at all is one bad value")
    func hostileValues() async throws {
        let deep = String(repeating: "[", count: 100_000)
        for text in [deep, deep + String(repeating: "]", count: 100_000), "{", "nul", "\u{0}", "[1e999]", ""] {
            let harness = try StoredHarness { $0.maximumValuesSize = 1_000_000 }
            let browser = harness.browser()
            try await harness.visit(browser) { session in
                session[.views] += 1
                session[.cart] = ["x"]
            }
            var record = try #require(try await harness.memory.sessions(now: harness.clock.now).first)
            let version = record.version
            record.version = SessionVersion(counter: version.counter + 1, tag: 1)
            record.values = SessionValues(["views": .integer(1), "cart": .json(Array(text.utf8))])
            _ = try await harness.memory.replace(record, ifVersion: version, now: harness.clock.now)
            try await harness.visit(browser) { session in
                #expect(session[.cart] == [])
                #expect(session[.views] == 1)
            }
            #expect(harness.logs.entries.contains { $0.level == .warning })
        }
    }
}

/// A store that never looks at the time.
private struct CarelessStore: SessionStore {
    private let base = MemorySessionStore()
    private let never = SessionInstant.distantPast

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try await self.base.load(id, now: self.never)
    }
    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.base.create(record, now: self.never)
    }
    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try await self.base.replace(record, ifVersion: version, now: self.never)
    }
    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.base.touch(id, touch, now: self.never)
    }
    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: self.never)
    }
}

/// A store whose every record has the same bytes.
private struct BytesStore: ForwardingSessionStore {
    private let bytes: [UInt8]
    let base = MemorySessionStore()
    let needsDeadline = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        .found(try SessionRecordCodec.decode(self.bytes, id: id))
    }
}
