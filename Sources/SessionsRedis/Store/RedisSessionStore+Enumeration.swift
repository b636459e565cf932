//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// The server has no order of sessions, so each of these methods scans all of its keys, in small steps that delay no
/// other commands. In a cluster they scan the keys of each primary. They are for administration, not for requests.
///
/// Paging uses the cursors of `SCAN`, so its total time is proportional to the number of keys. When slots move to
/// another server, or a server restarts, the affected part of the scan restarts, and some sessions are found twice.
/// Sessions whose slots are moving may be missing from a count or a page.
extension RedisSessionStore: EnumerableSessionStore {
    public func count(now: SessionInstant) async throws -> Int {
        // A scan may find a key more than once.
        var live: Set<SessionID> = []
        try await self.scan(self.keys.sessionPattern) { keys in
            let ids = keys.compactMap { self.keys.id(of: $0) }.filter { !live.contains($0) }
            let found = try await self.inParallel(ids) { id in
                let beginning = try await self.beginning(of: id)
                return beginning.map { RedisSessionEntry.isLive($0, id: id, now: now) } ?? false
            }
            for (id, isLive) in zip(ids, found) where isLive { live.insert(id) }
        }
        return live.count
    }

    public func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        let from = try cursor.map { try RedisScanCursor($0) }
        let (servers, map) = try await self.translatingErrors { try await self.executor.orderedPrimaries() }
        var scan = from ?? RedisScanCursor(map: map)
        if scan.map != map { try scan.restart(map: map) }
        guard Int(scan.server) < servers.count else { throw SessionStoreError.invalidCursor }
        let server = servers[Int(scan.server)]
        if !scan.isAtStart, try await self.run(of: server) != scan.run { try scan.restartServer() }
        if scan.isAtStart { scan.begin(run: try await self.run(of: server)) }
        let limit = max(1, limit)
        var stepSize = min(scan.step?.size ?? limit, self.configuration.scanCount)
        // Other keys and expired sessions are skipped, so a page may be empty.
        for _ in 0..<16 {
            let (end, found) = try await self.ids(on: server, from: scan.position, stepSize: stepSize)
            // A step is valid only in the same run of the server.
            guard try await self.run(of: server) == scan.run else {
                try scan.restartServer()
                break
            }
            var ids = found
            if let step = scan.step, step.end == end { ids.removeAll { $0 <= step.last } }
            let isWhole = ids.count <= limit
            ids = Array(ids.prefix(limit))
            if isWhole {
                scan.advance(to: end)
            } else if let last = ids.last {
                scan.stay(.init(end: end, size: stepSize, last: last))
            }
            let records = try await self.inParallel(ids) { try await self.record(of: $0, now: now) }.compactMap { $0 }
            let isOver = Int(scan.server) == servers.count
            if isOver || !records.isEmpty || scan.isAtStart {
                return SessionPage(records, next: isOver ? nil : scan.cursor)
            }
            stepSize = min(stepSize * 2, self.configuration.scanCount)
        }
        return SessionPage([], next: scan.cursor)
    }

    /// Ends all sessions, and removes them from the indexes of their users.
    @discardableResult
    public func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        let ended = try await self.inParallel(ids) { id in
            try await self.end(id, of: nil, tombstoneUntil: tombstoneUntil, now: now)
        }.compactMap { $0 }
        await self.unindex(ended, tombstoneUntil: tombstoneUntil, now: now)
        try await self.waitForLeases()
        return ended.count
    }

    public func clear() async throws {
        // A key that moves between servers during a scan is missed by only one of two scans.
        let isOne = try await self.translatingErrors { try await self.executor.primaries() }.count == 1
        for _ in 0..<(isOne ? 1 : 2) {
            for pattern in [self.keys.sessionPattern, self.keys.indexPattern] {
                try await self.scan(pattern) { keys in
                    _ = try await self.inParallel(keys) { try await self.unlink($0) }
                }
            }
        }
        try await self.waitForLeases()
    }

    private func unlink(_ key: [UInt8]) async throws -> RedisReply {
        func unlink() async throws -> RedisReply {
            let key = RedisArgument(key)
            return try await self.translatingErrors {
                try await self.executor.execute(RedisCommand("UNLINK", key, key: key))
            }
        }
        guard let id = self.keys.id(of: key) else { return try await unlink() }
        return try await self.writing(id) { try await unlink() }
    }

    /// The ids of one step, sorted and without duplicates, whatever their values. Also the end of the step.
    private func ids(
        on server: any RedisCommandExecutor,
        from position: UInt64,
        stepSize: Int
    ) async throws -> (end: UInt64, ids: [SessionID]) {
        let scan = RedisKeyScan(executor: server, pattern: self.keys.sessionPattern, stepSize: stepSize)
        let (next, keys) = try await self.translatingErrors {
            try await scan.step(on: server, from: RedisArgument("\(position)"))
        }
        guard let end = String(validating: next, as: UTF8.self).flatMap({ UInt64($0) }) else {
            throw SessionStoreError.unexpected(.bulkString(next))
        }
        return (end, Set(keys.compactMap { self.keys.id(of: $0) }).sorted())
    }

    /// A fingerprint of the server's run. 0 if the server does not report one.
    private func run(of server: any RedisCommandExecutor) async throws -> UInt64 {
        do {
            let reply = try await server.execute(RedisCommand("INFO", "server"))
            let line = reply.text?.split(whereSeparator: \.isNewline).first { $0.hasPrefix("run_id:") }
            return line.map { $0.utf8.fingerprint } ?? 0
        } catch let error as RedisError where [.noPermission, .server].contains(error.code) && !error.mayHaveRun {
            return 0
        } catch {
            return try await self.translatingErrors { throw error }
        }
    }

    /// Scans the keys that match a pattern. A key that exists during the whole scan is found at least once.
    private func scan(_ pattern: RedisArgument, _ body: ([[UInt8]]) async throws -> Void) async throws {
        let scan = RedisKeyScan(executor: self.executor, pattern: pattern, stepSize: self.configuration.scanCount)
        try await self.translatingErrors { try await scan.forEachStep(body) }
    }
}

extension RedisCommandExecutor {
    /// The servers in an order that is the same for all callers, and a value that identifies this distribution of the
    /// keys.
    fileprivate func orderedPrimaries() async throws -> (servers: [any RedisCommandExecutor], map: UInt64) {
        if let cluster = self as? RedisClusterClient { return try await cluster.orderedPrimaries() }
        let primaries = try await self.primaries()
        return (primaries, UInt64(primaries.count))
    }
}

extension Sequence<UInt8> {
    /// A hash (FNV-1a).
    var fingerprint: UInt64 {
        self.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
#endif
