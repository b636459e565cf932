//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// The server has no order of sessions, so each of these walks through all of its keys, in small steps that keep nobody
/// else waiting; in a cluster through those of each primary. They are for administration, not for requests. Sessions whose
/// slots are just moving to another server may be missing from a count or a page.
extension RedisSessionStore: EnumerableSessionStore {
    public func count(now: Instant) async throws -> Int {
        // A walk may meet a key more than once.
        var live: Set<SessionID> = []
        try await self.walk(self.keys.sessionPattern) { keys in
            let ids = keys.compactMap { self.keys.id(of: $0) }.filter { !live.contains($0) }
            let found = try await self.inParallel(ids) { try await self.isLive($0, now: now) }
            for (id, isLive) in zip(ids, found) where isLive { live.insert(id) }
        }
        return live.count
    }

    public func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        var records: [SessionRecord] = []
        var last = id
        while records.count < limit {
            // Some of them are over; a few more than are missing spare another walk.
            let count = min(limit - records.count, Int.max - 64) + 64
            let ids = try await self.ids(after: last, limit: count)
            records += try await self.inParallel(ids) { try await self.record(of: $0, now: now) }.compactMap { $0 }
            guard ids.count == count else { break }
            last = ids.last
        }
        return Array(records.prefix(max(0, limit)))
    }

    public func clear() async throws {
        // A key that moves from one server to another while they are walked through is missed once, and not twice.
        let isOne = try await self.ask { try await self.executor.primaries() }.count == 1
        for _ in 0..<(isOne ? 1 : 2) {
            for pattern in [self.keys.sessionPattern, self.keys.indexPattern] {
                try await self.walk(pattern) { keys in
                    _ = try await self.inParallel(keys) { key in
                        let key = RedisArgument(key)
                        return try await self.ask {
                            try await self.executor.execute(RedisCommand("UNLINK", key, key: key))
                        }
                    }
                }
            }
        }
    }

    /// The first ids after one, in their order, of whatever stands under them.
    private func ids(after id: SessionID?, limit: Int) async throws -> [SessionID] {
        var ids: Set<SessionID> = []
        try await self.walk(self.keys.sessionPattern) { keys in
            ids.formUnion(keys.compactMap { self.keys.id(of: $0) }.filter { next in id.map { next > $0 } ?? true })
            // Only the first can be of the page; the others need not be remembered.
            if ids.count / 2 > limit { ids = Set(ids.sorted().prefix(limit)) }
        }
        return Array(ids.sorted().prefix(limit))
    }

    private func isLive(_ id: SessionID, now: Instant) async throws -> Bool {
        let key = self.keys.session(id)
        let range: [RedisArgument] = [key, 0, RedisArgument(Int64(RedisSessionEntry.Offset.recordEnd - 1))]
        do {
            let reply = try await self.ask(about: id) {
                try await self.executor.execute(RedisCommand("GETRANGE", range, key: key))
            }
            return reply.bytes.map { RedisSessionEntry.isLive($0, id: id, now: now) } ?? false
        } catch let error as SessionStoreError where error.code == .corruptRecord {
            return false
        }
    }

    /// Walks through the keys that match a pattern. Those that are there all the while are met at least once.
    private func walk(_ pattern: RedisArgument, _ body: ([[UInt8]]) async throws -> Void) async throws {
        let walk = RedisKeyWalk(executor: self.executor, pattern: pattern, stepSize: self.configuration.scanCount)
        try await self.ask { try await walk.forEachStep(body) }
    }
}
#endif
