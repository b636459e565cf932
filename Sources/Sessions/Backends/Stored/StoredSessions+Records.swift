//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StoredSessions {
    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession {
        let makeID = self.environment.configuration.makeSessionID
        let (token, record) = try await self.store.create(id: { try makeID?(request) }) { token, now in
            var record = self.environment.configuration.newRecord(for: token, now: now)
            if self.isEncryptedAtRest {
                record.dataKey = try DataKey(for: token, random: self.environment.configuration.random)
            }
            try fill(&record)
            return record
        } stored: { record in
            try self.sealed(record)
        }
        return SessionState.LoadedSession(record: record, token: token, isNew: true)
    }

    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> UpdateAttempt {
        let now = self.environment.configuration.clock.now
        let replacement = try self.sealed(next)
        let result = try await self.store.performForRecord(.write(replacement.id)) {
            try await $0.replace(replacement, ifVersion: record.version, now: now)
        }
        return self.attempt(next, of: live, result)
    }

    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> UpdateAttempt? {
        guard self.store.writesSynchronously else { return nil }
        let now = self.environment.configuration.clock.now
        let replacement = try self.sealed(next)
        return try self.store.performForRecordWithoutWaiting {
            try $0.replaceSynchronously(replacement, ifVersion: record.version, now: now)
        }.map { self.attempt(next, of: live, $0) }
    }

    /// Interprets a store's result for an attempt to write a record.
    private func attempt(
        _ next: SessionRecord,
        of live: SessionState.LoadedSession,
        _ result: SessionReplaceResult
    ) -> UpdateAttempt {
        switch result {
        case .replaced: .written(next)
        case .missing: .gone
        case .conflict(let current): self.opened(current, of: live).map { .conflict($0) } ?? .gone
        }
    }

    func next(
        after base: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord {
        var next = base
        try change(&next)
        next.version = base.version.next(tag: self.tags.next())
        try self.environment.configuration.checkSize(of: next.values)
        return next
    }

    func loadForUpdate(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        let now = self.environment.configuration.clock.now
        let id = live.record.id
        let result = try await self.store.performForRecord(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let current) = result else { return nil }
        return self.opened(current, of: live)
    }

    /// The newest record as this request may write it, or nil when it may no longer write it.
    private func opened(_ current: SessionRecord, of live: SessionState.LoadedSession) -> SessionRecord? {
        guard current.hasSameLogin(as: live.record) else { return nil }
        return self.opened(current, for: live.token, knowing: live.record.dataKey)
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        let (id, now) = (live.record.id, self.environment.configuration.clock.now)
        return try await self.store.performForRecord(.write(id)) { try await $0.touch(id, touch, now: now) }
    }

    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool? {
        guard self.store.writesSynchronously else { return nil }
        let now = self.environment.configuration.clock.now
        return try self.store.performForRecordWithoutWaiting {
            try $0.touchSynchronously(live.record.id, touch, now: now)
        }
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        let (id, now) = (live.record.id, self.environment.configuration.clock.now)
        let result = try await self.store.performForRecord(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let stored) = result else { return nil }
        switch stored.match(of: live.token.secretHash, now: now) {
        case .current, .previous: break
        case .acting: guard try await self.actor(of: stored) != nil else { return nil }
        case .replaced, .unknown: return nil
        }
        return self.opened(stored, for: live.token, knowing: live.record.dataKey)
    }

    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        let secret = SessionSecret(random: self.environment.configuration.random)
        let result = try await self.update(live, for: request) { record in
            try record.replaceSecret(with: secret, now: self.environment.configuration.clock.now)
            try change(&record)
        }
        guard case .written(let record) = result else { return nil }
        var renewed = live
        renewed.record = record
        renewed.token = SessionToken(id: record.id, secret: secret)
        return renewed
    }
}

extension SessionRecord {
    /// Whether the same user is logged in by the same login: a request that began before another login or
    /// re-authentication must not write after it.
    func hasSameLogin(as opened: SessionRecord) -> Bool {
        self.authenticatedAt == opened.authenticatedAt && self.hasSameSubject(as: opened)
    }
}
