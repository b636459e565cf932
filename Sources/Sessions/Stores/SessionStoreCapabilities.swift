//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that can list the sessions of a subject.
///
/// The subject is an exact string: no case folding, no normalization, no patterns.
///
/// A subject can have any number of sessions, because every login makes one. So both methods work in steps that `limit`
/// bounds: a step needs no more memory than that and finishes within the deadline of a call, whatever the number of
/// sessions, live or ended.
public protocol SubjectSessionStore: SessionStore {
    /// Returns a page of the live sessions of a subject.
    ///
    /// A session that is live during a whole scan of the pages is returned at least once, and exactly once while
    /// nothing changes. One that begins or ends in the meantime may be returned or not.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - cursor: Where the last page ended, or nil for the first page.
    ///   - limit: The maximum number of records of the page, at least 1.
    ///   - now: The current time.
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor that this store did not make.
    func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws
        -> SessionPage

    /// Ends the live sessions of a subject, except the given ones, and marks their ids. Each call is one step of a
    /// scan.
    ///
    /// After a scan from nil to the last step, no session that the subject had when the scan began is live, except the
    /// given ones. An interrupted scan may start over: ended sessions cost the new scan nothing.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - kept: The ids of sessions to keep.
    ///   - cursor: Where the last step ended, or nil for the first step.
    ///   - limit: The maximum number of sessions to check in this step, at least 1.
    ///   - tombstoneUntil: When the tombstones expire.
    ///   - now: The current time.
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor that this store did not make.
    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage
}

/// A store whose sessions can be counted and listed.
public protocol EnumerableSessionStore: SessionStore {
    /// Returns the number of live sessions.
    func count(now: SessionInstant) async throws -> Int

    /// Returns a page of all live sessions.
    ///
    /// A session that is live during a whole scan of the pages is returned at least once, and exactly once while
    /// nothing changes. One that begins or ends in the meantime may be returned or not. The time of a scan is
    /// proportional to the size of the store.
    ///
    /// - Parameters:
    ///   - cursor: Where the last page ended, or nil for the first page.
    ///   - limit: The maximum number of records of the page, at least 1.
    ///   - now: The current time.
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor that this store did not make.
    func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage

    /// Ends sessions, each as ``SessionStore/end(_:tombstoneUntil:now:)`` does. Optional: the default makes one call
    /// for each, all in parallel. Implement it if one statement can end many.
    ///
    /// - Returns: How many live sessions this call ended.
    @discardableResult
    func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int

    /// Removes every record and every tombstone.
    func clear() async throws
}

extension EnumerableSessionStore {
    @discardableResult
    public func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        try await ids.concurrentMap(atMost: 256) { try await self.end($0, tombstoneUntil: tombstoneUntil, now: now) }
            .count { $0 }
    }
}

/// A store that keeps expired records and tombstones until it is swept.
public protocol SweepableSessionStore: SessionStore {
    /// Removes expired records and expired tombstones, at most `limit` of them.
    ///
    /// - Returns: How many were removed; fewer than `limit` means that nothing more is due.
    func sweep(limit: Int, now: SessionInstant) async throws -> Int
}
