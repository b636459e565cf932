//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsExpress
import SessionsTesting
import Synchronization
import TestSupport
import Testing

@Suite("Endings of many sessions that are shared with Express")
struct SteppedEndingTests {
    /// Records whose steps can fail.
    private final class Records: ForwardingRecordStore {
        private struct State {
            var stepCount = 0
            var failingSteps: Set<Int> = []
        }

        let base = ExpressMemoryStore()
        let needsDeadline: Bool
        private let state = Mutex(State())
        private let onStep: @Sendable (Int) async throws -> Void

        var stepCount: Int { self.state.withLock { $0.stepCount } }

        /// - Parameters:
        ///   - failing: The numbers of the steps that fail.
        ///   - onStep: What happens in each step before it is taken.
        init(
            failing: Set<Int> = [],
            needsDeadline: Bool = false,
            onStep: @escaping @Sendable (Int) async throws -> Void = { _ in }
        ) {
            self.needsDeadline = needsDeadline
            self.onStep = onStep
            self.state.withLock { $0.failingSteps = failing }
        }

        func keys(prefix: String, from cursor: SessionCursor?, now: SessionInstant) async throws -> ExpressPage<String>
        {
            let (number, fails) = self.state.withLock { state in
                state.stepCount += 1
                return (state.stepCount, state.failingSteps.contains(state.stepCount))
            }
            try await self.onStep(number)
            if fails { throw SessionStoreError(.unavailable, "The step \(number) failed.") }
            return try await self.base.keys(prefix: prefix, from: cursor, now: now)
        }

        func fill(_ count: Int, of subject: String, now: SessionInstant) {
            let text = Array("{\(ExpressHarness.cookie),\"userId\":\"\(subject)\"}".utf8)
            for number in 0..<count { self.base.set("sess:\(subject)\(number)", text, .after(.days(1)), now: now) }
        }
    }

    private func makeHarness(_ records: Records, clock: ManualClock = ManualClock()) throws -> EngineHarness {
        let express = ExpressConfiguration(
            secrets: try ExpressSecrets("keyboard cat, and many a word"), subject: .property("userId"))
        return try EngineHarness(.express(in: records, express), clock: clock) { $0.cookie = .express }
    }

    @Test("all sessions of a user end in steps that each have a deadline of their own, at any number of sessions")
    func deadlines() async throws {
        let clock = ManualClock()
        // Each step takes longer than half of the deadline.
        let records = Records(needsDeadline: true) { _ in clock.advance(by: .seconds(1)) }
        let harness = try self.makeHarness(records, clock: clock)
        records.fill(450, of: "ada", now: harness.now)
        records.fill(7, of: "alan", now: harness.now)
        try await harness.engine.revokeAll(of: "ada")
        #expect(try await records.base.count(now: harness.now) == 7)
        #expect(records.stepCount == 5)
    }

    @Test("a step that fails begins the walk anew, and all have ended when it returns")
    func failingStep() async throws {
        let records = Records(failing: [3, 5])
        let harness = try self.makeHarness(records)
        records.fill(450, of: "ada", now: harness.now)
        try await harness.engine.revokeEverything()
        #expect(try await records.base.count(now: harness.now) == 0)
    }

    @Test("records that are out of reach fail the first step at once")
    func failingFirst() async throws {
        let records = Records(failing: [1])
        let harness = try self.makeHarness(records)
        records.fill(10, of: "ada", now: harness.now)
        let error = await #expect(throws: SessionError.self) { try await harness.engine.revokeAll(of: "ada") }
        #expect(error?.code == .storeUnavailable)
        #expect(records.stepCount == 1)
    }

    @Test("ending everything says how far it has come, and goes on from there")
    func progress() async throws {
        struct Stop: Error {}
        let records = Records()
        let harness = try self.makeHarness(records)
        records.fill(450, of: "ada", now: harness.now)
        let last = Mutex<SessionCursor?>(nil)
        await #expect(throws: Stop.self) {
            try await harness.engine.revokeEverything { endedCount, next in
                #expect(endedCount == 100)
                last.withLock { $0 = next }
                throw Stop()
            }
        }
        #expect(try await records.base.count(now: harness.now) == 350)
        let counted = Mutex(0)
        try await harness.engine.revokeEverything(from: last.withLock { $0 }) { count, _ in
            counted.withLock { $0 += count }
        }
        #expect(counted.withLock { $0 } == 350)
        #expect(try await records.base.count(now: harness.now) == 0)
        let error = await #expect(throws: SessionError.self) {
            try await harness.engine.revokeEverything(from: SessionCursor(bytes: [1]))
        }
        #expect(error?.code == .invalidCursor)
    }

    @Test("lists of the records come in pages, and count counts all of them")
    func lists() async throws {
        let records = Records()
        let now = SessionInstant(millisecondsSince1970: 0)
        records.fill(250, of: "ada", now: now)
        #expect(try await records.count(now: now) == 250)
        var (ids, texts, cursor) = (Set<SessionID>(), [ExpressRecord](), SessionCursor?.none)
        repeat {
            let page = try await records.all(from: cursor, now: now)
            #expect(page.elements.count <= 100)
            texts += page.elements
            ids.formUnion(try await records.ids(from: cursor, now: now).elements)
            cursor = page.next
        } while cursor != nil
        #expect(texts.count == 250 && Set(texts.map(\.id)) == ids && ids.count == 250)
    }
}
