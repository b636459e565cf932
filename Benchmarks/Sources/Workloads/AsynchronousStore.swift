//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A store in memory that only answers asynchronously: what the engine adds to the cost of a store in a server.
struct AsynchronousStore: SessionStore {
    private let base = MemorySessionStore()

    var needsDeadline: Bool { false }

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try await self.base.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.base.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try await self.base.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.base.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }
}
