//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization
import TestSupport
import Testing

@testable import Sessions
@testable import SessionsTesting

@Suite("The revocation log", .bothDrivers)
struct RevocationLogTests {
    private func list(_ harness: SealedHarness, _ server: Int = 0) throws -> RevocationList {
        try #require(harness.servers[server].engine.driver as? SealedSessions).revocations
    }

    private func head(_ harness: SealedHarness) async throws -> RevocationSegment {
        let result = try await harness.subjects.memory.load(RevocationSegment.headID, now: harness.clock.now)
        guard case .found(let record) = result else { throw SessionStoreError(.unavailable, "There is no log.") }
        return try RevocationSegment(record)
    }

    private func writeCount(_ harness: SealedHarness) -> Int {
        harness.store.count(of: .create) + harness.store.count(of: .replace) + harness.store.count(of: .end)
    }

    @Test("a server reads what is new and nothing else, however much there is")
    func readsTheNew() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let (ids, browser) = (SampleRecords(), harness.browser())
        for _ in 0..<1_000 { try await harness.engine.revoke(ids.id()) }
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try await harness.servers[1].visit(browser)
        #expect(try self.list(harness, 1).count == 1_000)
        for newCount in [0, 1, 10, 300] {
            let new = (0..<newCount).map { _ in ids.id() }
            for id in new { try await harness.engine.revoke(id) }
            harness.clock.advance(by: .seconds(1))
            let loads = harness.store.count(of: .load)
            try await harness.servers[1].visit(browser) { #expect($0.subject == "ada") }
            // The head, and the segments that filled up meanwhile.
            #expect(harness.store.count(of: .load) - loads <= 1 + (newCount + 125) / 126)
            for id in new { #expect(try await !harness.servers[1].engine.revoke(id)) }
        }
    }

    @Test("a thousand revocations that come while the store writes are published with a few writes")
    func groups() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let ids = SampleRecords()
        try await harness.engine.revoke(ids.id())
        let (list, before) = (try self.list(harness), self.writeCount(harness))
        harness.store.injectFault(.stalling, .replace)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<1_000 {
                let id = ids.id()
                group.addTask { try await harness.engine.revoke(id) }
            }
            while list.waitingCount < 1_000 { await Task.yield() }
            harness.store.clearFault()
            for try await isNew in group { #expect(isNew) }
        }
        #expect(self.writeCount(harness) - before <= 20)
        _ = try await harness.servers[1].engine.revoke(ids.id())
        #expect(try self.list(harness, 1).count == 1_002)
    }

    @Test("servers that append at once, and fill segments at once, lose nothing, and one of them ends each session")
    func servers() async throws {
        let harness = try SealedHarness(servers: 3, revocation: { .stored(in: $0) })
        let samples = SampleRecords()
        let ids = (0..<400).map { _ in samples.id() }
        let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
            for id in ids {
                for server in harness.servers[0...1] { group.addTask { try await server.engine.revoke(id) } }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(ended == ids.count)
        for id in ids { #expect(try await !harness.servers[2].engine.revoke(id)) }
        #expect(try self.list(harness, 2).count == ids.count)
    }

    @Test(
        "a server that lost appends to another tries again with what it reads after its wait, and not with what it had read"
    )
    func afterTheWait() async throws {
        let (store, samples) = (FaultySubjectStore(MemorySessionStore()), SampleRecords())
        let other = try EngineHarness(.sealed(with: .ephemeral(), revocation: .stored(in: store)))
        @Sendable func race() async throws { try await other.engine.revoke(samples.id()) }
        let raceCount = Mutex(4)
        let racing = RacingStore(base: store) {
            let isRacing = raceCount.withLock { count in
                count -= 1
                return count >= 0
            }
            if isRacing { try await race() }
        }
        let now = ManualClock().now
        let harness = try EngineHarness(
            .sealed(with: .ephemeral(), revocation: .stored(in: racing)),
            { $0.clock = SessionClock(now: { now }, sleep: { _ in try await race() }) }
        )
        #expect(try await harness.engine.revoke(samples.id()))
        // Four that won, and one while it waited.
        #expect(try #require(harness.engine.driver as? SealedSessions).revocations.count == 6)
    }

    @Test("a server that slept while segments came and went knows what is new")
    func sleeper() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        func endSome(_ count: Int) async throws {
            for _ in 0..<count {
                let browser = harness.browser()
                try await harness.visit(browser) { $0[.views] = 1 }
                try await harness.visit(browser) { try await $0.destroy() }
            }
        }
        let victim = harness.browser()
        try await harness.visit(victim) { try await $0.logIn("ada", remember: true) }
        try await harness.servers[1].visit(victim) { #expect($0.subject == "ada") }
        for _ in 0..<3 {
            try await endSome(300)
            // All of these are over, and gone.
            harness.clock.advance(by: .hours(9))
        }
        let thief = victim.copy(in: harness)
        try await harness.visit(victim) { try await $0.logOut() }
        try await endSome(300)
        try await harness.servers[1].visit(thief) { #expect($0.subject == nil) }
    }

    @Test("a segment is as long in the store as its entries matter, and the log goes on for years without any")
    func lifetimes() async throws {
        let harness = try SealedHarness(revocation: { .stored(in: $0) })
        let (ids, browser) = (SampleRecords(), harness.browser())
        for _ in 0..<400 { try await harness.engine.revoke(ids.id()) }
        let log = try await self.head(harness).log
        let page = try await harness.subjects.memory.page(
            of: RevocationSegment.subject, from: nil, limit: 10, now: harness.clock.now)
        let longest = SessionConfiguration().rememberedLimits.absolute
        #expect(page.records.count == 4)
        for record in page.records where record.id != RevocationSegment.headID {
            #expect(record.expiresAt == harness.clock.now + longest)
        }
        for _ in 0..<4 {
            harness.clock.advance(by: .days(300))
            try await harness.visit(browser) { try await $0.logIn("ada") }
            try await harness.visit(browser) { #expect($0.subject == "ada") }
        }
        #expect(try await self.head(harness).log == log)
        #expect(try await harness.subjects.memory.count(now: harness.clock.now) == 1)
    }

    @Test("many waiters of a store that hangs fail together at one deadline, also without a circuit breaker")
    func frozen() async throws {
        let clock = ManualClock()
        let store = FaultySubjectStore(MemorySessionStore(), needsDeadline: true)
        for maximumAge in [Duration.seconds(1), .zero] {
            let harness = try EngineHarness(
                .sealed(with: .ephemeral(), revocation: .stored(in: store, maximumAge: maximumAge)),
                clock: clock,
                { $0.circuitBreaker = .none }
            )
            let list = try #require(harness.engine.driver as? SealedSessions).revocations
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada") }
            clock.advance(by: .seconds(1))
            store.faults.injectFault(.stalling)
            await withTaskGroup(of: SessionError.Code?.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        do { _ = try await harness.open(browser) } catch { return (error as? SessionError)?.code }
                        return nil
                    }
                }
                // Some are canceled, and the others do not notice.
                let cancelled = Task { try await harness.open(browser) }
                while list.waitingCount < 25 { await Task.yield() }
                cancelled.cancel()
                await #expect(throws: (any Error).self) { _ = try await cancelled.value }
                while clock.sleeperCount == 0 { await Task.yield() }
                clock.advance(by: harness.engine.configuration.storeDeadline)
                for await code in group { #expect(code == .storeUnavailable) }
            }
            store.faults.clearFault()
            try await harness.visit(browser) { #expect($0.subject == "ada") }
        }
    }

    @Test("what the log cannot be read from is a store that fails, and nothing is accepted on its account")
    func unreadable() async throws {
        let harness = try SealedHarness(servers: 2, revocation: { .stored(in: $0) })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        guard
            case .found(var record) = try await harness.subjects.memory.load(
                RevocationSegment.headID, now: harness.clock.now)
        else { return #expect(Bool(false)) }
        let version = record.version
        record.values = SessionValues(["entries": .string("AAAA")])
        record.version = version.next(tag: 7)
        _ = try await harness.subjects.memory.replace(record, ifVersion: version, now: harness.clock.now)
        let error = await #expect(throws: SessionError.self) { try await harness.servers[1].open(browser) }
        #expect(error?.code == .storeUnavailable)
    }

    @Test("entries come back from their text as they were, and other text is none")
    func codec() {
        let samples = SampleRecords()
        let now = ManualClock().now
        let entries: [Revocation] = [
            .session(samples.id(), until: now), .session(samples.id(), isAnonymous: true, until: .distantFuture),
            Revocation(id: Revocation.id(of: "ada"), epoch: 7, until: now), .trace(samples.id(), until: now),
        ]
        #expect(Revocation.decode(Revocation.encode(entries)) == entries)
        #expect(Revocation.decode("") == [])
        for text in ["A", "AAAA", String(Revocation.encode(entries).dropLast()), "!"] {
            #expect(Revocation.decode(text) == nil)
        }
    }
}

/// A store that another server writes to just before each replacement.
private struct RacingStore: ForwardingSessionStore, SubjectSessionStore {
    let base: FaultySubjectStore
    let race: @Sendable () async throws -> Void

    var needsDeadline: Bool { false }

    func replace(
        _ record: SessionRecord, ifVersion version: SessionVersion, now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try await self.race()
        return try await self.base.replace(record, ifVersion: version, now: now)
    }
}
