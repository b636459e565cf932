//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What sessions and registered tokens have in common: records under tokens of ours.
extension GuardedStore {
    /// Adds a record under a new token.
    ///
    /// An id that exists already is drawn again: it cannot happen by chance, and must not become somebody else's if it
    /// happens otherwise.
    ///
    /// - Parameters:
    ///   - id: An id that the application chose, if it did.
    ///   - make: Makes the record of a token.
    ///   - stored: The record as the store is to keep it.
    func create(
        id makeID: () throws -> SessionID? = { nil },
        _ make: (SessionToken, Instant) throws -> SessionRecord,
        stored: (SessionRecord) throws -> SessionRecord = { $0 }
    ) async throws -> (token: SessionToken, record: SessionRecord) {
        var attempt = 1
        while true {
            let now = self.configuration.clock.now
            let random = self.configuration.random
            let token = SessionToken(
                id: try makeID() ?? SessionID(random: random),
                secret: SessionSecret(random: random)
            )
            let record = try make(token, now)
            try self.configuration.checkSize(of: record.values)
            let created = try stored(record)
            do {
                try await self.call { try await $0.create(created, now: now) }
                return (token, record)
            } catch let error as SessionStoreError {
                attempt += 1
                guard error.code == .duplicate, attempt <= 3 else {
                    throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
                }
            }
        }
    }

    /// The living records of a subject.
    ///
    /// - Throws: ``SessionError`` with the code `notOffered` when the store has no such lists.
    func records(of subject: String, now: Instant) async throws -> [SessionRecord] {
        let subjects = try self.subjects
        // A store may be careless.
        return try await self.about { _ in try await subjects.sessions(of: subject, now: now) }
            .filter { $0.belongs(to: subject) && !$0.isExpired(at: now) }
    }

    /// Ends what a token opens, and marks its id.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ id: SessionID) async throws -> Bool {
        let now = self.configuration.clock.now
        let markedUntil = now + self.configuration.endedMarkerLifetime
        return try await self.about { try await $0.end(id, markedUntil: markedUntil, now: now) }
    }

    /// Ends all of a subject but the named ones.
    func endAll(of subject: String, except kept: Set<SessionID> = []) async throws {
        let (subjects, now) = (try self.subjects, self.configuration.clock.now)
        let markedUntil = now + self.configuration.endedMarkerLifetime
        _ = try await self.about { _ in
            try await subjects.endAll(of: subject, except: kept, markedUntil: markedUntil, now: now)
        }
    }

    /// Ends all that is meant, page by page, so that never more than a page is in memory or under way; the endings of a
    /// page at once, so that a store can commit them together. Everything that is there all the while is met.
    func endAll(where isMeant: (SessionRecord) -> Bool) async throws {
        guard let enumerable = self.store as? any EnumerableSessionStore else { throw SessionError.notEnumerable }
        var last: SessionID?
        while true {
            try Task.checkCancellation()
            let (id, now) = (last, self.configuration.clock.now)
            let page = try await self.about { _ in try await enumerable.page(after: id, limit: 256, now: now) }
            guard let next = page.last?.id else { return }
            // All of a page at once: a store that commits writes together then waits for its disk or network once.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for record in page where isMeant(record) {
                    let id = record.id
                    group.addTask { _ = try await self.end(id) }
                }
                try await group.waitForAll()
            }
            last = next
        }
    }

    private var subjects: any SubjectSessionStore {
        get throws(SessionError) {
            guard let subjects = self.store as? any SubjectSessionStore else { throw .notListable }
            return subjects
        }
    }
}
