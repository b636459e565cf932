//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import HTTPTypes
import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// A store in memory that answers without waiting only the calls it is told to.
private final class PartlySynchronousStore: SynchronousSessionStore {
    struct Calls: OptionSet {
        let rawValue: Int
        static let load = Calls(rawValue: 1)
        static let replace = Calls(rawValue: 2)
        static let touch = Calls(rawValue: 4)
    }

    private let base = MemorySessionStore()
    private let synchronous: Calls
    /// What another server writes before the next replacement.
    private let interruption = Mutex<(@Sendable () -> Void)?>(nil)
    let log = Mutex<[String]>([])

    init(_ synchronous: Calls) { self.synchronous = synchronous }

    var needsDeadline: Bool { false }

    func interruptNextReplace(_ body: @escaping @Sendable () -> Void) { self.interruption.withLock { $0 = body } }

    private func note(_ call: String) { self.log.withLock { $0.append(call) } }

    private func interrupt() {
        let body = self.interruption.withLock { interruption in
            defer { interruption = nil }
            return interruption
        }
        body?()
    }

    func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        guard self.synchronous.contains(.load) else { return nil }
        self.note("load without waiting")
        return try self.base.loadSynchronously(id, now: now)
    }

    func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult? {
        guard self.synchronous.contains(.replace) else { return nil }
        self.interrupt()
        self.note("replace without waiting")
        return try self.base.replaceSynchronously(record, ifVersion: version, now: now)
    }

    func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? {
        guard self.synchronous.contains(.touch) else { return nil }
        self.note("touch without waiting")
        return self.base.touchSynchronously(id, touch, now: now)
    }

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        self.note("load")
        return try await self.base.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        self.note("create")
        try await self.base.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        self.note("replace")
        return try await self.base.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        self.note("touch")
        return try await self.base.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        self.note("end")
        return try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }

    /// What was called since the last look.
    func calls() -> [String] {
        self.log.withLock { log in
            defer { log = [] }
            return log
        }
    }
}

/// An engine performs without waiting what it can, and goes on asynchronously from there: nothing is done twice.
@Suite("The drivers of an engine")
struct DriverTests {
    private func makeHarness(_ calls: PartlySynchronousStore.Calls) async throws
        -> (harness: EngineHarness, store: PartlySynchronousStore, browser: TestBrowser)
    {
        let store = PartlySynchronousStore(calls)
        let harness = try EngineHarness(.stored(in: store))
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        #expect(store.calls() == ["create"])
        return (harness, store, browser)
    }

    @Test("a store that answers without waiting is never asked in another way")
    func synchronous() async throws {
        let (harness, store, browser) = try await self.makeHarness([.load, .replace, .touch])
        try await harness.visit(browser) { $0[.views] += 1 }
        #expect(store.calls() == ["load without waiting", "replace without waiting"])
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser)
        #expect(store.calls() == ["load without waiting", "touch without waiting"])
    }

    @Test("a store that must be waited for in the end is asked once for each thing")
    func partly() async throws {
        let (harness, store, browser) = try await self.makeHarness([.load])
        let count = Mutex(0)
        try await harness.visit(browser) { session in
            try session.update(.views) { views in
                count.withLock { $0 += 1 }
                views += 1
            }
        }
        #expect(store.calls() == ["load without waiting", "replace"])
        // Once in the handler and once at the end of the request.
        #expect(count.withLock { $0 } == 2)
        let (other, otherStore, otherBrowser) = try await self.makeHarness([.replace])
        try await other.visit(otherBrowser) { $0[.views] += 1 }
        #expect(otherStore.calls() == ["load", "replace without waiting"])
    }

    @Test("a conflict that is met without waiting goes on from the record of the other writer")
    func conflict() async throws {
        let (harness, store, browser) = try await self.makeHarness([.load, .replace])
        let copy = browser.copy(in: harness)
        // The other request has loaded its session already, and writes just before this one.
        let other = try await harness.open(copy)
        other[.views] += 10
        try await harness.visit(browser) { $0[.views] += 1 }
        _ = store.calls()
        try await harness.close(other, copy)
        #expect(store.calls() == ["replace without waiting", "replace"], "no load, and one attempt on each record")
        try await harness.visit(browser) { #expect($0[.views] == 12) }
    }

    @Test("a session whose operation runs is closed after it, with either driver")
    func behindAnOperation() async throws {
        for driver in EngineDriver.allCases {
            try await EngineDriver.$current.withValue(driver) {
                let harness = try StoredHarness()
                let browser = harness.browser()
                try await harness.visit(browser) { try await $0.logIn("ada") }
                let session = try await harness.open(browser)
                harness.store.injectFault(.stalling, .end)
                async let ended: Void = session.logOut()
                while harness.store.waitingCount == 0 { await Task.yield() }
                async let fields = harness.close(session, browser)
                harness.store.clearFault()
                try await ended
                _ = try await fields
                #expect(browser.token == nil, "\(driver)")
            }
        }
    }
}
