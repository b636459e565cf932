//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import Synchronization

/// The records of a near cache. It is spread over shards, whose locks are held for a moment.
final class RedisRecordCache: Sendable {
    private final class Shard: Sendable {
        let state: Mutex<RedisCacheShard>

        init(_ state: sending RedisCacheShard) { self.state = Mutex(state) }
    }

    private let shards: [Shard]
    private let epoch = Mutex<UInt64>(0)
    /// Whether the tracking connection works for the cache.
    private let isAwake = Atomic(false)

    init(maximumCount: Int, maximumByteCount: Int) {
        // Shards of a small cache would be full at different times.
        let shardCount = maximumCount < 4_096 ? 1 : 16
        self.shards = (0..<shardCount).map { _ in
            Shard(
                RedisCacheShard(
                    maximumCount: maximumCount / shardCount, maximumByteCount: maximumByteCount / shardCount))
        }
    }

    var count: Int { self.shards.reduce(0) { $0 + $1.state.withLock { $0.count } } }
    var byteCount: Int { self.shards.reduce(0) { $0 + $1.state.withLock { $0.byteCount } } }

    /// Whether cached records may be used.
    func hasLease(at now: ContinuousClock.Instant) -> Bool {
        self.shards.allSatisfy { $0.state.withLock { $0.hasLease(at: now) } }
    }

    private func withShard<Result: Sendable>(of id: SessionID, _ body: (inout RedisCacheShard) -> Result) -> Result {
        self.shards[Int(truncatingIfNeeded: id.low) & (self.shards.count - 1)].state.withLock { body(&$0) }
    }

    private func withShards(_ body: (inout RedisCacheShard) -> Void) {
        for shard in self.shards { shard.state.withLock { body(&$0) } }
    }

    // MARK: The store

    /// The cached record of an id. Nil if the server must be asked.
    func record(of id: SessionID, at now: ContinuousClock.Instant) -> SessionRecord? {
        self.withShard(of: id) { $0.record(of: id, at: now) }
    }

    func reserve(_ id: SessionID) -> RedisCacheShard.Reservation? {
        self.withShard(of: id) { $0.reserve(id) }
    }

    func fill(_ reservation: RedisCacheShard.Reservation, with record: SessionRecord, byteCount: Int) {
        self.withShard(of: record.id) { $0.fill(reservation, with: record, byteCount: byteCount) }
    }

    func cancel(_ reservation: RedisCacheShard.Reservation, of id: SessionID) {
        self.withShard(of: id) { $0.cancel(reservation, of: id) }
    }

    func beginWrite(_ id: SessionID) { self.withShard(of: id) { $0.beginWrite(id) } }
    func endWrite(_ id: SessionID) { self.withShard(of: id) { $0.endWrite(id) } }

    /// A write has left a record on the server.
    func endWrite(of record: SessionRecord, byteCount: Int, leaseEnd: ContinuousClock.Instant) {
        self.withShard(of: record.id) {
            $0.endWrite(record.id, record: record, byteCount: byteCount, leaseEnd: leaseEnd)
        }
    }

    /// Whether the tracking connection sends heartbeats.
    var isInUse: Bool { self.isAwake.load(ordering: .relaxed) }

    /// Whether the tracking connection must be woken, because it sleeps while the cache is not used.
    func mustWake() -> Bool {
        !self.isAwake.load(ordering: .relaxed) && !self.isAwake.exchange(true, ordering: .relaxed)
    }

    // MARK: The tracking connection

    /// Records that the tracking connection sleeps.
    func sleep() { self.isAwake.store(false, ordering: .relaxed) }

    /// Whether a record was asked for since the last call.
    func takeUse() -> Bool {
        self.shards.reduce(false) { used, shard in shard.state.withLock { $0.takeUse() } || used }
    }

    func invalidate(_ id: SessionID) { self.withShard(of: id) { $0.invalidate(id) } }
    func invalidateAll() { self.withShards { $0.invalidateAll() } }

    /// Invalidations are no longer received: ends the lease and empties the cache.
    ///
    /// - Returns: The epoch of the next connection.
    @discardableResult
    func suspend() -> UInt64 {
        self.epoch.withLock { epoch in
            epoch += 1
            let next = epoch
            self.withShards { $0.suspend(until: next) }
            return next
        }
    }

    func track(in epoch: UInt64) { self.withShards { $0.track(in: epoch) } }

    func extendLease(to end: ContinuousClock.Instant, in epoch: UInt64) {
        self.withShards { $0.extendLease(to: end, in: epoch) }
    }
}
#endif
