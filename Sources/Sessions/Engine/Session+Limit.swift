//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The maximum number of sessions for each user.
///
/// Counting and creating are not atomic, least of all on several servers. So a login checks before it begins its
/// session, which is nearly always sufficient, and once more after. By then parallel logins are in the list, or will
/// find this one there. The last one to check sees all, so the limit holds when all have returned.
extension Session {
    /// What a login does about the limit.
    struct LimitDecision {
        /// The sessions to end.
        var ending: [SessionID] = []
        /// What to do if there are still too many; nil to allow them.
        var rule: SessionLimitPolicy.Decision?
    }

    /// Checks before a login, while nothing needs to be undone.
    ///
    /// - Throws: ``SessionError`` with the code `sessionLimit`, or what the application's function throws.
    func limitDecision(for subject: String, replacing current: SessionID?) async throws -> LimitDecision {
        let configuration = self.engine.configuration
        guard let limit = configuration.maximumSessionsPerSubject, self.engine.driver.supportsListing else {
            return LimitDecision()
        }
        let sessions = try await self.sessionsByAge(of: subject, limit: limit).filter { $0.id != current }
        let decision: SessionLimitPolicy.Decision
        switch configuration.onSessionLimit.choice {
        case .decided(let decided):
            decision = decided
        case .deciding(let decide):
            // There is room.
            guard sessions.count >= limit else { return LimitDecision() }
            let list = sessions.compactMap { ActiveSession($0) }
            decision = try await decide(subject, list)
        }
        switch decision.choice {
        case .endOldest:
            return LimitDecision(ending: sessions.dropLast(limit - 1).map(\.id), rule: decision)
        case .refuse:
            guard sessions.count < limit else {
                self.report(.limitReached, .newestRefused, subject: subject)
                throw SessionError.sessionLimit(limit)
            }
            return LimitDecision(rule: decision)
        case .allow(let ending):
            return LimitDecision(ending: sessions.map(\.id).filter(ending.contains))
        }
    }

    /// Ends the sessions that the decision names.
    func evictSessions(_ limitDecision: LimitDecision, for subject: String) async throws {
        guard !limitDecision.ending.isEmpty else { return }
        self.report(.limitReached, limitDecision.rule == nil ? .decided : .oldestEnded, subject: subject)
        for id in limitDecision.ending { try await self.evict(id, of: subject) }
    }

    private func evict(_ id: SessionID, of subject: String) async throws {
        guard try await self.engine.driver.end(id, of: subject) != nil else { return }
        self.report(.ended, .limit, id, subject: subject)
    }

    /// Checks after a login whether there were parallel ones.
    ///
    /// - Throws: ``SessionError`` when this session exceeds the limit: `sessionLimit`, or `ended` if newer ones replace
    ///   the oldest.
    func enforceLimit(_ limitDecision: LimitDecision, for subject: String) async throws {
        guard
            let rule = limitDecision.rule, let limit = self.engine.environment.configuration.maximumSessionsPerSubject,
            let id = self.withState({ $0.live?.record.id })
        else { return }
        let sessions = try await self.sessionsByAge(of: subject, limit: limit)
        guard sessions.count > limit else { return }
        guard rule == .endOldest else {
            // Two parallel logins for the last place may see each other, and both withdraw.
            self.report(.limitReached, .newestRefused, subject: subject)
            try await self.endCurrent(.limit)
            throw SessionError.sessionLimit(limit)
        }
        self.report(.limitReached, .oldestEnded, subject: subject)
        for session in sessions.dropLast(limit) {
            try await self.evict(session.id, of: subject)
            guard session.id == id else { continue }
            self.detach(id)
            throw SessionError.ended(id)
        }
    }

    /// The active sessions of a user, the oldest login first: in the same order on all servers.
    ///
    /// It reads somewhat more than the limit, so that a user who has too many comes within it with the next logins, and
    /// no login reads thousands.
    private func sessionsByAge(of subject: String, limit: Int) async throws -> [SessionRecord] {
        try await self.engine.driver.sessionsByAge(of: subject, atMost: limit.addingReportingOverflow(256).partialValue)
    }
}
