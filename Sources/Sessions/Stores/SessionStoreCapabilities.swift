//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that knows which sessions a subject has.
///
/// The subject is an exact string: no case folding, no normalisation, no patterns.
public protocol SubjectSessionStore: SessionStore {
    /// The live sessions of a subject, in the order of their ids.
    func sessions(of subject: String, now: Instant) async throws -> [SessionRecord]

    /// Ends all live sessions of a subject but the named ones, and marks their ids.
    ///
    /// When this returns, no session that the subject had when it was called is live, but for the named ones.
    ///
    /// - Returns: How many were ended.
    @discardableResult
    func endAll(of subject: String, except kept: Set<SessionID>, markedUntil: Instant, now: Instant) async throws -> Int
}

/// A store whose sessions can be counted and looked through.
public protocol EnumerableSessionStore: SessionStore {
    /// How many sessions are live.
    func count(now: Instant) async throws -> Int

    /// The live sessions whose ids come after the given one, in the order of their ids, at most `limit` of them.
    ///
    /// A session that is live during a whole walk through the pages is met exactly once; one that comes or goes
    /// meanwhile may be met or not. An empty page is the end.
    func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord]

    /// Removes every record and every marker.
    func clear() async throws
}

/// A store that keeps expired records and markers until it is swept.
public protocol SweepableSessionStore: SessionStore {
    /// Removes expired records and outlived markers, at most `limit` of them.
    ///
    /// - Returns: How many were removed; fewer than `limit` means that nothing more is due.
    func sweep(limit: Int, now: Instant) async throws -> Int
}
