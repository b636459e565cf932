//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization
import Testing

@testable import Sessions

@Suite("Lanes")
struct SessionLaneTests {
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
        let lane = SessionLane()
        let holder = Holder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await lane.whenFree(orThrow: Self.failure) { try await holder.hold() } }
            while !holder.isHolding { await Task.yield() }
            #expect(lane.isBusy)
            for _ in 0..<10 {
                group.addTask { try? await lane.whenFree(orThrow: Self.failure) { holder.runs.withLock { $0 += 1 } } }
            }
            while lane.waitingCount < 10 { await Task.yield() }
            holder.end(with: result)
            try await group.waitForAll()
        }
        #expect(!lane.isBusy)
        return holder.runs.withLock { $0 }
    }

    @Test("those that wait have their turn, one after the other")
    func turns() async throws {
        #expect(try await self.runsBehind(.success(())) == 10)
    }

    @Test("a store that failed the one in front is not waited for again by those behind")
    func failure() async throws {
        #expect(try await self.runsBehind(.failure(Self.failure)) == 0)
    }

    @Test("a failure that is not the store's is nobody else's")
    func otherFailure() async throws {
        #expect(try await self.runsBehind(.failure(CancellationError())) == 10)
    }
}
