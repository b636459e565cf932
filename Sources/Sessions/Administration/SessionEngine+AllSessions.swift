//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What administrators do with the sessions of all users.
extension SessionEngine {
    /// The most sessions that are read for one page.
    private static let maximumExaminedCount = 1_000

    /// Whether ``sessions(matching:from:limit:)`` can list the sessions of all users. Those of one user may be listed
    /// without it.
    public var supportsListingAll: Bool { self.driver.supportsListingAll }

    /// Returns a page of the sessions of all users, in no particular order, or of one user.
    ///
    /// Nothing in the list opens a session. A page reads at most 1,000 sessions and the store in steps of `limit`, so
    /// its cost does not depend on the size of the store. With a filter that few sessions match, a page may have few or
    /// none: follow ``SessionSummaryPage/next``.
    ///
    /// - Parameters:
    ///   - filter: Which sessions. The default is all.
    ///   - cursor: ``SessionSummaryPage/next`` of the page before, with the same filter. The default is nil: the first
    ///     page.
    ///   - limit: About how many sessions a page has, 1 to 1,000. A page with a filter may have up to half as many
    ///     more. The default is ``ActiveSessionList/defaultLimit``.
    /// - Throws: ``SessionError``: `invalidSubject`, `invalidCursor`, `storeUnavailable`, or `notOffered` by backends
    ///   and stores that have no lists.
    public func sessions(
        matching filter: SessionFilter = SessionFilter(),
        from cursor: SessionCursor? = nil,
        limit: Int = ActiveSessionList.defaultLimit
    ) async throws -> SessionSummaryPage {
        if let subject = filter.subject { try SessionError.check(subject: subject) }
        let limit = min(max(1, limit), Self.maximumExaminedCount)
        var (found, next, examinedCount) = ([SessionSummary](), cursor, 0)
        repeat {
            try Task.checkCancellation()
            let from = next
            let page = try await self.reportingStoreFailures {
                if let subject = filter.subject {
                    try await self.driver.page(of: subject, from: from, limit: limit)
                } else {
                    try await self.driver.page(from: from, limit: limit)
                }
            }
            let configuration = self.configuration
            let now = configuration.clock.now
            for record in page.records where record.isSession && !configuration.isExpired(record, now: now) {
                let session = SessionSummary(record, configuration)
                if filter.matches(session, now: now) { found.append(session) }
            }
            next = page.next
            // A step that finds nothing counts too, or an empty store could be read without end.
            examinedCount += max(1, page.records.count)
        } while next != nil && found.count < (limit + 1) / 2 && examinedCount + limit <= Self.maximumExaminedCount
        return SessionSummaryPage(sessions: found, next: next, examinedCount: examinedCount)
    }

    /// Returns a stored session by its id; nil if there is none.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend has no sessions by id.
    public func session(withID id: SessionID) async throws -> SessionSummary? {
        guard self.driver.watchesByID else { throw SessionError.notListable }
        let configuration = self.configuration
        guard
            let record = try await self.reportingStoreFailures({
                try await self.driver.watchedRecord(WatchedSession(id: id, live: nil))
            }),
            !configuration.isExpired(record, now: configuration.clock.now)
        else { return nil }
        return SessionSummary(record, configuration)
    }

    /// Ends a session at once in the name of an administrator, whom the event names: ``SessionEvent/administrator`` and
    /// ``SessionEvent/comment``.
    ///
    /// - Parameters:
    ///   - id: The id.
    ///   - administrator: The identifier that the administrator logs in with.
    ///   - comment: Why, in the words of the administrator, for the audit log. Of more than 1,024 bytes, the rest is
    ///     cut off. The default is nil.
    /// - Returns: Whether this call ended a session.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `notOffered` when the backend does not
    ///   support it.
    @discardableResult
    public func revoke(_ id: SessionID, by administrator: String, because comment: String? = nil) async throws -> Bool {
        try SessionError.check(subject: administrator)
        return try await self.reportingStoreFailures {
            guard let users = try await self.driver.end(id, of: nil) else { return false }
            self.configuration.report(
                .ended, .revoked, id, subject: users.subject,
                by: SessionAdministration(administrator: administrator, comment: comment), acting: users.impersonation)
            return true
        }
    }

    /// Ends all sessions of a user at once in the name of an administrator, as ``revokeAll(of:except:)`` does. The
    /// event names the administrator.
    ///
    /// - Parameters:
    ///   - subject: The identifier that the user logs in with.
    ///   - administrator: The identifier that the administrator logs in with.
    ///   - comment: Why, as in ``revoke(_:by:because:)``. The default is nil.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `notOffered` when the backend or its store
    ///   does not support it.
    public func revokeAll(of subject: String, by administrator: String, because comment: String? = nil) async throws {
        try SessionError.check(subject: subject)
        try SessionError.check(subject: administrator)
        try await self.reportingStoreFailures {
            let administration = SessionAdministration(administrator: administrator, comment: comment)
            let impersonations = await self.driver.impersonations(of: subject)
            try await self.driver.endAll(of: subject, except: [])
            self.configuration.report(endsOf: impersonations, .allOfSubject, by: administration)
            self.configuration.report(.ended, .allOfSubject, subject: subject, by: administration)
        }
    }
}

/// Who ended the session of another user, and why.
struct SessionAdministration {
    private static let maximumCommentByteCount = 1_024

    let administrator: String
    let comment: String?

    init(administrator: String, comment: String?) {
        self.administrator = administrator
        self.comment = comment.map { $0.truncated(toBytes: Self.maximumCommentByteCount) ?? $0 }
    }
}

extension BackendDriver {
    var supportsListingAll: Bool { false }

    func page(from cursor: SessionCursor?, limit: Int) async throws -> SessionPage { throw SessionError.notEnumerable }
}

extension StoredSessions {
    var supportsListingAll: Bool { self.store.store is any EnumerableSessionStore }

    func page(from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        let now = self.environment.configuration.clock.now
        return try await self.store.page(from: cursor, limit: limit, now: now)
    }
}

extension ResilientStore {
    /// Returns a page of all records.
    func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        guard let enumerable = self.store as? any EnumerableSessionStore else { throw SessionError.notEnumerable }
        return try await self.performForRecord(.listing) { _ in
            try await enumerable.page(from: cursor, limit: limit, now: now)
        }
    }
}
