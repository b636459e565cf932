//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Where requests of one engine that change one session at once line up.
///
/// Without it, of many that try at once one succeeds and all the others try again, and nothing keeps the same one from
/// losing every time.
final class KeyedWriteQueue: Sendable {
    private let gate = AsyncLock()
    private let failures = Mutex(0)

    /// How many wait for their turn.
    var waitingCount: Int { self.gate.waitingCount }

    /// Runs the body when it is its turn.
    ///
    /// A store that stalls keeps whoever has the turn for its deadline. Those behind must not each add theirs to it: if
    /// the store has failed somebody while they waited, they fail with it.
    ///
    /// - Throws: `failure` when the store failed another while this one waited, or what the body throws.
    func whenFree<Result>(
        orThrow failure: SessionError,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let before = self.failures.withLock { $0 }
        return try await self.gate.whenFree {
            guard self.failures.withLock({ $0 }) == before else { throw failure }
            try Task.checkCancellation()
            do {
                return try await body()
            } catch let error as SessionError where error.code == .storeUnavailable {
                self.failures.withLock { $0 &+= 1 }
                throw error
            }
        }
    }
}
