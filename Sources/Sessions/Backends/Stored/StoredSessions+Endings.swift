//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StoredSessions {
    var supportsListing: Bool { self.store.store is any SubjectSessionStore }
    var supportsRevokingOthers: Bool { self.supportsListing }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        let now = self.environment.configuration.clock.now
        var page = try await self.store.page(of: subject, from: cursor, limit: limit, now: now)
        // The idle limit may have been shortened.
        page.records.removeAll { self.environment.configuration.isExpired($0, now: now) }
        page.records = try await self.resolvingImpersonations(in: page.records)
        return page
    }

    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord] {
        let now = self.environment.configuration.clock.now
        return try await self.store.recordsByAge(of: subject, atMost: limit, now: now)
            // A session in which an administrator acts takes no place of the user's own.
            .filter { !self.environment.configuration.isExpired($0, now: now) && $0.impersonation == nil }
    }

    func end(_ live: SessionState.LoadedSession) async throws -> Bool {
        try await self.end(live.record.id)
    }

    /// Ends a session and leaves a tombstone.
    func end(_ id: SessionID) async throws -> Bool {
        try await self.store.end(id)
    }

    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord? {
        let now = self.environment.configuration.clock.now
        do {
            guard
                case .found(let record) = try await self.store.perform(.read(id), { try await $0.load(id, now: now) }),
                !self.environment.configuration.isExpired(record, now: now),
                // An administrator has the sessions in which they act as others too.
                record.belongs(to: subject) || record.impersonation?.isActing(subject) == true
            else { return nil }
            return record
        } catch is SessionStoreError {
            // An unreadable record has no known user.
            return nil
        }
    }

    /// Ends a user's session. The user of a session never changes, so checking first and ending then is safe.
    func end(_ id: SessionID, of subject: String?) async throws -> SessionUsers? {
        if let subject {
            guard let record = try await self.record(id, of: subject), try await self.end(id) else { return nil }
            return SessionUsers(of: record)
        }
        let now = self.environment.configuration.clock.now
        var users = SessionUsers(subject: nil)
        do {
            guard
                case .found(let record) = try await self.store.perform(.read(id), { try await $0.load(id, now: now) }),
                // An id from outside may belong to another kind of record in the store.
                !self.environment.configuration.isExpired(record, now: now), record.isSession
            else { return nil }
            users = SessionUsers(of: record)
        } catch is SessionStoreError {
            // An unreadable record can still be ended.
        }
        return try await self.end(id) ? users : nil
    }

    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> SessionUsers? {
        var check = CredentialCheck(.token(token), self.environment)
        var step = check.next(.started)
        while case .perform(let action) = step {
            step = check.next(try await self.perform(action, for: request, origin: origin))
        }
        guard case .finish(let resolution) = step, let live = resolution.live, try await self.end(token.id) else {
            return nil
        }
        return SessionUsers(of: live.record)
    }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        try await self.store.endAll(of: subject, except: kept)
    }

    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession? {
        try await self.endAll(of: subject, except: [live.record.id])
        return live
    }

    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws {
        var impersonations: [SessionRecord] = []
        try await self.store.endAll(from: cursor) { record in
            if record.isSession, record.impersonation != nil { impersonations.append(record) }
            return record.isSession
        } progress: { endedCount, next in
            self.environment.configuration.report(endsOf: impersonations, .everything)
            impersonations = []
            try await progress(endedCount, next)
        }
    }
}
