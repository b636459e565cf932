//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// At most so many sessions for each user.
///
/// Nothing counts and creates in one step, least of all on several servers. So a login looks before it begins its
/// session, which is what matters nearly always, and once more after: by then whoever raced with it is in the list, or
/// will find this one there. Of those that look, the last sees all; so the limit holds when all have returned.
extension Session {
    /// What a login does for the limit.
    struct LimitPlan {
        /// The sessions that end to make room.
        var ending: [SessionID] = []
        /// What to do if there are too many all the same; nil when that is of no matter.
        var rule: SessionLimitPolicy.Decision?
    }

    /// Looks before a login, when nothing has been done that could not be undone.
    ///
    /// - Throws: ``SessionError`` with the code `sessionLimit`, or what the application's function throws.
    func limitPlan(for subject: String, replacing current: SessionID?) async throws -> LimitPlan {
        let configuration = self.engine.configuration
        guard let limit = configuration.maximumSessionsPerSubject, self.engine.driver.listsSessions else {
            return LimitPlan()
        }
        let sessions = try await self.sessionsByAge(of: subject, limit: limit).filter { $0.id != current }
        let decision: SessionLimitPolicy.Decision
        switch configuration.onSessionLimit.choice {
        case .decided(let decided):
            decision = decided
        case .deciding(let decide):
            // Nothing to decide while there is room.
            guard sessions.count >= limit else { return LimitPlan() }
            let list = sessions.compactMap { ActiveSession($0) }
            decision = try await decide(subject, list)
        }
        switch decision.choice {
        case .endOldest:
            return LimitPlan(ending: sessions.dropLast(limit - 1).map(\.id), rule: decision)
        case .refuse:
            guard sessions.count < limit else {
                self.report(.limitReached, .newestRefused, subject: subject)
                throw SessionError.sessionLimit(limit)
            }
            return LimitPlan(rule: decision)
        case .allow(let ending):
            return LimitPlan(ending: sessions.map(\.id).filter(ending.contains))
        }
    }

    /// Ends what is to make room.
    func makeRoom(_ plan: LimitPlan, for subject: String) async throws {
        guard !plan.ending.isEmpty else { return }
        self.report(.limitReached, plan.rule == nil ? .decided : .oldestEnded, subject: subject)
        for id in plan.ending { try await self.endForLimit(id, of: subject) }
    }

    private func endForLimit(_ id: SessionID, of subject: String) async throws {
        guard try await self.engine.driver.end(id, of: subject) else { return }
        self.report(.ended, .limit, id, subject: subject)
    }

    /// Looks after a login whether others came at the same time.
    ///
    /// - Throws: ``SessionError`` when it is this session that is one too many: `sessionLimit`, or `ended` where newer
    ///   ones take the place of the oldest.
    func keepLimit(_ plan: LimitPlan, for subject: String) async throws {
        guard
            let rule = plan.rule, let limit = self.engine.configuration.maximumSessionsPerSubject,
            let id = self.withState({ $0.live?.record.id })
        else { return }
        let sessions = try await self.sessionsByAge(of: subject, limit: limit)
        guard sessions.count > limit else { return }
        guard rule == .endOldest else {
            // Two that race for the last place may both see the other, and both withdraw.
            self.report(.limitReached, .newestRefused, subject: subject)
            try await self.endCurrent(.limit)
            throw SessionError.sessionLimit(limit)
        }
        self.report(.limitReached, .oldestEnded, subject: subject)
        for session in sessions.dropLast(limit) {
            try await self.endForLimit(session.id, of: subject)
            guard session.id == id else { continue }
            self.detach(id)
            throw SessionError.ended(id)
        }
    }

    /// The live sessions of a user, the oldest login first: in one order for all servers.
    ///
    /// Somewhat more than the limit are looked at, so that a user who has too many comes within it with the next
    /// logins, and no login reads thousands.
    private func sessionsByAge(of subject: String, limit: Int) async throws -> [SessionRecord] {
        try await self.engine.driver.sessionsByAge(of: subject, atMost: limit.addingReportingOverflow(256).partialValue)
    }
}
