//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting

/// A store that knows its subjects, can be looked through, and can be broken.
struct FaultySubjectStore: SubjectSessionStore, EnumerableSessionStore, SynchronousSessionStore {
    let faults: FaultySessionStore
    let base: MemorySessionStore

    init(_ base: MemorySessionStore, needsDeadline: Bool = false) {
        self.base = base
        self.faults = FaultySessionStore(base, needsDeadline: needsDeadline)
    }

    var needsDeadline: Bool { self.faults.needsDeadline }

    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try await self.faults.load(id, now: now)
    }

    func endedSecrets(of id: SessionID, now: Instant) async throws -> EndedSecrets? {
        try await self.faults.endedSecrets(of: id, now: now)
    }

    func loadSynchronously(_ id: SessionID, now: Instant) throws -> SessionLoadResult? {
        try self.faults.loadSynchronously(id, now: now)
    }

    func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) throws -> SessionReplaceResult? {
        try self.faults.replaceSynchronously(record, ifVersion: version, now: now)
    }

    func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: Instant) throws -> Bool? {
        try self.faults.touchSynchronously(id, touch, now: now)
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        try await self.faults.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        try await self.faults.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        try await self.faults.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, tombstoneUntil: Instant, now: Instant) async throws -> Bool {
        try await self.faults.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }

    func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: Instant
    ) async throws -> SessionPage {
        try await self.base.page(of: subject, from: cursor, limit: limit, now: now)
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: Instant,
        now: Instant
    ) async throws -> SessionEndingPage {
        try await self.base.endSessions(
            of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
    }

    func count(now: Instant) async throws -> Int { try await self.base.count(now: now) }

    func page(from cursor: SessionCursor?, limit: Int, now: Instant) async throws -> SessionPage {
        try await self.base.page(from: cursor, limit: limit, now: now)
    }

    func clear() async throws { try await self.base.clear() }
}
