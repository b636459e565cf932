//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// With a near cache, records are read from memory, and all other calls ask the server.
extension RedisSessionStore: SynchronousSessionStore {
    public var writesSynchronously: Bool { false }

    public var loadsMayLag: Bool { self.near != nil }

    public func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        self.near?.record(of: id, now: now).map { .found($0) }
    }

    public func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult? { nil }

    public func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? { nil }
}

extension RedisSessionStore {
    /// Writes a record, so that the near cache has no older one afterwards.
    func writing<Result>(_ id: SessionID, _ write: () async throws -> Result) async throws -> Result {
        guard let near else { return try await write() }
        return try await near.writing(id, write)
    }

    /// Stores a record, which the near cache then has.
    ///
    /// - Parameter entry: The arguments of the script, with the entry first.
    func storing(
        _ record: SessionRecord,
        _ entry: [RedisArgument],
        _ write: () async throws -> RedisReply
    ) async throws -> RedisReply {
        guard let near else { return try await write() }
        return try await near.storing(record, byteCount: entry.first?.bytes.count ?? 0, write)
    }

    /// Waits until no process with a near cache uses what it read before an acknowledged write.
    func waitForLeases() async throws {
        try await self.near?.waitForLeases()
    }
}
#endif
