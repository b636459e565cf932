//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Revocations in a store of sessions: each is a record of its own, and one record more changes whenever one is added.
///
/// So a server learns with one small read whether there is anything new. A revocation is written before that record
/// changes, and read after it: whoever sees the change sees the revocation.
struct RevocationStore: Sendable {
    /// The subject that all these records have.
    static let subject = SessionRecord.reservedPrefix + "revocations"

    private static let markName = "mark"
    private static let newsLifetime = Duration.days(400)

    let store: GuardedStore
    private let subjects: any SubjectSessionStore

    init(_ subjects: any SubjectSessionStore, configuration: SessionConfiguration) {
        self.store = GuardedStore(store: subjects, configuration: configuration)
        self.subjects = subjects
    }

    private var configuration: SessionConfiguration { self.store.configuration }

    /// Which news there were last; nil when there never were any.
    func news(now: Instant) async throws -> SessionVersion? {
        guard case .found(let record) = try await self.load(Revocation.news, now: now) else { return nil }
        return record.version
    }

    /// All revocations whose time has not come.
    func all(now: Instant) async throws -> [Revocation] {
        let subjects = self.subjects
        let records = try await self.store.about { _ in try await subjects.sessions(of: Self.subject, now: now) }
        return records.filter { $0.id != Revocation.news }.map(Self.revocation)
    }

    /// The mark of a session or user.
    func mark(of id: SessionID, now: Instant) async throws -> Int64? {
        guard case .found(let record) = try await self.load(id, now: now) else { return nil }
        return Self.revocation(of: record).mark
    }

    /// Adds a revocation, or makes one that is there say more.
    ///
    /// - Parameter mayFollow: Whether it may say more than one with this mark. By default it may.
    /// - Returns: False when all of it was known, or when it must not follow what is there.
    func add(
        _ revocation: Revocation,
        now: Instant,
        mayFollow: (Int64) -> Bool = { _ in true }
    ) async throws -> Bool {
        guard try await self.write(revocation, now: now, mayFollow: mayFollow) else { return false }
        try await self.tell(now: now)
        return true
    }

    private func write(_ revocation: Revocation, now: Instant, mayFollow: (Int64) -> Bool) async throws -> Bool {
        let record = self.record(revocation.id, until: revocation.until, mark: revocation.mark, now: now)
        for _ in 0..<RewriteLoop.limit {
            do {
                try await self.store.call { try await $0.create(record, now: now) }
                return true
            } catch let error as SessionStoreError where error.code == .duplicate {
                guard case .found(var known) = try await self.load(revocation.id, now: now) else { continue }
                // An id from outside may be that of something else in the store, which stays as it is.
                guard known.belongs(to: Self.subject) else { return false }
                let before = Self.revocation(of: known)
                guard mayFollow(before.mark) else { return false }
                guard revocation.mark > before.mark || revocation.until > before.until else { return false }
                let version = known.version
                known = self.record(
                    revocation.id,
                    until: max(before.until, revocation.until),
                    mark: max(before.mark, revocation.mark),
                    now: now
                )
                known.version = version.next(random: self.configuration.random)
                let next = known
                let result = try await self.store.about { try await $0.replace(next, ifVersion: version, now: now) }
                if result == .replaced { return true }
            }
        }
        throw SessionError.contention(revocation.id, retryAfter: self.configuration.retryAfter)
    }

    /// Lets the servers know that there is something new. Whoever was faster has said so as well: what it changed is
    /// read after this revocation was written.
    private func tell(now: Instant) async throws {
        let until = now + Self.newsLifetime
        let fresh = self.record(Revocation.news, until: until, mark: 0, now: now)
        guard case .found(let last) = try await self.load(Revocation.news, now: now) else {
            do {
                return try await self.store.call { try await $0.create(fresh, now: now) }
            } catch let error as SessionStoreError where error.code == .duplicate {
                return
            }
        }
        var next = fresh
        next.version = last.version.next(random: self.configuration.random)
        let news = next
        _ = try await self.store.about { try await $0.replace(news, ifVersion: last.version, now: now) }
    }

    private func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try await self.store.about { try await $0.load(id, now: now) }
    }

    /// A record with the hash of a secret that nobody has.
    private func record(_ id: SessionID, until: Instant, mark: Int64, now: Instant) -> SessionRecord {
        let random = self.configuration.random
        return SessionRecord(
            id: id,
            secretHash: SessionSecret(random: random).hash,
            secretIssuedAt: now,
            version: .first(random: random),
            createdAt: now,
            lastAccessedAt: now,
            expiresAt: until,
            absoluteExpiresAt: until,
            subject: Self.subject,
            values: SessionValues([Self.markName: .integer(mark)])
        )
    }

    private static func revocation(of record: SessionRecord) -> Revocation {
        guard case .integer(let mark)? = record.values[Self.markName]?.storage else {
            // What cannot be read revokes more rather than less.
            return Revocation(id: record.id, mark: .max, until: record.expiresAt)
        }
        return Revocation(id: record.id, mark: mark, until: record.expiresAt)
    }
}
