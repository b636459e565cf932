//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that knows which sessions a subject has.
///
/// The subject is an exact string: no case folding, no normalization, no patterns.
///
/// A subject can have any number of sessions, because every login makes one. So both calls work in steps that are
/// bounded by `limit`: a step holds no more than that in memory and is over within the deadline of a call, whatever the
/// number of sessions, live or ended.
public protocol SubjectSessionStore: SessionStore {
    /// A page of the live sessions of a subject.
    ///
    /// A session that is live during a whole walk through the pages is met at least once, and exactly once while
    /// nothing changes. One that begins or ends meanwhile may be met or not.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - cursor: Where the last page ended, or nil for the first page.
    ///   - limit: The most records of the page, at least 1.
    ///   - now: The present time.
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor that this store did not make.
    func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: Instant) async throws -> SessionPage

    /// Ends live sessions of a subject, all but the named ones, and marks their ids: one step of ending them all.
    ///
    /// When a walk that began with no cursor has come to its end, no session that the subject had when the walk began
    /// is live, but for the named ones. A walk that was cut off may be begun again: what has ended costs the new walk
    /// nothing.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - kept: The ids of sessions that go on.
    ///   - cursor: Where the last step ended, or nil for the first step.
    ///   - limit: The most sessions to look at in this step, at least 1.
    ///   - tombstoneUntil: Until when the ids are marked.
    ///   - now: The present time.
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor that this store did not make.
    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: Instant,
        now: Instant
    ) async throws -> SessionEndingPage
}

/// A store whose sessions can be counted and looked through.
public protocol EnumerableSessionStore: SessionStore {
    /// How many sessions are live.
    func count(now: Instant) async throws -> Int

    /// A page of all live sessions.
    ///
    /// A session that is live during a whole walk through the pages is met at least once, and exactly once while
    /// nothing changes. One that begins or ends meanwhile may be met or not. A walk through all pages takes time in
    /// proportion to what the store holds.
    ///
    /// - Parameters:
    ///   - cursor: Where the last page ended, or nil for the first page.
    ///   - limit: The most records of the page, at least 1.
    ///   - now: The present time.
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor that this store did not make.
    func page(from cursor: SessionCursor?, limit: Int, now: Instant) async throws -> SessionPage

    /// Ends sessions, as ``SessionStore/end(_:tombstoneUntil:now:)`` does each. Optional: the default ends them one by
    /// one, all at once. Implement it where one statement can end many.
    ///
    /// - Returns: How many live sessions this call ended.
    @discardableResult
    func end(_ ids: [SessionID], tombstoneUntil: Instant, now: Instant) async throws -> Int

    /// Removes every record and every tombstone.
    func clear() async throws
}

extension EnumerableSessionStore {
    @discardableResult
    public func end(_ ids: [SessionID], tombstoneUntil: Instant, now: Instant) async throws -> Int {
        try await ids.concurrentMap(atMost: 256) { try await self.end($0, tombstoneUntil: tombstoneUntil, now: now) }
            .count { $0 }
    }
}

/// A store that keeps expired records and tombstones until it is swept.
public protocol SweepableSessionStore: SessionStore {
    /// Removes expired records and outlived tombstones, at most `limit` of them.
    ///
    /// - Returns: How many were removed; fewer than `limit` means that nothing more is due.
    func sweep(limit: Int, now: Instant) async throws -> Int
}
