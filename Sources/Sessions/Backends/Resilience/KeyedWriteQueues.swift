//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The queues of an engine's requests that change the same session in parallel.
///
/// A queue belongs to one session and exists only while a request is in it. Requests of one session therefore never
/// wait for those of another, and there are never more queues than requests.
final class KeyedWriteQueues: Sendable {
    private struct Entry {
        let queue = KeyedWriteQueue()
        var requestCount = 0
        /// The record that the last request of the queue wrote.
        var lastWritten: SessionRecord?
    }

    private let entries = Mutex<[SessionID: Entry]>([:])
    /// The number of queues, readable without the lock.
    private let queueCount = Atomic(0)

    /// Whether there are no queues.
    var isEmpty: Bool { self.queueCount.load(ordering: .relaxed) == 0 }

    /// The number of requests that wait for a session.
    func waitingCount(_ id: SessionID) -> Int { self.entries.withLock { $0[id]?.queue.waitingCount ?? 0 } }

    /// Whether a session has a queue. Every request that changes a session calls this, so it takes the lock only while
    /// there are queues.
    func isBusy(_ id: SessionID) -> Bool {
        !self.isEmpty && self.entries.withLock { $0[id] != nil }
    }

    /// The record that the last request of a session's queue wrote, if any: the next request continues with it.
    func lastWritten(_ id: SessionID) -> SessionRecord? { self.entries.withLock { $0[id]?.lastWritten } }

    /// Leaves a written record to the next request of a session's queue.
    func leave(_ record: SessionRecord, toNextOf id: SessionID) {
        self.entries.withLock { $0[id]?.lastWritten = record }
    }

    /// Runs the body when its turn comes.
    ///
    /// - Throws: `failure` when the store failed for another request of the queue while this one waited, or what the
    ///   body throws.
    func withLock<Result>(
        _ id: SessionID,
        orThrow failure: SessionError,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let queue = self.enter(id)
        defer { self.leave(id) }
        return try await queue.withLock(orThrow: failure, body)
    }

    private func enter(_ id: SessionID) -> KeyedWriteQueue {
        self.entries.withLock { entries in
            entries[id, default: Entry()].requestCount += 1
            self.queueCount.store(entries.count, ordering: .relaxed)
            return entries[id, default: Entry()].queue
        }
    }

    private func leave(_ id: SessionID) {
        self.entries.withLock { entries in
            entries[id]?.requestCount -= 1
            if entries[id]?.requestCount == 0 { entries[id] = nil }
            self.queueCount.store(entries.count, ordering: .relaxed)
        }
    }
}
