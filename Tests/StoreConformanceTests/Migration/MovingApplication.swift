//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

/// Which servers of an application there are while sessions move.
enum MovingServers: String, CaseIterable {
    case dualRead, migrating
    /// Both phases beside each other: every call reaches a server of the other one.
    case ofBothPhases
    /// Sessions begin on servers that prepare, and everything else happens on servers that move.
    case meetingWhatBeganInTheOld
}

/// The servers of an application while sessions move from one store to another, as the one store that they must be.
final class MovingApplication<Old: SessionStore, New: SessionStore>: SessionStore {
    private let servers: MovingServers
    private let preparing: MigratingSessionStore<Old, New>
    private let moving: MigratingSessionStore<Old, New>
    private let turn = Mutex(false)

    init(_ servers: MovingServers, from old: Old, to new: New) {
        self.servers = servers
        self.preparing = MigratingSessionStore(from: old, to: new, phase: .dualRead)
        self.moving = MigratingSessionStore(from: old, to: new, phase: .migrating)
    }

    /// The server that the next call reaches.
    private var next: MigratingSessionStore<Old, New> { self.next(forCreation: false) }

    private func next(forCreation isCreation: Bool) -> MigratingSessionStore<Old, New> {
        switch self.servers {
        case .dualRead: return self.preparing
        case .migrating: return self.moving
        case .meetingWhatBeganInTheOld: return isCreation ? self.preparing : self.moving
        case .ofBothPhases:
            return self.turn.withLock { turn in
                turn.toggle()
                return turn ? self.preparing : self.moving
            }
        }
    }

    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try await self.next.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        try await self.next(forCreation: true).create(record, now: now)
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
}

extension MovingApplication: SubjectSessionStore where Old: SubjectSessionStore, New: SubjectSessionStore {
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
}

extension MovingApplication: EnumerableSessionStore where Old: EnumerableSessionStore, New: EnumerableSessionStore {
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
}

extension MovingApplication: SweepableSessionStore where Old: SweepableSessionStore, New: SweepableSessionStore {
    func sweep(limit: Int, now: Instant) async throws -> Int {
        try await self.next.sweep(limit: limit, now: now)
    }
}
