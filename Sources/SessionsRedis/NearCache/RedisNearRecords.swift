//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// The near cache of one store: its records, the connection that keeps them in step, and the lease.
final class RedisNearRecords: Sendable {
    let cache: RedisRecordCache
    private let tracking: RedisTracking
    private let lease: Duration

    init(_ options: RedisNearCache, lease: Duration, keys: RedisSessionKeys, _ executor: any RedisTrackingExecutor) {
        self.lease = lease
        self.cache = RedisRecordCache(
            maximumCount: options.maximumCount, maximumByteCount: options.maximumByteCount)
        self.tracking = executor.track(keys, lease: lease, in: self.cache)
    }

    /// The cached record of a live session. Nil if the server must be asked.
    func record(of id: SessionID, now: SessionInstant) -> SessionRecord? {
        guard let record = self.cache.record(of: id, at: .now) else { return nil }
        // Another process may have extended it a moment ago.
        return record.isExpired(at: now) ? nil : record
    }

    /// Loads an entry from the server, and caches its record.
    func load(
        _ id: SessionID,
        _ load: () async throws -> (entry: RedisSessionEntry, byteCount: Int)?
    ) async throws -> RedisSessionEntry? {
        if self.cache.mustWake() { self.tracking.wake() }
        guard let reservation = self.cache.reserve(id) else { return try await load()?.entry }
        // It has no effect after the slot was filled.
        defer { self.cache.cancel(reservation, of: id) }
        guard let (entry, byteCount) = try await load() else { return nil }
        if case .record(let record) = entry { self.cache.fill(reservation, with: record, byteCount: byteCount) }
        return entry
    }

    /// Writes a record on the server. No older one is read from the cache afterwards.
    func writing<Result>(_ id: SessionID, _ write: () async throws -> Result) async throws -> Result {
        self.cache.beginWrite(id)
        defer { self.cache.endWrite(id) }
        return try await write()
    }

    /// Stores a record on the server, and caches it if the server replies that it is there.
    func storing(
        _ record: SessionRecord,
        byteCount: Int,
        _ write: () async throws -> RedisReply
    ) async throws -> RedisReply {
        self.cache.beginWrite(record.id)
        let leaseEnd = ContinuousClock.now + self.lease
        do {
            let reply = try await write()
            if reply == .integer(1) {
                self.cache.endWrite(of: record, byteCount: byteCount, leaseEnd: leaseEnd)
            } else {
                self.cache.endWrite(record.id)
            }
            return reply
        } catch {
            self.cache.endWrite(record.id)
            throw error
        }
    }

    /// Waits until no process uses what it read before the last acknowledged write: one lease from now, and a hundredth
    /// for clocks that run at different speeds.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, and `SessionStoreError` with the code
    ///   `deadlineExceeded` when the deadline of the call comes first. The write is done in both cases.
    func waitForLeases() async throws {
        let end = ContinuousClock.now + self.lease * 101 / 100
        let deadline = SessionStoreDeadline.current ?? end
        while ContinuousClock.now < min(end, deadline) {
            try await Task.sleep(until: min(end, deadline), clock: .continuous)
        }
        guard deadline < end else { return }
        throw SessionStoreError(
            .deadlineExceeded,
            """
            The change was made, and for the lease of the near cache, \(self.lease), other servers may not know it: the \
            storeDeadline left no time to wait for that.
            """
        )
    }
}
#endif
