//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: the store of express-session")
struct StoreOfExpressSessionTests {
    private let samples = SampleRecords()
    private let store = MemorySessionStore()
    private var now: SessionInstant { self.samples.now }

    /// A record that is in the store.
    private func stored() async throws -> SessionRecord {
        let record = self.samples.record(subject: "ada", values: ["views": .integer(1)])
        try await self.store.create(record, now: self.now)
        return record
    }

    @Test("store.get: found, ended or missing")
    func get() async throws {
        let id = try await self.stored().id
        guard case .found = try await store.load(id, now: now) else {
            Issue.record("what is stored is not found")
            return
        }
        try await self.store.end(id, tombstoneUntil: self.now + .seconds(60), now: self.now)
        #expect(try await self.store.load(id, now: self.now) == .ended)
    }

    @Test("store.set: it creates or replaces, and a replacement brings nothing back")
    func set() async throws {
        let record = self.samples.record()
        try await store.create(record, now: now)
        let next = self.samples.next(record, values: ["views": .integer(2)])
        #expect(try await store.replace(next, ifVersion: record.version, now: now) == .replaced)
        try await self.store.clear()
        #expect(try await self.store.replace(next, ifVersion: record.version, now: self.now) == .missing)
    }

    @Test("store.destroy: by the store, or by the engine from outside of any request")
    func destroy() async throws {
        let until = self.now + .seconds(60)
        let id = try await self.stored().id
        #expect(try await store.end(id, tombstoneUntil: until, now: now))
        let harness = try EngineHarness()
        try await harness.visit(harness.browser()) { session in
            try await session.logIn("ada")
            let (engine, id) = (harness.engine, try #require(session.id))
            let isEnded = try await engine.revoke(id)
            #expect(isEnded)
        }
    }

    @Test("store.touch: it lengthens a life and never shortens one")
    func touch() async throws {
        let record = try await self.stored()
        let touch = SessionTouch(lastAccessedAt: self.now, expiresAt: record.expiresAt - .seconds(60))
        #expect(try await store.touch(record.id, touch, now: now))
        #expect(try await self.store.load(record.id, now: self.now) == .found(record))
    }

    @Test("store.all: page by page")
    func all() async throws {
        let record = try await self.stored()
        #expect(try await store.sessions(now: now) == [record])
        #expect(try await store.page(from: nil, limit: 100, now: now).records == [record])
    }

    @Test("store.length: how many are live")
    func length() async throws {
        let record = try await self.stored()
        #expect(try await store.count(now: now) == 1)
        #expect(try await self.store.count(now: record.expiresAt) == 0)
    }

    @Test("store.clear: everyone's session ends, and a slow request revives none")
    func clear() async throws {
        let harness = try EngineHarness()
        let (engine, browser) = (harness.engine, harness.browser())
        try await harness.visit(browser) { $0[.views] = 1 }
        let slow = try await harness.open(browser)
        slow[.views] = 2
        try await engine.revokeEverything()
        try await harness.close(slow, browser)
        #expect(try await harness.count == 0)
    }

    @Test("the event disconnect: requests may go on without a session")
    func disconnect() async throws {
        let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
        let harness = try EngineHarness(.stored(in: store)) { configuration in configuration.onStoreFailure = .anonymous
        }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        store.injectFault(.failing)
        try await harness.visit(browser) { #expect($0[.views] == 0) }
    }

    @Test("the event connect: the next request asks the store again, and all is as before")
    func connect() async throws {
        let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
        let harness = try EngineHarness(.stored(in: store))
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        store.injectFault(.failing)
        await #expect(throws: SessionError.self) { try await harness.visit(browser) }
        store.clearFault()
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("ENOENT: what is missing is an answer and no error")
    func missing() async throws {
        let result = try await self.store.load(self.samples.id(), now: self.now)
        #expect(result == SessionLoadResult.missing)
    }

    @Test("session.Store: a store of one's own is five methods")
    func ownStore() async throws {
        let store: any SessionStore = MinimalStore()
        let harness = try EngineHarness(.stored(in: store))
        let browser = harness.browser()
        for count in 1...3 {
            try await harness.visit(browser) { session in
                session[.views] += 1
                #expect(session[.views] == count)
            }
        }
    }

    @Test("session.MemoryStore: it forgets what has expired when it is swept, and holds no more than it may")
    func memory() async throws {
        let harness = try EngineHarness(.stored(in: MemorySessionStore()))
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        let record = try await self.stored()
        #expect(try await self.store.sweep(limit: 100, now: record.expiresAt) == 1)
        let small = MemorySessionStore(maximumCount: 64)
        for _ in 0..<1_000 { try await small.create(self.samples.record(), now: self.now) }
        #expect(try await small.count(now: self.now) <= 64)
    }

    @Test("DEBUG=express-session: one line at the level debug says why")
    func debug() async throws {
        let harness = try EngineHarness()
        try await harness.visit(harness.browser()) { $0[.views] = 1 }
        let lines = harness.logs.entries.filter { $0.level == .debug }.map { "\($0.metadata)" }
        #expect(lines.contains { $0.contains("created") })
    }
}
