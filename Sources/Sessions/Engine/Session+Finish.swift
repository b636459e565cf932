//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging

extension Session {
    /// Does what the end of a request asks for. Called once, when no operation runs.
    ///
    /// - Returns: What to do with the cookie.
    func finish(_ outcome: SessionEngine.Outcome) async throws -> SessionPlan.CookieAction {
        if outcome.isFailure {
            self.withState { $0.discardChanges() }
        } else if let failure = self.withState({ $0.failure }) {
            throw failure
        }
        let plan = self.plan(handlerFailed: outcome.isFailure)
        self.withState { $0.plan = plan }
        if let failure = self.withState({ $0.storeFailure }), plan.store.isWrite {
            // It has just been waited for.
            guard self.isOptional(plan.store) else { throw failure }
            return self.cookieActionAfterFailure
        }
        return try await self.carryOut(plan)
    }

    /// Whether the handler asked for nothing of a write: it extends or renews the session, which the next request will
    /// do as well. A store that cannot be written to fails no request that only reads.
    private func isOptional(_ step: SessionPlan.StoreAction) -> Bool {
        switch step {
        case .touch: true
        case .update: self.withState { $0.pending.isEmpty }
        case .nothing, .create, .drop: false
        }
    }

    func plan(handlerFailed: Bool = false) -> SessionPlan {
        let now = self.engine.configuration.clock.now
        return self.withState { self.plan(of: &$0, handlerFailed: handlerFailed, now: now) }
    }

    func plan(of state: inout SessionState, handlerFailed: Bool, now: Instant) -> SessionPlan {
        let mayBeWithheld = state.live?.isNew ?? true
        var facts = state.facts(
            isPrefetch: self.request.headerFields.isPrefetch,
            isCookieWithheld: mayBeWithheld && self.isCookieWithheld(knowing: state.nextTransport ?? state.transport),
            handlerFailed: handlerFailed,
            under: self.engine.configuration,
            now: now
        )
        facts.deliversCredential = self.engine.transports[state.transport].deliversCredential
        return self.engine.planner.plan(facts)
    }

    /// Carries a plan out, store first.
    ///
    /// - Returns: The cookie step of the plan, as far as it still holds: a session that is gone sets nothing.
    func carryOut(_ plan: SessionPlan) async throws -> SessionPlan.CookieAction {
        switch plan.store {
        case .nothing:
            return plan.cookie
        case .drop:
            self.drop()
            return plan.cookie
        case .create:
            guard try await self.createAnonymous() else { return .leave }
            return plan.cookie
        case .touch(let touch):
            return try await self.forgiving(plan) { try await self.store(touch) }
        case .update(let touch, let isRenewing):
            return try await self.forgiving(plan) { try await self.update(touch, isRenewing: isRenewing) }
        }
    }

    /// Carries out a write of a plan; one that the handler did not ask for may fail.
    private func forgiving(
        _ plan: SessionPlan,
        _ write: () async throws -> Bool
    ) async throws -> SessionPlan.CookieAction {
        let isOptional = self.isOptional(plan.store)
        do {
            return try await write() ? plan.cookie : .leave
        } catch let error as SessionError where isOptional && [.storeUnavailable, .contention].contains(error.code) {
            self.report(.storeFailed, .touching, self.withState { $0.live?.record.id }, error: error)
            return self.cookieActionAfterFailure
        }
    }

    /// Starts a session for what was set by the handler, in which no one is logged in.
    ///
    /// - Returns: False when the application refused it, and there was nothing to keep.
    func createAnonymous(_ fill: (inout SessionRecord) -> Void = { _ in }) async throws -> Bool {
        if let allows = self.engine.configuration.allowsAnonymousSession, try await !allows(self.request) {
            guard self.withState({ $0.pending.isEmpty }) else {
                throw SessionError.anonymousSessionRefused(retryAfter: self.engine.configuration.retryAfter)
            }
            return false
        }
        try await self.create(fill)
        return true
    }

    /// What the client must be told although the end of the request failed.
    var cookieActionAfterFailure: SessionPlan.CookieAction {
        self.withState { state in
            switch state.pendingCookieAction {
            case .none: .leave
            case .set: state.live == nil ? .leave : .set
            case .clear: .clear
            }
        }
    }

    /// Starts a session that an operation of the handler needs, in which no one is logged in.
    ///
    /// - Throws: ``SessionError`` with the code `anonymousSessionRefused`.
    func requireAnonymous(_ fill: (inout SessionRecord) -> Void = { _ in }) async throws {
        guard try await self.createAnonymous(fill) else {
            throw SessionError.anonymousSessionRefused(retryAfter: self.engine.configuration.retryAfter)
        }
    }

    /// Starts a session with what was changed so far.
    func create(_ fill: (inout SessionRecord) -> Void) async throws {
        _ = try await self.writingChanges { changes in
            let live = try await self.engine.driver.create(for: self.request) { record in
                record.values = try changes.apply(to: record.values)
                fill(&record)
            }
            self.withState { state in
                state.standing = .live(live)
                state.pendingCookieAction = .set
                if let transport = state.nextTransport { state.transport = transport }
            }
            self.report(.created, nil, live.record.id, subject: live.record.subject)
            return true
        }
    }

    /// - Returns: False when the session is gone.
    private func update(_ touch: SessionTouch?, isRenewing: Bool) async throws -> Bool {
        guard let live = self.withState({ $0.live }) else { return false }
        let (token, configuration) = (live.token, self.engine.configuration)
        var isRenewed = false
        var overwritten: [String] = []
        let isWritten = try await self.writingChanges { changes in
            try await self.rewrite(as: SessionWrites(changes, touch)) { record in
                isRenewed = false
                overwritten =
                    record.version == live.record.version
                    ? [] : changes.overwrittenNames(in: record.values, since: live.record.values)
                try self.apply(changes, touch, to: &record)
                // Another request of the same page may have renewed a moment ago; its secret serves this one as well.
                if isRenewing, record.secretHash == token.secretHash {
                    try record.renewSecret(
                        of: token,
                        grace: configuration.renewal.grace,
                        random: configuration.random,
                        now: configuration.clock.now
                    )
                    isRenewed = true
                }
            }
        }
        if isWritten, !overwritten.isEmpty { self.reportOverwritten(overwritten, of: live.record) }
        if isWritten, isRenewed {
            self.report(.renewed, .time, token.id, subject: self.withState { $0.live?.record.subject })
        }
        return isWritten
    }

    /// Makes of a record what this request has to write.
    func apply(_ changes: SessionChanges, _ touch: SessionTouch?, to record: inout SessionRecord) throws {
        record.values = try changes.apply(to: record.values)
        if let touch {
            record.apply(touch)
            record.note(self.trackedClient)
        }
    }

    /// Rewrites the record of the session, on its newest version.
    ///
    /// - Returns: False when the session is gone; the request then stands on nothing.
    func rewrite(
        as writes: SessionWrites = .changed,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> Bool {
        guard let live = self.withState({ $0.live }) else { return false }
        switch try await self.engine.driver.rewrite(live, for: self.request, change) {
        case .written(let record):
            self.withState { $0.wrote(record, writes) }
            self.reportMerge(of: record, since: live.record)
            // A sealed session with another absolute limit has another id.
            if record.id != live.record.id { self.reportRenewal(.renewed, .explicit, of: live.record) }
            return true
        case .gone:
            self.detach(live.record.id)
            return false
        }
    }

    /// - Returns: False when the session is gone.
    func store(_ touch: SessionTouch) async throws -> Bool {
        guard let live = self.withState({ $0.live }) else { return false }
        let id = live.record.id
        // A touch has no room for a client, who rarely changes.
        if !live.record.isLastClient(self.trackedClient) {
            return try await self.rewrite(as: .touched) { record in
                record.apply(touch)
                record.note(self.trackedClient)
            }
        }
        guard try await self.engine.driver.touch(live, touch) else {
            self.detach(id)
            return false
        }
        self.withState { $0.wrote(touch) }
        return true
    }

    /// The client of this request, if clients are tracked.
    private var trackedClient: SessionClient? {
        self.engine.configuration.tracksClients ? SessionClient(of: self.request) : nil
    }

    /// Runs a write of the pending changes, which are pending again if it fails.
    private func writingChanges(_ write: (SessionChanges) async throws -> Bool) async throws -> Bool {
        let changes = self.withState { $0.beginCommit() }
        do {
            let isWritten = try await write(changes)
            self.withState { $0.commit() }
            if !isWritten, !changes.isEmpty { self.reportDrop() }
            return isWritten
        } catch {
            self.withState { $0.rollback() }
            throw error
        }
    }

    private func drop() {
        self.withState { $0.discardChanges() }
        self.reportDrop()
    }

    /// The session is gone: what this request set is dropped, and it sets no cookie.
    func detach(_ id: SessionID) {
        self.withState { state in
            state.discardChanges()
            state.standing = .detached(.ended(id))
            state.pendingCookieAction = .none
        }
        self.report(.refused, .endedMeanwhile, id)
    }
}

extension SessionRecord {
    /// Whether there is nothing to note of a client: it is nil, or known as the last one, or nobody is logged in.
    fileprivate func isLastClient(_ client: SessionClient?) -> Bool {
        guard let client, let firstClient else { return true }
        return client == self.lastClient ?? firstClient
    }

    /// Notes who used the session, if that is to be noted.
    fileprivate mutating func note(_ client: SessionClient?) {
        guard let client, let firstClient else { return }
        self.lastClient = client == firstClient ? nil : client
    }
}
