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
        let makeID = self.configuration.makeSessionID
        let (token, record) = try await self.store.create(id: { try makeID?(request) }) { token, now in
            var record = self.configuration.newRecord(for: token, now: now)
            if self.isEncryptedAtRest {
                record.dataKey = try DataKey(for: token, random: self.configuration.random)
            }
            try fill(&record)
            return record
        } stored: { record in
            try self.sealed(record)
        }
        return SessionState.LoadedSession(record: record, token: token, isNew: true)
    }

    /// Replaces the record of a session by what `change` makes of it, on the newest version there is.
    ///
    /// `change` runs again on the record that another request has written meanwhile, until it is stored.
    func rewrite(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult {
        try await self.rewriting.rewrite(live.record) { base in
            try await self.tryRewrite(&base, of: live, change)
        } reload: {
            try await self.current(live)
        }
    }

    /// Tries once; nil means that `base` is now what somebody else wrote.
    private func tryRewrite(
        _ base: inout SessionRecord,
        of live: SessionState.LoadedSession,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult? {
        let now = self.configuration.clock.now
        let next = try self.next(after: base, change)
        let (replacement, version) = (try self.sealed(next), base.version)
        let result = try await self.store.about(.write(replacement.id)) {
            try await $0.replace(replacement, ifVersion: version, now: now)
        }
        switch result {
        case .replaced:
            return .written(next)
        case .missing:
            return .gone
        case .conflict(let current):
            guard let current = self.opened(current, of: live) else { return .gone }
            base = current
            return nil
        }
    }

    /// The record that is to follow another.
    func next(
        after base: SessionRecord,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord {
        var next = base
        try change(&next)
        next.version = base.version.next(tag: self.tags.next())
        try self.configuration.checkSize(of: next.values)
        return next
    }

    private func current(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        let now = self.configuration.clock.now
        let id = live.record.id
        let result = try await self.store.about(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let current) = result else { return nil }
        return self.opened(current, of: live)
    }

    /// The newest record as this request may write it, or nil when it has nothing to write there any more.
    private func opened(_ current: SessionRecord, of live: SessionState.LoadedSession) -> SessionRecord? {
        guard current.speaksFor(live.record) else { return nil }
        return self.opened(current, for: live.token, knowing: live.record.dataKey)
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        let (id, now) = (live.record.id, self.configuration.clock.now)
        return try await self.store.about(.write(id)) { try await $0.touch(id, touch, now: now) }
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        let (id, now) = (live.record.id, self.configuration.clock.now)
        let result = try await self.store.about(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let stored) = result, stored.newestToken(for: live.token, now: now) != nil else { return nil }
        return self.opened(stored, for: live.token, knowing: live.record.dataKey)
    }

    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        let secret = SessionSecret(random: self.configuration.random)
        let result = try await self.rewrite(live, for: request) { record in
            try record.replaceSecret(with: secret, now: self.configuration.clock.now)
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
    /// re-authentication has nothing to write after it.
    fileprivate func speaksFor(_ opened: SessionRecord) -> Bool {
        self.authenticatedAt == opened.authenticatedAt && self.hasSameSubject(as: opened)
    }
}
