//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension SealedSessions {
    /// By when every session that there may be has passed its absolute limit.
    private var longestEnd: Instant {
        let longest = max(self.configuration.limits.absolute, self.configuration.rememberedLimits.absolute)
        return self.configuration.clock.now + longest
    }

    func end(_ live: SessionState.LiveSession) async throws -> Bool {
        try await self.revocations.revoke(live.record.id, until: live.record.absoluteExpiresAt)
    }

    func end(_ id: SessionID, of subject: String?) async throws -> Bool {
        // Nobody here knows whose it is.
        guard subject == nil else { throw SessionError.sealedUnlisted }
        try self.revocations.requireKnowledge()
        guard id != Revocation.everyone, id != Revocation.news else { return false }
        return try await self.revocations.revoke(id, until: self.longestEnd)
    }

    func end(_ token: SessionToken, logger: Logger) async throws -> Bool { throw SessionError.sealedWithoutToken }

    func sessions(of subject: String) async throws -> [SessionRecord] { throw SessionError.sealedUnlisted }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        guard kept.isEmpty else { throw SessionError.sealedUnlisted }
        try await self.revocations.revokeAll(of: subject, until: self.longestEnd)
    }

    /// All of them end, and this one goes on as a login that came after.
    func endOthers(
        than live: SessionState.LiveSession,
        of subject: String
    ) async throws -> SessionState.LiveSession? {
        guard
            try await !self.isGone(live.record),
            let mark = try await self.revocations.revokeOthers(than: live.record, of: subject, until: self.longestEnd)
        else { return nil }
        var kept = live
        kept.record.loginMark = mark
        kept.record.version = live.record.version.next(random: self.configuration.random)
        return kept
    }

    func endEverything() async throws {
        try await self.revocations.revokeEverything(until: self.longestEnd)
    }

    func loginMarks(of subject: String) async throws -> LoginMarks {
        try await self.revocations.marks(of: subject)
    }
}
