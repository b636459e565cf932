//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Sessions seen from outside a request: for a reset of a password, an administrator, or a job.
extension SessionEngine {
    /// A page of the active sessions of a user, on every device, the most recently used first.
    ///
    /// They are named by their ids, and nothing in the list opens a session.
    ///
    /// - Parameters:
    ///   - subject: The identifier that the user logs in with.
    ///   - cursor: ``ActiveSessionList/next`` of the page before. The default is nil: the first page.
    ///   - limit: The most sessions of the page, 1 to 1,000. The default is ``ActiveSessionList/defaultLimit``.
    /// - Throws: ``SessionError``: `invalidSubject`, `invalidCursor`, `storeUnavailable`, or `notOffered` by backends
    ///   and stores that have no lists.
    public func activeSessions(
        of subject: String,
        from cursor: SessionCursor? = nil,
        limit: Int = ActiveSessionList.defaultLimit
    ) async throws -> ActiveSessionList {
        try SessionError.check(subject: subject)
        let limit = min(max(1, limit), 1_000)
        return ActiveSessionList(
            try await self.outside { try await self.driver.page(of: subject, from: cursor, limit: limit) })
    }

    /// Ends a session by its id, now, whoever's it is. No request that begins after this has returned gets in with its
    /// token.
    ///
    /// - Parameter id: The id. For one that a client sent use ``Session/logOut(_:)-(SessionID)``, which ends nobody
    ///   else's.
    /// - Returns: Whether it was this call that ended a session. For sealed sessions, of which no server has a list,
    ///   whether it was not known to have ended.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend cannot do it.
    @discardableResult
    public func revoke(_ id: SessionID) async throws -> Bool {
        try await self.outside {
            guard try await self.driver.end(id, of: nil) else { return false }
            self.configuration.report(.ended, .revoked, id)
            return true
        }
    }

    /// Ends all sessions of a user, now: after a password was changed, or when an account is closed (ASVS 5.0, 7.4.2
    /// and 7.4.3). A login after this has returned begins a session as ever.
    ///
    /// Stored sessions are gone everywhere at once. Sealed ones are gone at once on this server, and on others as soon
    /// as ``SessionRevocation`` promises.
    ///
    /// - Parameters:
    ///   - subject: The identifier that the user logs in with.
    ///   - kept: The ids of sessions that go on. The default is none.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `notOffered` when the backend or its store
    ///   cannot do it; sealed sessions cannot keep some.
    public func revokeAll(of subject: String, except kept: Set<SessionID> = []) async throws {
        try SessionError.check(subject: subject)
        try await self.outside {
            try await self.driver.endAll(of: subject, except: kept)
            self.configuration.report(.ended, .allOfSubject, subject: subject)
        }
    }

    /// Ends all sessions of everybody, now, those of visitors whom nobody knows among them: after a break-in
    /// (ASVS 5.0, 7.4.5). Sessions that begin after this has returned live as ever.
    ///
    /// Stored sessions are ended page by page, so the time it takes grows with their number, and each page has a
    /// deadline of its own. All have ended when this returns. Those that began meanwhile may have ended or not. Engines
    /// that share the store share its sessions. Sealed sessions end at once on this server, and on others as soon as
    /// ``SessionRevocation`` promises.
    ///
    /// - Parameters:
    ///   - cursor: Where to continue: the last cursor that `progress` was given by a call that failed. The default is
    ///     nil: from the beginning.
    ///   - progress: Called after each page of stored sessions, with the number of sessions that the page ended and
    ///     where the next page begins. What it throws ends the call. The default does nothing.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend or its store cannot do it; and
    ///   `CancellationError`. Some sessions may then have ended: call it again.
    public func revokeEverything(
        from cursor: SessionCursor? = nil,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void = { _, _ in }
    ) async throws {
        try await self.outside {
            try await self.driver.endEverything(from: cursor, progress: progress)
            self.configuration.report(.ended, .everything)
        }
    }

    /// Does something that belongs to no request. Its failures have no log but the caller's.
    func outside<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            self.configuration.report(storeFailure: error, .administration)
            throw error
        }
    }
}
