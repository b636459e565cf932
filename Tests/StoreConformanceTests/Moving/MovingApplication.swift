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
    case preparing, moving
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
        self.preparing = MigratingSessionStore(from: old, to: new, phase: .preparing)
        self.moving = MigratingSessionStore(from: old, to: new, phase: .moving)
    }

    /// The server that the next call reaches.
    private var next: MigratingSessionStore<Old, New> { self.next(forCreation: false) }

    private func next(forCreation isCreation: Bool) -> MigratingSessionStore<Old, New> {
        switch self.servers {
        case .preparing: return self.preparing
        case .moving: return self.moving
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

    func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        try await self.next.end(id, markedUntil: markedUntil, now: now)
    }
}

extension MovingApplication: SubjectSessionStore where Old: SubjectSessionStore, New: SubjectSessionStore {
    func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        try await self.next.sessions(of: subject, now: now)
    }

    func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        try await self.next.endAll(of: subject, except: kept, markedUntil: markedUntil, now: now)
    }
}

extension MovingApplication: EnumerableSessionStore where Old: EnumerableSessionStore, New: EnumerableSessionStore {
    func count(now: Instant) async throws -> Int {
        try await self.next.count(now: now)
    }

    func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        try await self.next.page(after: id, limit: limit, now: now)
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
