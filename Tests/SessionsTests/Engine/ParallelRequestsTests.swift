//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Parallel requests", .bothDrivers)
struct ParallelRequestsTests {
    @Test("two requests that change different keys both keep their change")
    func differentKeys() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let first = try await harness.open(browser)
        let second = try await harness.open(browser)
        first[.theme] = "dark"
        second[.cart] = ["tea"]
        try await harness.close(second, browser)
        try await harness.close(first, browser)
        try await harness.visit(browser) { session in
            #expect(session[.theme] == "dark")
            #expect(session[.cart] == ["tea"])
            #expect(session[.views] == 1)
        }
    }

    @Test("a counter adds its difference, also after a reset in another request")
    func counters() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 10 }
        let adding = try await harness.open(browser)
        let resetting = try await harness.open(browser)
        adding[.views] += 5
        resetting[.views] = 0
        try await harness.close(resetting, browser)
        try await harness.close(adding, browser)
        try await harness.visit(browser) { #expect($0[.views] == 5) }
    }

    @Test("an update runs again on the newer value")
    func updates() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.cart] = ["tea"] }
        let first = try await harness.open(browser)
        let second = try await harness.open(browser)
        try first.update(.cart) { $0.append("milk") }
        try second.update(.cart) { $0.append("sugar") }
        try await harness.close(first, browser)
        try await harness.close(second, browser)
        try await harness.visit(browser) { #expect($0[.cart] == ["tea", "milk", "sugar"]) }
    }

    @Test("an update that throws on the newer value fails the request, which stores nothing")
    func throwingAgain() async throws {
        struct SoldOut: Error {}
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.cart] = [] }
        let buyer = try await harness.open(browser)
        buyer[.theme] = "dark"
        try buyer.update(.cart) { cart in
            guard cart.isEmpty else { throw SoldOut() }
            cart.append("tea")
        }
        try await harness.visit(browser) { $0[.cart] = ["milk"] }
        await #expect(throws: SoldOut.self) { try await harness.close(buyer, browser) }
        try await harness.visit(browser) { session in
            #expect(session[.cart] == ["milk"])
            #expect(session[.theme] == nil)
        }
    }

    @Test("a key with a merge of its own merges")
    func customMerge() async throws {
        let key = SessionKey<[String]>.merging("tags", default: []) { base, mine, theirs in
            theirs + mine.filter { !base.contains($0) && !theirs.contains($0) }
        }
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[key] = ["a"] }
        let first = try await harness.open(browser)
        let second = try await harness.open(browser)
        first[key].append("b")
        second[key].append("c")
        try await harness.close(first, browser)
        try await harness.close(second, browser)
        try await harness.visit(browser) { #expect($0[key] == ["a", "b", "c"]) }
    }

    @Test("of two plain sets the later one wins")
    func plainSets() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "light" }
        let first = try await harness.open(browser)
        let second = try await harness.open(browser)
        first[.theme] = "dark"
        second[.theme] = "blue"
        try await harness.close(second, browser)
        try await harness.close(first, browser)
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
    }

    @Test("removing all removes what another request has set meanwhile")
    func removeAll() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "light" }
        let clearing = try await harness.open(browser)
        clearing.removeAll()
        try await harness.visit(browser) { $0[.cart] = ["tea"] }
        clearing[.views] += 1
        try await harness.close(clearing, browser)
        try await harness.visit(browser) { #expect($0.names == ["views"]) }
    }

    @Test("64 clients count 100 times each in one session: 6,400, on memory")
    func sixtyFourClients() async throws {
        let harness = try StoredHarness { $0.clock = .system }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 0 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                let client = browser.copy(in: harness)
                group.addTask {
                    for _ in 0..<100 { try await harness.visit(client) { $0[.views] += 1 } }
                }
            }
            try await group.waitForAll()
        }
        try await harness.visit(browser) { #expect($0[.views] == 6400) }
    }

    @Test("a session that others never stop changing is given up with an error that says so")
    func contention() async throws {
        let store = AlwaysConflictingStore()
        var configuration = SessionConfiguration()
        configuration.retryAfter = .seconds(7)
        configuration.clock = SessionClock(now: { ManualClock().now }, sleep: { _ in })
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let harness = try StoredHarness()
        let session = try await engine.open(SessionRequest(headerFields: [:]), logger: harness.logger)
        session[.views] += 1
        try await session.save()
        session[.views] += 1
        let error = await #expect(throws: SessionError.self) { try await session.save() }
        #expect(error?.code == .contention)
        #expect(error?.retryAfter == .seconds(7))
        #expect(session[.views] == 2, "what was not stored is still pending")
    }
}

/// A store whose records change under every replacement.
private final class AlwaysConflictingStore: ForwardingSessionStore {
    let base = MemorySessionStore()
    let needsDeadline = false

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        guard case .found(let current) = try await self.base.load(record.id, now: now) else { return .missing }
        return .conflict(current)
    }
}
