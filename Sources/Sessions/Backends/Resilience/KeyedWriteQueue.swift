//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The queue of an engine's requests that change one session in parallel.
///
/// Without it, one of many parallel attempts succeeds and all others retry, and the same one may lose every time.
final class KeyedWriteQueue: Sendable {
    private let lock = AsyncLock()
    private let failures = Mutex(0)

    /// The number of waiting requests.
    var waitingCount: Int { self.lock.waitingCount }

    /// Runs the body when its turn comes.
    ///
    /// A stalled store delays the running request by its deadline. The waiting requests must not each add another
    /// deadline: if the store failed for a request while they waited, they fail with it.
    ///
    /// - Throws: `failure` when the store failed for another request while this one waited, or what the body throws.
    func withLock<Result>(
        orThrow failure: SessionError,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let before = self.failures.withLock { $0 }
        return try await self.lock.withLock {
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
