//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsRedis
import SessionsTesting
import Synchronization

/// Clients that end sessions which several servers use from their near caches, and look at once whether one still does.
final class EndingRun: Sendable {
    struct Tally: Sendable {
        /// How many endings returned.
        var endingCount = 0
        /// How many endings failed, and were tried again.
        var failureCount = 0
        /// How often a server used a session from its cache before the ending.
        var hitCount = 0
        /// How often a server accepted a session after its ending had returned.
        var acceptedCount = 0
    }

    private let stores: [RedisSessionStore]
    private let now = SampleRecords().now
    private let tally = Mutex(Tally())

    init(_ stores: [RedisSessionStore]) {
        self.stores = stores
    }

    /// Lets each client end so many sessions.
    ///
    /// - Parameter meanwhile: What happens to the servers, again and again, until it is cancelled. The default is
    /// nothing.
    func run(
        clients: Int,
        each count: Int,
        meanwhile trouble: (@Sendable (Int) async throws -> Void)? = nil
    ) async throws -> Tally {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    let samples = SampleRecords(seed: UInt64(client) << 32 + 7)
                    for _ in 0..<count { await self.endOne(samples.record()) }
                }
            }
            let troubles = trouble.map { trouble in
                Task { for number in 0... { try await trouble(number) } }
            }
            try await group.waitForAll()
            troubles?.cancel()
            _ = await troubles?.result
        }
        return self.tally.withLock { $0 }
    }

    private func endOne(_ record: SessionRecord) async {
        let (id, now) = (record.id, self.now)
        while true {
            do {
                try await self.stores[0].create(record, now: now)
                break
            } catch let error as SessionStoreError where error.code == .duplicate {
                break
            } catch {
                await self.pause()
            }
        }
        for store in self.stores {
            // A cache that has just lost its connection has no lease.
            for _ in 0..<40 where !self.isCached(id, in: store) {
                _ = try? await store.load(id, now: now)
                await self.pause()
            }
            if self.isCached(id, in: store) { self.tally.withLock { $0.hitCount += 1 } }
        }
        let ender = self.stores[Int(id.low % UInt64(self.stores.count))]
        while (try? await ender.end(id, tombstoneUntil: now + .hours(1), now: now)) == nil {
            self.tally.withLock { $0.failureCount += 1 }
            await self.pause()
        }
        var acceptedCount = 0
        for store in self.stores where self.isCached(id, in: store) { acceptedCount += 1 }
        for store in self.stores {
            if case .found? = try? await store.load(id, now: now) { acceptedCount += 1 }
            if self.isCached(id, in: store) { acceptedCount += 1 }
        }
        let count = acceptedCount
        self.tally.withLock { tally in
            tally.endingCount += 1
            tally.acceptedCount += count
        }
    }

    /// As clients do that come again, so that the servers are not busy with those alone.
    private func pause() async { try? await Task.sleep(for: .milliseconds(5)) }

    private func isCached(_ id: SessionID, in store: RedisSessionStore) -> Bool {
        if case .found? = try? store.loadSynchronously(id, now: self.now) { true } else { false }
    }
}
#endif
