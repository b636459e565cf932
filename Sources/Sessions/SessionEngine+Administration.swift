//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Session management outside a request: for password resets, administrators and jobs.
extension SessionEngine {
    /// Returns a page of a user's active sessions on every device, the most recently used first.
    ///
    /// Sessions are identified by their ids. Nothing in the list opens a session.
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
            try await self.reportingStoreFailures {
                try await self.driver.page(of: subject, from: cursor, limit: limit)
            })
    }

    /// Ends any user's session by its id at once. Its token opens nothing for requests that begin after this has
    /// returned.
    ///
    /// - Parameter id: The id. For an id that a client sent, use ``Session/logOut(_:)-(SessionID)``, which ends only
    ///   the user's own sessions.
    /// - Returns: Whether this call ended a session. For sealed sessions, which no server lists, whether the session
    ///   was not known to have ended.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend does not support it.
    @discardableResult
    public func revoke(_ id: SessionID) async throws -> Bool {
        try await self.reportingStoreFailures {
            guard let users = try await self.driver.end(id, of: nil) else { return false }
            self.configuration.report(
                .ended, .revoked, id, subject: users.subject, acting: users.impersonation)
            return true
        }
    }

    /// Ends all sessions of a user at once: after a password change, or when an account is closed (ASVS 5.0, 7.4.2 and
    /// 7.4.3). Logins after this has returned work as usual.
    ///
    /// Stored sessions end everywhere at once. Sealed sessions end at once on this server, and on others as soon as
    /// ``SessionRevocation`` promises.
    ///
    /// - Parameters:
    ///   - subject: The identifier that the user logs in with.
    ///   - kept: The ids of sessions to keep. The default is none.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `notOffered` when the backend or its store
    ///   does not support it; sealed sessions cannot keep some.
    public func revokeAll(of subject: String, except kept: Set<SessionID> = []) async throws {
        try SessionError.check(subject: subject)
        try await self.reportingStoreFailures {
            let impersonations = await self.driver.impersonations(of: subject).filter { !kept.contains($0.id) }
            try await self.driver.endAll(of: subject, except: kept)
            self.configuration.report(endsOf: impersonations, .allOfSubject)
            self.configuration.report(.ended, .allOfSubject, subject: subject)
        }
    }

    /// Ends all sessions of all users and anonymous visitors at once: after a break-in (ASVS 5.0, 7.4.5). Sessions that
    /// begin after this has returned work as usual.
    ///
    /// Stored sessions end page by page, so the time grows with their number, and each page has its own deadline. All
    /// have ended when this returns. Those that began in the meantime may have ended or not. Engines that share the
    /// store share its sessions. Sealed sessions end at once on this server, and on others as soon as
    /// ``SessionRevocation`` promises.
    ///
    /// - Parameters:
    ///   - cursor: Where to continue: the last cursor that a failed call passed to `progress`. The default is nil: from
    ///     the beginning.
    ///   - progress: Called after each page of stored sessions, with the number of sessions that the page ended and the
    ///     cursor of the next page. An error that it throws ends the call. The default does nothing.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend or its store does not support
    ///   it; and `CancellationError`. Some sessions may then have ended: call it again.
    public func revokeEverything(
        from cursor: SessionCursor? = nil,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void = { _, _ in }
    ) async throws {
        try await self.reportingStoreFailures {
            try await self.driver.endEverything(from: cursor, progress: progress)
            self.configuration.report(.ended, .everything)
        }
    }

    /// Performs an operation that belongs to no request. Only the caller logs its failures.
    func reportingStoreFailures<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            self.configuration.report(storeFailure: error, .administration)
            throw error
        }
    }
}
