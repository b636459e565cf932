//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import Sessions

@Suite("Write queues")
struct KeyedWriteQueuesTests {
    private let id = SessionID(high: 1, low: 2)

    private static let failure = SessionError.storeUnavailable(SessionStoreError.failedOthers, retryAfter: .seconds(5))

    /// Holds the turn until it is told how to end.
    private final class Holder: Sendable {
        let runs = Mutex(0)
        let continuation = Mutex<CheckedContinuation<Void, any Error>?>(nil)

        func hold() async throws {
            try await withCheckedThrowingContinuation { continuation in
                self.continuation.withLock { $0 = continuation }
            }
        }

        var isHolding: Bool { self.continuation.withLock { $0 != nil } }

        func end(with result: Result<Void, any Error>) {
            self.continuation.withLock { $0?.resume(with: result) }
        }
    }

    /// Lets ten wait behind one that holds the turn, and tells how many of them ran when it had ended.
    private func runsBehind(_ result: Result<Void, any Error>) async throws -> Int {
        let queues = KeyedWriteQueues()
        let holder = Holder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await queues.withLock(self.id, orThrow: Self.failure) { try await holder.hold() } }
            while !holder.isHolding { await Task.yield() }
            #expect(queues.isBusy(self.id))
            for _ in 0..<10 {
                group.addTask {
                    try? await queues.withLock(self.id, orThrow: Self.failure) { holder.runs.withLock { $0 += 1 } }
                }
            }
            while queues.waitingCount(self.id) < 10 { await Task.yield() }
            holder.end(with: result)
            try await group.waitForAll()
        }
        #expect(!queues.isBusy(self.id))
        return holder.runs.withLock { $0 }
    }

    @Test("a session that many write to keeps no other session waiting, whatever the ids have in common")
    func neighbors() async throws {
        let queues = KeyedWriteQueues()
        let holder = Holder()
        let alike = (0..<64).flatMap { bit in
            [
                SessionID(high: self.id.high ^ 1 << UInt64(bit), low: self.id.low),
                SessionID(high: self.id.high, low: self.id.low ^ 1 << UInt64(bit)),
            ]
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queues.withLock(self.id, orThrow: Self.failure) { try await holder.hold() } }
            while !holder.isHolding { await Task.yield() }
            #expect(!alike.contains { queues.isBusy($0) })
            for id in alike {
                try await queues.withLock(id, orThrow: Self.failure) { #expect(queues.isBusy(id)) }
            }
            #expect(queues.isBusy(self.id))
            holder.end(with: .success(()))
            try await group.waitForAll()
        }
        #expect(queues.isEmpty, "a queue that nothing is in is gone")
    }

    @Test("those that wait have their turn, one after the other")
    func turns() async throws {
        #expect(try await self.runsBehind(.success(())) == 10)
    }

    @Test("a store that failed the one in front is not waited for again by those behind")
    func failure() async throws {
        #expect(try await self.runsBehind(.failure(Self.failure)) == 0)
    }

    @Test("a failure that is not the store's is no one else's")
    func otherFailure() async throws {
        #expect(try await self.runsBehind(.failure(CancellationError())) == 10)
    }

    @Test("of the requests that queue for a session each asks the store once, because the one before leaves its record")
    func lastWritten() async throws {
        let store = WatchingStore()
        let harness = try EngineHarness(.stored(in: store))
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 0 }
        let id = try #require(store.handed.first?.id)
        let queues = harness.engine.environment.writeQueues
        let holder = Holder()
        let before = store.handed.count
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queues.withLock(id, orThrow: Self.failure) { try await holder.hold() } }
            while !holder.isHolding { await Task.yield() }
            for _ in 0..<10 {
                let client = browser.copy(in: harness)
                group.addTask { try await harness.visit(client) { $0[.views] += 1 } }
            }
            while queues.waitingCount(id) < 10 { await Task.yield() }
            holder.end(with: .success(()))
            try await group.waitForAll()
        }
        #expect(store.handed.count - before == 10)
        try await harness.visit(browser) { #expect($0[.views] == 10) }
    }
}
