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

    private var subjects: any SubjectSessionStore {
        get throws(SessionError) {
            guard let subjects = self.store.store as? any SubjectSessionStore else { throw .notListable }
            return subjects
        }
    }

    private func markedUntil(_ now: Instant) -> Instant { now + self.configuration.endedMarkerLifetime }

    func sessions(of subject: String) async throws -> [SessionRecord] {
        let (subjects, now) = (try self.subjects, self.configuration.clock.now)
        let records = try await self.store.about { _ in try await subjects.sessions(of: subject, now: now) }
        // A store may be careless, and the idle limit may have been shortened.
        return records.filter { $0.belongs(to: subject) && !self.configuration.isOver($0, now: now) }
    }

    func end(_ live: SessionState.LiveSession) async throws -> Bool {
        try await self.end(live.record.id)
    }

    /// Ends a session and marks its id.
    func end(_ id: SessionID) async throws -> Bool {
        let now = self.configuration.clock.now
        let markedUntil = self.markedUntil(now)
        return try await self.store.about { try await $0.end(id, markedUntil: markedUntil, now: now) }
    }

    /// Whose session it is never changes, so that asking first and ending then is as good as both at once.
    func end(_ id: SessionID, of subject: String?) async throws -> Bool {
        let now = self.configuration.clock.now
        do {
            guard
                case .found(let record) = try await self.store.call({ try await $0.load(id, now: now) }),
                !self.configuration.isOver(record, now: now)
            else { return false }
            // An id from outside may be that of an ending of sealed sessions, which shares the store.
            guard subject.map({ record.belongs(to: $0) }) ?? !record.belongs(to: RevocationStore.subject) else {
                return false
            }
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
        let (subjects, now) = (try self.subjects, self.configuration.clock.now)
        let markedUntil = self.markedUntil(now)
        _ = try await self.store.about { _ in
            try await subjects.endAll(of: subject, except: kept, markedUntil: markedUntil, now: now)
        }
    }

    func endOthers(
        than live: SessionState.LiveSession,
        of subject: String
    ) async throws -> SessionState.LiveSession? {
        try await self.endAll(of: subject, except: [live.record.id])
        return live
    }

    /// Page by page, so that never more than a page is in memory or under way; the endings of a page at once, so that a
    /// store can commit them together. Every session that is there all the while is met.
    func endEverything() async throws {
        guard let enumerable = self.store.store as? any EnumerableSessionStore else { throw SessionError.notEnumerable }
        var last: SessionID?
        while true {
            try Task.checkCancellation()
            let (id, now) = (last, self.configuration.clock.now)
            let page = try await self.store.about { _ in try await enumerable.page(after: id, limit: 256, now: now) }
            guard let next = page.last?.id else { return }
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Endings of sealed sessions may share the store, and must outlast this.
                for record in page where !record.belongs(to: RevocationStore.subject) {
                    let id = record.id
                    group.addTask { _ = try await self.end(id) }
                }
                try await group.waitForAll()
            }
            last = next
        }
    }
}
