//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionEngine {
    /// Makes a record for a visitor of whom nothing was remembered so far.
    ///
    /// An id that exists already is drawn again: it cannot happen by chance, and must not become somebody else's
    /// session if it happens otherwise.
    func createRecord(_ fill: (inout SessionRecord) throws -> Void) async throws -> SessionState.LiveSession {
        let random = self.configuration.random
        var attempt = 1
        while true {
            let now = self.configuration.clock.now
            let token = SessionToken(id: SessionID(random: random), secret: SessionSecret(random: random))
            let absoluteExpiresAt = now + self.configuration.limits.absolute
            var record = SessionRecord(
                id: token.id,
                secretHash: token.secret.hash,
                secretIssuedAt: now,
                version: .first(random: random),
                createdAt: now,
                lastAccessedAt: now,
                expiresAt: self.configuration.limits.expiry(usedAt: now, absoluteExpiresAt: absoluteExpiresAt),
                absoluteExpiresAt: absoluteExpiresAt
            )
            try fill(&record)
            try self.checkSize(of: record)
            do {
                let created = record
                try await self.store.call { try await $0.create(created, now: now) }
                return SessionState.LiveSession(record: record, token: token, isNew: true)
            } catch let error as SessionStoreError {
                attempt += 1
                guard error.code == .duplicate, attempt <= 3 else {
                    throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
                }
            }
        }
    }

    /// What became of a rewrite.
    enum RewriteResult {
        case written(SessionRecord)
        /// The session has ended, or somebody logged in or authenticated anew since the request began.
        case gone
    }

    /// How often a rewrite is tried. Each try that fails means that another request's succeeded.
    static var rewriteLimit: Int { 128 }

    /// Replaces a record by what `change` makes of it, on the newest version there is.
    ///
    /// `change` runs again on the record that another request has written meanwhile, until it is stored.
    func rewrite(_ record: SessionRecord, _ change: (inout SessionRecord) throws -> Void) async throws -> RewriteResult {
        var base = record
        for attempt in 0..<Self.rewriteLimit {
            let now = self.configuration.clock.now
            var next = base
            try change(&next)
            next.version = base.version.next(random: self.configuration.random)
            try self.checkSize(of: next)
            let (replacement, version) = (next, base.version)
            let result = try await self.callAboutRecord {
                try await $0.replace(replacement, ifVersion: version, now: now)
            }
            switch result {
            case .replaced:
                return .written(next)
            case .missing:
                return .gone
            case .conflict(let current):
                // Whoever is logged in now is not whom this request spoke for.
                guard current.authenticatedAt == record.authenticatedAt, current.subject == record.subject else {
                    return .gone
                }
                base = current
            }
            try await self.backOff(attempt: attempt)
        }
        throw SessionError.contention(attempts: Self.rewriteLimit, retryAfter: self.configuration.retryAfter)
    }

    /// Calls the store about one record; a record that cannot be read is then a store that fails.
    func callAboutRecord<Result: Sendable>(
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        do {
            return try await self.store.call(operation)
        } catch let error as SessionStoreError {
            throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
        }
    }

    /// Lets others go first: at once after a first collision, for a random while, growing to 16 ms, after more.
    private func backOff(attempt: Int) async throws {
        try Task.checkCancellation()
        guard attempt >= 3 else { return await Task.yield() }
        let longest = UInt64(1) << UInt64(min(attempt - 3, 4))
        let wait = self.configuration.random.next() % (longest * 1000)
        try await self.configuration.clock.sleep(for: .microseconds(Int64(wait)))
    }

    private func checkSize(of record: SessionRecord) throws {
        guard record.values.byteCount <= self.configuration.maximumValuesSize else {
            throw SessionError.valuesTooLarge(record.values, limit: self.configuration.maximumValuesSize)
        }
    }
}
