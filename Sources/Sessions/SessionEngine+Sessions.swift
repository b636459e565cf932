//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Sessions seen from outside a request: for a reset of a password, an administrator, or a job.
extension SessionEngine {
    /// The living sessions of a user, on every device, those first that were used last.
    ///
    /// They are named by their ids, and nothing in the list opens a session.
    ///
    /// - Parameter subject: The identifier that the user logs in with.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `notOffered` by backends and stores that have
    ///   no lists.
    public func activeSessions(of subject: String) async throws -> [ActiveSession] {
        try SessionError.check(subject: subject)
        return ActiveSession.list(try await self.outside { try await self.keeper.sessions(of: subject) })
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
            guard try await self.keeper.end(id, of: nil) else { return false }
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
            try await self.keeper.endAll(of: subject, except: kept)
            self.configuration.report(.ended, .allOfSubject, subject: subject)
        }
    }

    /// Ends all sessions of everybody, now, those of visitors whom nobody knows among them: after a break-in
    /// (ASVS 5.0, 7.4.5). Sessions that begin after this has returned live as ever.
    ///
    /// Stored sessions are ended one by one, so it takes as long as there are many; each is gone when its turn has come,
    /// and all are when this returns. Those that began meanwhile may be gone or not. Engines that share the store share
    /// the fate. Sealed sessions are gone at once on this server, and on others as soon as ``SessionRevocation`` promises.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend or its store cannot do it; and
    ///   `CancellationError`. Some sessions may then have ended: call it again.
    public func revokeEverything() async throws {
        try await self.outside {
            try await self.keeper.endEverything()
            self.configuration.report(.ended, .everything)
        }
    }

    /// Does something that belongs to no request. Its failures have no log but the caller's.
    private func outside<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            self.configuration.report(storeFailure: error, .outside)
            throw error
        }
    }
}
