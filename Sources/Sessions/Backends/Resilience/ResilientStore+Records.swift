//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Operations common to sessions and registered tokens: records under tokens of this library.
extension ResilientStore {
    /// Adds a record under a new token.
    ///
    /// If the id exists, another is drawn: this cannot happen by chance, and the record must not replace another one if
    /// it happens otherwise.
    ///
    /// - Parameters:
    ///   - id: The id that the application chose, if any.
    ///   - make: Makes the record of a token.
    ///   - stored: Converts the record to its stored form.
    func create(
        id makeID: () throws -> SessionID? = { nil },
        _ make: (SessionToken, SessionInstant) throws -> SessionRecord,
        stored: (SessionRecord) throws -> SessionRecord = { $0 }
    ) async throws -> (token: SessionToken, record: SessionRecord) {
        var attempt = 1
        while true {
            let now = self.environment.configuration.clock.now
            let random = self.environment.configuration.random
            let token = SessionToken(
                id: try makeID() ?? SessionID(random: random),
                secret: SessionSecret(random: random)
            )
            let record = try make(token, now)
            try self.environment.configuration.checkSize(of: record.values)
            let created = try stored(record)
            do {
                try await self.perform(.write(created.id)) { try await $0.create(created, now: now) }
                return (token, record)
            } catch let error as SessionStoreError {
                attempt += 1
                guard error.code == .duplicate, attempt <= 3 else {
                    throw SessionError.storeUnavailable(error, retryAfter: self.environment.configuration.retryAfter)
                }
            }
        }
    }

    /// Returns a page of the live records of a subject.
    ///
    /// - Throws: ``SessionError`` with the code `notOffered` when the store cannot list them.
    func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws
        -> SessionPage
    {
        let subjects = try self.subjects
        var page = try await self.performForRecord(.listing) { _ in
            try await subjects.page(of: subject, from: cursor, limit: limit, now: now)
        }
        // The store may return wrong or expired records.
        page.records.removeAll { !$0.belongs(to: subject) || $0.isExpired(at: now) }
        return page
    }

    /// Returns the live records of a subject, the oldest first: in the same order on all servers.
    ///
    /// - Parameter limit: The maximum number to read. If a subject has more, some of the missing ones may be older.
    func recordsByAge(of subject: String, atMost limit: Int, now: SessionInstant) async throws -> [SessionRecord] {
        var records: [SessionID: SessionRecord] = [:]
        var cursor: SessionCursor?
        repeat {
            let page = try await self.page(of: subject, from: cursor, limit: min(limit, Self.pageSize), now: now)
            for record in page.records { records[record.id] = record }
            cursor = page.next
        } while cursor != nil && records.count < limit
        return records.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Returns the live records of a subject that match, read page by page in a ``StoreWalk``.
    func records(of subject: String, now: SessionInstant, where isMeant: (SessionRecord) -> Bool) async throws
        -> [SessionRecord]
    {
        var (walk, cursor, records) = (StoreWalk(), SessionCursor?.none, [SessionRecord]())
        repeat {
            try Task.checkCancellation()
            let from = cursor
            let page = try await walk.step { try await self.page(of: subject, from: from, limit: $0, now: now) }
            records += page.records.filter(isMeant)
            cursor = page.next
            walk.finishPage()
        } while cursor != nil
        return records
    }

    /// Ends a record by its id, and leaves a tombstone.
    ///
    /// - Returns: Whether this call ended it.
    func end(_ id: SessionID) async throws -> Bool {
        let now = self.environment.configuration.clock.now
        let tombstoneUntil = now + self.environment.configuration.tombstoneLifetime
        return try await self.performForRecord(.write(id)) {
            try await $0.end(id, tombstoneUntil: tombstoneUntil, now: now)
        }
    }

    /// Ends all records of a subject except the given ones, in a ``StoreWalk``.
    ///
    /// If a step finally fails, earlier steps stay in effect, and another call has less to do.
    func endAll(of subject: String, except kept: Set<SessionID> = []) async throws {
        let subjects = try self.subjects
        var (walk, cursor) = (StoreWalk(), SessionCursor?.none)
        repeat {
            try Task.checkCancellation()
            let (from, now) = (cursor, self.environment.configuration.clock.now)
            let tombstoneUntil = now + self.environment.configuration.tombstoneLifetime
            cursor = try await walk.step { limit in
                try await self.performForRecord(.listing) { _ in
                    try await subjects.endSessions(
                        of: subject,
                        except: kept,
                        from: from,
                        limit: limit,
                        tombstoneUntil: tombstoneUntil,
                        now: now
                    )
                }
            }.next
            walk.finishPage()
        } while cursor != nil
        guard walk.pageCount > Self.pagesOfManySessions else { return }
        // In PostgreSQL, the first reader of a user's part of the index passes over everything that has ended, which
        // takes longer than a deadline after a million endings. Each attempt leaves less. It must not be a visitor's.
        _ = try? await walk.step { _ in
            try await self.page(of: subject, from: nil, limit: 1, now: self.environment.configuration.clock.now)
        }
    }

    /// Ends the records of a subject that match, page by page, in a ``StoreWalk``.
    func endAll(of subject: String, where isMeant: (SessionRecord) -> Bool) async throws {
        var (walk, cursor) = (StoreWalk(), SessionCursor?.none)
        repeat {
            try Task.checkCancellation()
            let (from, now) = (cursor, self.environment.configuration.clock.now)
            let page = try await walk.step { try await self.page(of: subject, from: from, limit: $0, now: now) }
            let ids = page.records.filter(isMeant).map(\.id)
            if let enumerable = self.store as? any EnumerableSessionStore {
                _ = try await self.end(ids, in: enumerable, &walk, now: now)
            } else {
                for id in ids { _ = try await walk.step { _ in try await self.end(id) } }
            }
            cursor = page.next
            walk.finishPage()
        } while cursor != nil
    }

    /// Ends all matching records, page by page, in a ``StoreWalk``, so that at most one page is in memory. Every record
    /// that is live throughout is visited.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin.
    ///   - progress: Called after each page, with the number of sessions that it ended and the cursor of the next page.
    func endAll(
        from cursor: SessionCursor? = nil,
        where isMeant: (SessionRecord) -> Bool,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void = { _, _ in }
    ) async throws {
        guard let enumerable = self.store as? any EnumerableSessionStore else { throw SessionError.notEnumerable }
        var (walk, cursor) = (StoreWalk(), cursor)
        repeat {
            try Task.checkCancellation()
            let (from, now) = (cursor, self.environment.configuration.clock.now)
            let page = try await walk.step { limit in
                try await self.performForRecord(.listing) { _ in
                    try await enumerable.page(from: from, limit: limit, now: now)
                }
            }
            let ids = page.records.filter(isMeant).map(\.id)
            let endedCount = try await self.end(ids, in: enumerable, &walk, now: now)
            cursor = page.next
            walk.finishPage()
            try await progress(endedCount, cursor)
        } while cursor != nil
    }

    /// Ends the sessions of a page.
    ///
    /// - Returns: How many were live.
    private func end(
        _ ids: [SessionID],
        in store: any EnumerableSessionStore,
        _ walk: inout StoreWalk,
        now: SessionInstant
    ) async throws -> Int {
        let tombstoneUntil = now + self.environment.configuration.tombstoneLifetime
        var (rest, endedCount) = (ids[...], 0)
        while !rest.isEmpty {
            let (ended, step) = try await walk.step { limit in
                let step = Array(rest.prefix(limit))
                let ended = try await self.performForRecord(.listing) { _ in
                    try await store.end(step, tombstoneUntil: tombstoneUntil, now: now)
                }
                return (ended, step)
            }
            endedCount += ended
            rest = rest.dropFirst(step.count)
        }
        return endedCount
    }

    /// How many records one step reads.
    private static var pageSize: Int { 512 }
    private static var pagesOfManySessions: Int { 32 }

    private var subjects: any SubjectSessionStore {
        get throws(SessionError) {
            guard let subjects = self.store as? any SubjectSessionStore else { throw .notListable }
            return subjects
        }
    }
}
