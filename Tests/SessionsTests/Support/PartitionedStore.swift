//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

/// A store of several parts, as a cluster is: a session is in the part that the high half of its id names.
final class PartitionedStore: SessionStore {
    private let base = MemorySessionStore()
    private let failing = Mutex<[Int: SessionStoreError.Code]>([:])

    /// Lets all calls to a part fail.
    func fail(part: Int, with code: SessionStoreError.Code = .unavailable) {
        self.failing.withLock { $0[part] = code }
    }

    func failureDomain(of id: SessionID) -> Int { Int(clamping: id.high) }

    private func check(_ id: SessionID) throws {
        if let code = self.failing.withLock({ $0[self.failureDomain(of: id)] }) {
            throw SessionStoreError(code, "This part fails.")
        }
    }

    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try self.check(id)
        return try await self.base.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        try self.check(record.id)
        try await self.base.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        try self.check(record.id)
        return try await self.base.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        try self.check(id)
        return try await self.base.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, tombstoneUntil: Instant, now: Instant) async throws -> Bool {
        try self.check(id)
        return try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }
}
