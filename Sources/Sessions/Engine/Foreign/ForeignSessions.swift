//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Logging

/// Sessions that another system keeps as well: the visitor has what that system gave out, or would have.
struct ForeignSessions: SessionKeeper {
    let store: any ForeignSessionStore
    let configuration: SessionConfiguration
    private let guardian: StoreGuard
    private let rewriting: RewriteLoop

    init(store: any ForeignSessionStore, configuration: SessionConfiguration) {
        self.store = store
        self.configuration = configuration
        self.guardian = StoreGuard(needsDeadline: store.needsDeadline, configuration: configuration)
        self.rewriting = RewriteLoop(configuration)
    }

    var isInText: Bool { false }
    var isSealed: Bool { false }
    var hasTokens: Bool { false }
    var sharesValues: Bool { true }
    var listsSessions: Bool { false }
    var endsOthers: Bool { true }

    func form(for request: SessionRequest) -> SessionTokenReading.Form {
        let store = self.store
        return .foreign { store.claim($0) }
    }

    func arrival(of reading: SessionTokenReading, _ request: SessionRequest, logger: Logger) async throws -> Arrival {
        guard !reading.foreignIDs.isEmpty else { return reading.arrivalOfNobody }
        var valid: [SessionState.LiveSession] = []
        var ended: SessionID?
        var refusal = SessionArrival.unknown
        for id in reading.foreignIDs {
            let now = self.configuration.clock.now
            do {
                switch try await self.call({ try await $0.load(id, now: now) }) {
                case .found(let record) where self.configuration.isOver(record, now: now):
                    self.configuration.report(.refused, .expired, id.id, subject: record.subject, to: logger)
                    refusal = .expired
                case .found(let record):
                    valid.append(self.live(record, isNew: false))
                case .ended:
                    self.configuration.report(.refused, .ended, id.id, to: logger)
                    ended = id.id
                case .missing:
                    self.configuration.report(.refused, .unknown, to: logger)
                }
            } catch let error as SessionStoreError {
                // One bad record is one visitor without a session.
                self.configuration.report(.refused, .unreadable, id.id, error: error, to: logger)
                refusal = .unreadable
            }
        }
        if let arrival = Arrival.ofSeveral(valid, self.configuration, logger: logger) { return arrival }
        if let live = valid.first {
            return Arrival(standing: .live(live), reason: .found, isOutdated: reading.isOutdated)
        }
        if let ended { return Arrival(standing: .detached(.ended(ended)), reason: .ended) }
        return Arrival(standing: .visitor, reason: refusal)
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession {
        let id = try self.store.newID(for: request)
        let now = self.configuration.clock.now
        var record = self.configuration.newRecord(for: .ofNobody(id.id), now: now)
        record.foreign = ForeignRecord(id: id)
        try fill(&record)
        return try await self.add(record)
    }

    private func add(_ record: SessionRecord) async throws -> SessionState.LiveSession {
        try self.configuration.checkSize(of: record.values)
        let now = self.configuration.clock.now
        return self.live(try await self.about { try await $0.create(record, now: now) }, isNew: true)
    }

    func rewrite(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult {
        try await self.rewriting.rewrite(live.record) { base in
            var next = base
            try change(&next)
            try self.configuration.checkSize(of: next.values)
            let (replacement, now) = (next, self.configuration.clock.now)
            switch try await self.about({ try await $0.replace(replacement, now: now) }) {
            case .replaced(let record):
                return .written(record)
            case .missing:
                return .gone
            case .conflict(let current):
                // Logins give a session another name, unless the other system does not hold to that.
                guard current.subject == live.record.subject else { return .gone }
                base = current
                return nil
            }
        } reload: {
            guard let current = try await self.reload(live), current.subject == live.record.subject else { return nil }
            return current
        }
    }

    func touch(_ live: SessionState.LiveSession, _ touch: SessionTouch) async throws -> Bool {
        let now = self.configuration.clock.now
        return try await self.about { try await $0.touch(live.record, touch, now: now) }
    }

    func reload(_ live: SessionState.LiveSession) async throws -> SessionRecord? {
        guard let id = live.record.foreign?.id else { return nil }
        let now = self.configuration.clock.now
        guard
            case .found(let record) = try await self.about({ try await $0.load(id, now: now) }),
            !self.configuration.isOver(record, now: now)
        else { return nil }
        return record
    }

    /// The new name comes first, so that nothing is lost when the store fails in between; whoever had the old one has
    /// nothing from the moment this returns.
    func renew(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession? {
        guard var record = try await self.reload(live), record.subject == live.record.subject else { return nil }
        try change(&record)
        let id = try self.store.newID(for: request)
        record.id = id.id
        record.foreign?.id = id
        var renewed = try await self.add(record)
        renewed.isNew = live.isNew
        guard try await self.end(live) else {
            // Somebody ended it meanwhile, and meant all of it.
            _ = try await self.end(renewed)
            return nil
        }
        return renewed
    }

    func text(of live: SessionState.LiveSession, for request: SessionRequest) throws -> String? {
        live.record.foreign.map { self.store.text(of: $0.id) }
    }

    /// The session's own, as its name is: they change with it.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring {
        guard let key = record.foreign?.id.secretHash.csrfKey else { throw SessionError.foreignUnlisted }
        return .init(newest: key, all: [key])
    }

    private func live(_ record: SessionRecord, isNew: Bool) -> SessionState.LiveSession {
        SessionState.LiveSession(record: record, token: .ofNobody(record.id), isNew: isNew)
    }

    func call<Result: Sendable>(
        _ operation: @escaping @Sendable (any ForeignSessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.guardian.call { try await operation(store) }
    }

    func about<Result: Sendable>(
        _ operation: @escaping @Sendable (any ForeignSessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.guardian.about { try await operation(store) }
    }
}
