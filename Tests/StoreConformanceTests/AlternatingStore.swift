//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import Synchronization

/// Several stores on one file or table, asked in turn: what one process did, the next call reads through another
/// connection.
final class AlternatingStore<Store>: SubjectSessionStore, EnumerableSessionStore, SweepableSessionStore
where Store: SubjectSessionStore & EnumerableSessionStore & SweepableSessionStore {
    private let stores: [Store]
    private let turn = Mutex(0)

    init(_ stores: [Store]) {
        self.stores = stores
    }

    private var next: Store {
        self.turn.withLock { turn in
            turn += 1
            return self.stores[turn % self.stores.count]
        }
    }

    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try await self.next.load(id, now: now)
    }

    func endedSecrets(of id: SessionID, now: Instant) async throws -> EndedSecrets? {
        try await self.next.endedSecrets(of: id, now: now)
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        try await self.next.create(record, now: now)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        try await self.next.replace(record, ifVersion: version, now: now)
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        try await self.next.touch(id, touch, now: now)
    }

    func end(_ id: SessionID, tombstoneUntil: Instant, now: Instant) async throws -> Bool {
        try await self.next.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }

    func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: Instant
    ) async throws -> SessionPage {
        try await self.next.page(of: subject, from: cursor, limit: limit, now: now)
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: Instant,
        now: Instant
    ) async throws -> SessionEndingPage {
        try await self.next.endSessions(
            of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
    }

    func count(now: Instant) async throws -> Int {
        try await self.next.count(now: now)
    }

    func page(from cursor: SessionCursor?, limit: Int, now: Instant) async throws -> SessionPage {
        try await self.next.page(from: cursor, limit: limit, now: now)
    }

    func end(_ ids: [SessionID], tombstoneUntil: Instant, now: Instant) async throws -> Int {
        try await self.next.end(ids, tombstoneUntil: tombstoneUntil, now: now)
    }

    func clear() async throws {
        try await self.next.clear()
    }

    func sweep(limit: Int, now: Instant) async throws -> Int {
        try await self.next.sweep(limit: limit, now: now)
    }
}
#endif
