//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What sessions and registered tokens have in common: records under tokens of ours.
extension ResilientStore {
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
                try await self.call(.write(created.id)) { try await $0.create(created, now: now) }
                return (token, record)
            } catch let error as SessionStoreError {
                attempt += 1
                guard error.code == .duplicate, attempt <= 3 else {
                    throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
                }
            }
        }
    }

    /// A page of the live records of a subject.
    ///
    /// - Throws: ``SessionError`` with the code `notOffered` when the store has no such lists.
    func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: Instant) async throws -> SessionPage {
        let subjects = try self.subjects
        var page = try await self.about(.listing) { _ in
            try await subjects.page(of: subject, from: cursor, limit: limit, now: now)
        }
        // A store may be careless.
        page.records.removeAll { !$0.belongs(to: subject) || $0.isExpired(at: now) }
        return page
    }

    /// The live records of a subject, the oldest first: in one order for all servers.
    ///
    /// - Parameter limit: The most to read. Of a subject that has more, some of those that are missing may be older.
    func recordsByAge(of subject: String, atMost limit: Int, now: Instant) async throws -> [SessionRecord] {
        var records: [SessionID: SessionRecord] = [:]
        var cursor: SessionCursor?
        repeat {
            let page = try await self.page(of: subject, from: cursor, limit: min(limit, Self.pageSize), now: now)
            for record in page.records { records[record.id] = record }
            cursor = page.next
        } while cursor != nil && records.count < limit
        return records.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Ends what a token opens, and marks its id.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ id: SessionID) async throws -> Bool {
        let now = self.configuration.clock.now
        let tombstoneUntil = now + self.configuration.tombstoneLifetime
        return try await self.about(.write(id)) { try await $0.end(id, tombstoneUntil: tombstoneUntil, now: now) }
    }

    /// Ends all of a subject but the named ones, in steps that each have a deadline of their own, so that it comes to
    /// its end whatever the number of sessions.
    ///
    /// What has ended stays so if a step fails in the end, and another call has less to do.
    func endAll(of subject: String, except kept: Set<SessionID> = []) async throws {
        let subjects = try self.subjects
        var cursor: SessionCursor?
        repeat {
            try Task.checkCancellation()
            let (from, now) = (cursor, self.configuration.clock.now)
            let tombstoneUntil = now + self.configuration.tombstoneLifetime
            cursor = try await self.step(isFirst: from == nil) {
                try await self.about(.listing) { _ in
                    try await subjects.endSessions(
                        of: subject,
                        except: kept,
                        from: from,
                        limit: Self.pageSize,
                        tombstoneUntil: tombstoneUntil,
                        now: now
                    )
                }
            }.next
        } while cursor != nil
    }

    /// Ends those of a subject that are meant, page by page, in steps as ``endAll(of:except:)`` takes them.
    func endAll(of subject: String, where isMeant: (SessionRecord) -> Bool) async throws {
        var cursor: SessionCursor?
        repeat {
            try Task.checkCancellation()
            let (from, now) = (cursor, self.configuration.clock.now)
            let page = try await self.step(isFirst: from == nil) {
                try await self.page(of: subject, from: from, limit: Self.pageSize, now: now)
            }
            let ids = page.records.filter(isMeant).map(\.id)
            if let enumerable = self.store as? any EnumerableSessionStore {
                _ = try await self.end(ids, in: enumerable, isFirst: from == nil, now: now)
            } else {
                for id in ids { _ = try await self.step(isFirst: from == nil) { try await self.end(id) } }
            }
            cursor = page.next
        } while cursor != nil
    }

    /// Ends all that is meant, page by page, so that never more than a page is in memory or under way, and no page
    /// shares its deadline with another. Every record that is live all the while is met.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin.
    ///   - progress: Called after each page, with the number of sessions that it ended and where the next page begins.
    func endAll(
        from cursor: SessionCursor? = nil,
        where isMeant: (SessionRecord) -> Bool,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void = { _, _ in }
    ) async throws {
        guard let enumerable = self.store as? any EnumerableSessionStore else { throw SessionError.notEnumerable }
        var cursor = cursor
        repeat {
            try Task.checkCancellation()
            let (from, now) = (cursor, self.configuration.clock.now)
            let page = try await self.step(isFirst: from == nil) {
                try await self.about(.listing) { _ in
                    try await enumerable.page(from: from, limit: Self.pageSize, now: now)
                }
            }
            let ids = page.records.filter(isMeant).map(\.id)
            let endedCount = try await self.end(ids, in: enumerable, isFirst: from == nil, now: now)
            cursor = page.next
            try await progress(endedCount, cursor)
        } while cursor != nil
    }

    /// Ends the sessions of a page.
    ///
    /// - Returns: How many were live.
    private func end(
        _ ids: [SessionID],
        in store: any EnumerableSessionStore,
        isFirst: Bool,
        now: Instant
    ) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        let tombstoneUntil = now + self.configuration.tombstoneLifetime
        return try await self.step(isFirst: isFirst) {
            try await self.about(.listing) { _ in try await store.end(ids, tombstoneUntil: tombstoneUntil, now: now) }
        }
    }

    /// How many records a step of a listing reads or ends.
    private static var pageSize: Int { 512 }

    /// Takes a step of many. One that fails is taken again, a few times, unless it is the first: of thousands of steps
    /// one fails now and then, and a store that is down is known by the first.
    private func step<Result>(isFirst: Bool, _ body: () async throws -> Result) async throws -> Result {
        for _ in 0..<(isFirst ? 0 : 3) {
            do {
                return try await body()
            } catch let error as SessionError where error.code == .storeUnavailable {}
        }
        return try await body()
    }

    private var subjects: any SubjectSessionStore {
        get throws(SessionError) {
            guard let subjects = self.store as? any SubjectSessionStore else { throw .notListable }
            return subjects
        }
    }
}
