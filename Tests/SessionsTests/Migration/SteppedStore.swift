//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A store that asks the stage before each call.
struct SteppedStore: SessionStore {
    let base: MemorySessionStore
    let scheduler: StepScheduler
    let actor: Int

    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        await self.scheduler.step(self.actor)
        return try await self.base.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        await self.scheduler.step(self.actor)
        try await self.base.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        await self.scheduler.step(self.actor)
        return try await self.base.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        await self.scheduler.step(self.actor)
        return try await self.base.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, tombstoneUntil: Instant, now: Instant) async throws -> Bool {
        await self.scheduler.step(self.actor)
        return try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }
}
