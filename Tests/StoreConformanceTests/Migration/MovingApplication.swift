//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization
import TestSupport

/// Which servers of an application there are while sessions move.
enum MovingServers: String, CaseIterable {
    case dualRead, migrating
    /// Both phases beside each other: every call reaches a server of the other one.
    case ofBothPhases
    /// Sessions begin on servers that prepare, and everything else happens on servers that move.
    case meetingWhatBeganInTheOld
}

/// The servers of an application while sessions move from one store to another, as the one store that they must be.
final class MovingApplication<Old: SessionStore, New: SessionStore>: ForwardingSessionStore {
    private let servers: MovingServers
    private let preparing: MigratingSessionStore<Old, New>
    private let moving: MigratingSessionStore<Old, New>
    private let turn = Mutex(false)

    init(_ servers: MovingServers, from old: Old, to new: New) {
        self.servers = servers
        self.preparing = MigratingSessionStore(from: old, to: new, phase: .dualRead)
        self.moving = MigratingSessionStore(from: old, to: new, phase: .migrating)
    }

    /// The server that the next call reaches, unless it creates a session.
    var base: MigratingSessionStore<Old, New> {
        switch self.servers {
        case .dualRead: return self.preparing
        case .migrating, .meetingWhatBeganInTheOld: return self.moving
        case .ofBothPhases:
            return self.turn.withLock { turn in
                turn.toggle()
                return turn ? self.preparing : self.moving
            }
        }
    }

    // No turn for what is no call.
    func failureDomain(of id: SessionID) -> Int { 0 }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        let server = self.servers == .meetingWhatBeganInTheOld ? self.preparing : self.base
        try await server.create(record, now: now)
    }
}

extension MovingApplication: SubjectSessionStore where Old: SubjectSessionStore, New: SubjectSessionStore {}

extension MovingApplication: EnumerableSessionStore where Old: EnumerableSessionStore, New: EnumerableSessionStore {}

extension MovingApplication: SweepableSessionStore where Old: SweepableSessionStore, New: SweepableSessionStore {}
