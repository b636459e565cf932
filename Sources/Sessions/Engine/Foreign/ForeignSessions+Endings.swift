//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension ForeignSessions {
    private var markedUntil: Instant { self.configuration.clock.now + self.configuration.endedMarkerLifetime }

    func end(_ live: SessionState.LiveSession) async throws -> Bool {
        guard let id = live.record.foreign?.id else { return false }
        let (now, markedUntil) = (self.configuration.clock.now, self.markedUntil)
        return try await self.about { try await $0.end(id, markedUntil: markedUntil, now: now) }
    }

    func endEverything() async throws {
        let (now, markedUntil) = (self.configuration.clock.now, self.markedUntil)
        // It takes as long as there are many sessions, so that no deadline of one call is meant for it.
        try await self.store.endEverything(markedUntil: markedUntil, now: now)
    }

    func end(_ id: SessionID, of subject: String?) async throws -> Bool { throw SessionError.foreignUnlisted }

    func end(_ token: SessionToken, logger: Logger) async throws -> Bool { throw SessionError.foreignUnlisted }

    func sessions(of subject: String) async throws -> [SessionRecord] { throw SessionError.foreignUnlisted }

    /// All sessions are looked through, for the other system keeps no list, and one of ours would not know of its logins.
    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        let (now, markedUntil) = (self.configuration.clock.now, self.markedUntil)
        try await self.store.endAll(of: subject, except: kept, markedUntil: markedUntil, now: now)
    }

    func endOthers(
        than live: SessionState.LiveSession,
        of subject: String
    ) async throws -> SessionState.LiveSession? {
        guard let record = try await self.reload(live), record.belongs(to: subject) else { return nil }
        try await self.endAll(of: subject, except: [live.record.id])
        return live
    }

    func loginMarks(of subject: String) async throws -> LoginMarks { LoginMarks() }
}
