//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SealedSessions {
    /// By when every existing session has passed its absolute limit.
    private var longestEnd: SessionInstant {
        self.environment.configuration.clock.now + self.environment.configuration.longestLife
    }

    /// The maximum clock skew between servers.
    private static let clockTolerance = Duration.minutes(2)

    /// By when every copy of a session that ends now has expired.
    ///
    /// Once all servers know of the revocation, none seals the session again. The last copy has at most one idle limit
    /// from then. The idle limit of a remembered session may have been longer before, which the record does not show.
    func endOfCopies(of record: SessionRecord) -> SessionInstant {
        let now = self.environment.configuration.clock.now
        if record.isAnonymous, !self.revocations.keepsAnonymousEndings {
            return min(now + self.environment.configuration.tombstoneLifetime, record.absoluteExpiresAt)
        }
        guard !record.isRemembered, let idle = self.environment.configuration.limits(of: record).idle else {
            return record.absoluteExpiresAt
        }
        let longest = max(idle, record.expiresAt - record.lastAccessedAt)
        let known = now + self.revocations.maximumAge + Self.clockTolerance
        return min(known + longest, record.absoluteExpiresAt)
    }

    private func revocation(of record: SessionRecord) -> Revocation {
        .session(record.id, isAnonymous: record.isAnonymous, until: self.endOfCopies(of: record))
    }

    func end(_ live: SessionState.LoadedSession) async throws -> Bool {
        try await self.revocations.revoke(self.revocation(of: live.record))
    }

    func endToReplace(_ live: SessionState.LoadedSession) async throws -> Bool {
        try await self.revocations.revoke(self.revocation(of: live.record), isKept: false)
    }

    /// A copy of the cookie still has what was used, so the revocations name it.
    func useOnce(_ id: SessionID, of record: SessionRecord, until end: SessionInstant) async throws -> Bool {
        let until = min(end + Self.clockTolerance, self.endOfCopies(of: record))
        return try await self.revocations.revoke(.session(id, isAnonymous: record.isAnonymous, until: until))
    }

    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord? {
        throw SessionError.sealedUnlisted
    }

    func end(_ id: SessionID, of subject: String?) async throws -> SessionUsers? {
        // The server does not know whose session it is.
        guard subject == nil else { throw SessionError.sealedUnlisted }
        try self.revocations.requireKnowledge()
        guard try await self.revocations.revoke(.session(id, until: self.longestEnd)) else { return nil }
        return SessionUsers(subject: nil)
    }

    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> SessionUsers? {
        throw SessionError.sealedWithoutToken
    }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        throw SessionError.sealedUnlisted
    }

    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord] {
        throw SessionError.sealedUnlisted
    }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        guard kept.isEmpty else { throw SessionError.sealedUnlisted }
        try await self.revocations.revokeAll(of: subject, until: self.longestEnd)
    }

    func endAll(of subject: String, endingLast live: SessionState.LoadedSession) async throws {
        do {
            try await self.endAll(of: subject, except: [])
        } catch {
            self.revocations.note(untold: live.record.id)
            throw error
        }
    }

    /// Ends all of them. This one continues, like a later login.
    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession? {
        guard
            try await !self.hasEnded(live.record),
            let epoch = try await self.revocations.revokeOthers(than: live.record, of: subject, until: self.longestEnd)
        else { return nil }
        var kept = live
        kept.record.subjectEpoch = epoch
        kept.record.version = live.record.version.next(random: self.environment.configuration.random)
        return kept
    }

    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws {
        try await self.revocations.revokeEverything(until: self.longestEnd)
    }

    func requiredCredentialVersion(of subject: String) async throws -> Int64 {
        try await self.revocations.epochs(of: subject).credentialVersion
    }

    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws {
        try await self.revocations.requireCredentials(of: subject, version: version, until: self.longestEnd)
    }

    /// The published version ends the cookie from before. The new cookie is therefore delivered even if the reply of
    /// the log was lost.
    func changeCredentials(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void,
        onRenewed: (SessionState.LoadedSession) -> Void
    ) async throws -> Bool {
        guard let subject = live.record.subject else { return false }
        let renewed = try self.successor(of: live, for: request, change)
        let version = renewed.record.credentialVersion
        let hasEnded = try await self.hasEnded(live.record)
        if !hasEnded { onRenewed(renewed) }
        try await self.requireCredentials(of: subject, version: version, except: nil)
        guard !hasEnded else { return false }
        guard live.record.credentialVersion >= version else { return true }
        return try await self.endToReplace(live)
    }

    func revocationEpochs(of subject: String) async throws -> RevocationEpochs {
        try await self.revocations.epochs(of: subject)
    }
}
