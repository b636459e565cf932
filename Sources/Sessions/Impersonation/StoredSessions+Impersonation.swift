//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StoredSessions {
    var supportsImpersonation: Bool { true }

    func beginImpersonation(
        _ wish: ImpersonationRequest,
        by live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> SessionState.LoadedSession? {
        let configuration = self.configuration
        let makeID = configuration.makeSessionID
        let (token, record) = try await self.store.create(id: { try makeID?(request) }) { token, now in
            var record = configuration.newRecord(for: token, now: now)
            if self.isEncryptedAtRest { record.dataKey = try DataKey(for: token, random: configuration.random) }
            // No secret has this hash: the session opens only where the administrator's session is looked up too.
            record.secretHash = SessionSecret(random: configuration.random).hash
            record.impersonation = try Impersonation(
                for: token, actor: wish.actor, live.token, reason: wish.reason, random: configuration.random)
            record.subject = wish.subject
            record.authenticatedAt = wish.authenticatedAt
            record.firstClient = SessionClient(of: request)
            record.cookieOverrides = live.record.cookieOverrides
            (record.isRemembered, record.rememberedFor) = (false, nil)
            record.absoluteExpiresAt = min(
                now + wish.lifetime, now + configuration.limits.absolute, configuration.absoluteEnd(of: live.record))
            record.expiresAt = configuration.limits.expiry(
                usedAt: now, absoluteExpiresAt: record.absoluteExpiresAt)
            // Time does not renew the secret, which the sealed token needs.
            record.secretIssuedAt = record.absoluteExpiresAt
            return record
        } stored: { record in
            try self.sealed(record)
        }
        // The session opens as soon as the administrator's session names it, and none that began before does.
        var former: SessionID?
        do {
            let result = try await self.update(live, for: request) { actor in
                former = actor.actingSessionID
                actor.actingSessionID = record.id
            }
            guard case .written = result else {
                _ = try await self.end(record.id)
                return nil
            }
        } catch {
            _ = try? await self.end(record.id)
            throw error
        }
        if let former { _ = try await self.end(former) }
        return SessionState.LoadedSession(record: record, token: token, isNew: true)
    }

    func endImpersonation(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> (isEnded: Bool, actor: SessionState.LoadedSession?) {
        let now = self.environment.configuration.clock.now
        guard let impersonation = live.record.impersonation,
            let token = impersonation.actorToken(for: live.token)
        else { return (try await self.end(live), nil) }
        let result = try await self.store.performForRecord(.read(token.id)) { try await $0.load(token.id, now: now) }
        guard try await self.end(live) else { return (false, nil) }
        guard case .live(let actor, _) = self.finding(of: token, in: result, now: now),
            self.isActor(actor.record, of: live.record)
        else { return (true, nil) }
        return (true, actor)
    }

    /// What the token of a session opens in which an administrator acts: nothing without the administrator's session.
    func checkActor(
        of record: SessionRecord,
        _ token: SessionToken,
        for request: SessionRequest,
        origin: EventOrigin
    ) async throws -> CredentialFinding {
        guard let actor = try await self.actor(of: record) else {
            if try await self.end(record.id) {
                self.environment.configuration.report(
                    .ended, .actorEnded, record.id, subject: record.subject, from: origin,
                    acting: record.impersonation)
            }
            return .ended(record.id, subject: record.subject, unreported: record)
        }
        guard let opened = self.opened(record, for: token) else {
            return .refused(.unreadable, record)
        }
        if !request.isPassive, !request.headerFields.isPrefetch { await self.touch(actor) }
        return .live(SessionState.LoadedSession(record: opened, token: token, isNew: false))
    }

    /// The administrator's session, if it lives and acts in this one.
    func actor(of record: SessionRecord) async throws -> SessionRecord? {
        guard let id = record.impersonation?.actorSessionID else { return nil }
        let now = self.environment.configuration.clock.now
        do {
            let result = try await self.store.perform(.read(id)) { try await $0.load(id, now: now) }
            guard case .found(let actor) = result, self.isActor(actor, of: record) else { return nil }
            return actor
        } catch is SessionStoreError {
            return nil
        }
    }

    private func isActor(_ actor: SessionRecord, of record: SessionRecord) -> Bool {
        guard let impersonation = record.impersonation, let subject = actor.subject else { return false }
        return actor.id == impersonation.actorSessionID && actor.actingSessionID == record.id
            && impersonation.isActing(subject) && actor.isSession && actor.impersonation == nil
            && !self.environment.configuration.isExpired(
                actor, now: self.environment.configuration.clock.now)
    }

    /// A use of the session is a use of the administrator's session too, which would else end first.
    private func touch(_ actor: SessionRecord) async {
        let configuration = self.configuration
        let (limits, now) = (configuration.limits(of: actor), configuration.clock.now)
        guard let idle = limits.idle, now - actor.lastAccessedAt >= configuration.touchAfter ?? idle / 10 else {
            return
        }
        let touch = SessionTouch(
            lastAccessedAt: now, expiresAt: limits.expiry(usedAt: now, absoluteExpiresAt: actor.absoluteExpiresAt))
        // The next request touches it if this one cannot.
        _ = try? await self.store.performForRecord(.write(actor.id)) { try await $0.touch(actor.id, touch, now: now) }
    }

    /// Costs a read of all sessions of the user, and nothing where no one may act as another.
    func impersonations(of subject: String) async -> [SessionRecord] {
        guard self.environment.configuration.allowsImpersonation != nil else { return [] }
        let now = self.environment.configuration.clock.now
        return (try? await self.store.records(of: subject, now: now) { $0.impersonation != nil }) ?? []
    }

    /// Removes sessions whose administrator's session has ended, and adds those in which the user acts as others.
    func resolvingImpersonations(in records: [SessionRecord]) async throws -> [SessionRecord] {
        var resolved: [SessionRecord] = []
        for record in records {
            if record.impersonation != nil, try await self.actor(of: record) == nil { continue }
            resolved.append(record)
            guard let id = record.actingSessionID, let acting = try await self.actingSession(id, of: record) else {
                continue
            }
            resolved.append(acting)
        }
        return resolved
    }

    private func actingSession(_ id: SessionID, of actor: SessionRecord) async throws -> SessionRecord? {
        let now = self.environment.configuration.clock.now
        do {
            let result = try await self.store.perform(.read(id)) { try await $0.load(id, now: now) }
            guard case .found(let record) = result, self.isActor(actor, of: record),
                !self.environment.configuration.isExpired(record, now: now)
            else { return nil }
            return record
        } catch is SessionStoreError {
            return nil
        }
    }
}
