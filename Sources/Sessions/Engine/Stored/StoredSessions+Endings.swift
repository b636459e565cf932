//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension StoredSessions {
    var listsSessions: Bool { self.store.store is any SubjectSessionStore }
    var endsOthers: Bool { self.listsSessions }

    func sessions(of subject: String) async throws -> [SessionRecord] {
        let now = self.configuration.clock.now
        // The idle limit may have been shortened.
        return try await self.store.records(of: subject, now: now).filter { !self.configuration.isOver($0, now: now) }
    }

    func end(_ live: SessionState.LiveSession) async throws -> Bool {
        try await self.end(live.record.id)
    }

    /// Ends a session and marks its id.
    func end(_ id: SessionID) async throws -> Bool {
        try await self.store.end(id)
    }

    /// Whose session it is never changes, so that asking first and ending then is as good as both at once.
    func end(_ id: SessionID, of subject: String?) async throws -> Bool {
        let now = self.configuration.clock.now
        do {
            guard
                case .found(let record) = try await self.store.call({ try await $0.load(id, now: now) }),
                !self.configuration.isOver(record, now: now)
            else { return false }
            // An id from outside may be that of something else in the store.
            guard subject.map({ record.belongs(to: $0) }) ?? record.isSession else { return false }
        } catch is SessionStoreError {
            // What cannot be read is nobody's that could be named.
            guard subject == nil else { return false }
        }
        return try await self.end(id)
    }

    func end(_ token: SessionToken, logger: Logger) async throws -> Bool {
        guard case .live = try await self.lookUp(token, logger: logger) else { return false }
        return try await self.end(token.id)
    }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        try await self.store.endAll(of: subject, except: kept)
    }

    func endOthers(
        than live: SessionState.LiveSession,
        of subject: String
    ) async throws -> SessionState.LiveSession? {
        try await self.endAll(of: subject, except: [live.record.id])
        return live
    }

    func endEverything() async throws {
        try await self.store.endAll { $0.isSession }
    }
}
