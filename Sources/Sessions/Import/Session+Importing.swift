//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Begins the session of a computed token.
    ///
    /// - Returns: False when its id is taken, or marked as ended.
    func begin(_ token: SessionToken, _ imported: ImportedSession, in sessions: StoredSessions) async throws -> Bool {
        var isNew = false
        try await self.requiringOpenResponse("Importing a session") {
            let subject = imported.subject
            if let subject { try SessionError.check(subject: subject) }
            let (before, carried) = self.withState { ($0.live, $0.values) }
            let configuration = self.engine.configuration
            let values = SessionValues(Array(carried) + imported.values)
            let limitDecision =
                if let subject { try await self.limitDecision(for: subject, replacing: before?.record.id) } else {
                    LimitDecision()
                }
            let client = configuration.client(of: self.request)
            let live = try await sessions.create(token) { record in
                record.values = values
                record.subject = subject
                record.setRemembered(imported.isRemembered || record.isRemembered, configuration, now: record.createdAt)
                guard subject != nil else { return }
                record.authenticatedAt = imported.authenticatedAt ?? record.createdAt - .days(1)
                record.firstClient = client
            }
            guard let live else { return }
            isNew = true
            try await self.switchTo(live, replacing: before)
            self.report(.created, nil, live.record.id, subject: subject)
            guard let subject else { return }
            try await self.evictSessions(limitDecision, for: subject)
            self.report(.loggedIn, nil, live.record.id, subject: subject)
            try await self.enforceLimit(limitDecision, for: subject)
        }
        return isNew
    }

    /// Continues with the session of a computed token, if there is one.
    ///
    /// - Returns: Whether there is one, or was recently.
    func resume(_ token: SessionToken, of sessions: StoredSessions) async throws -> Bool {
        var isKnown = false
        try await self.requiringOpenResponse("Importing a session") {
            switch try await sessions.lookUp(token, for: self.request, origin: self.eventOrigin) {
            case .live(let live, _):
                try await self.switchTo(live, replacing: self.withState { $0.live })
                isKnown = true
            case .ended:
                self.detach(token.id)
                isKnown = true
            default:
                break
            }
        }
        return isKnown
    }

    /// Ends another session that the request came with, because one visitor has one session.
    private func switchTo(_ live: SessionState.LoadedSession, replacing before: SessionState.LoadedSession?)
        async throws
    {
        self.withState { state in
            state.discardChanges()
            state.status = .live(live)
            state.pendingCookieAction = .set
        }
        if let before, before.record.id != live.record.id { _ = try await self.engine.driver.end(before) }
    }
}

extension StoredSessions {
    /// Stores a session under a computed token.
    ///
    /// - Returns: Nil when its id is taken, or marked as ended.
    fileprivate func create(
        _ token: SessionToken,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        let now = self.configuration.clock.now
        var record = self.configuration.newRecord(for: token, now: now)
        if self.isEncryptedAtRest { record.dataKey = try DataKey(for: token, random: self.configuration.random) }
        try fill(&record)
        try self.configuration.checkSize(of: record.values)
        let stored = try self.sealed(record)
        do {
            try await self.store.perform(.write(stored.id)) { try await $0.create(stored, now: now) }
        } catch let error as SessionStoreError where error.code == .duplicate {
            return nil
        }
        return SessionState.LoadedSession(record: record, token: token, isNew: true)
    }
}
