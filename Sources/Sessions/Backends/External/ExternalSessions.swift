//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Sessions that another system keeps as well: the visitor has what that system gave out, or would have.
struct ExternalSessions: BackendDriver {
    let store: any ExternalSessionStore
    let configuration: SessionConfiguration
    private let callPolicy: StoreCallPolicy
    private let rewriting: CompareAndSetLoop
    private let contradictions = ContradictionLog()

    init(store: any ExternalSessionStore, configuration: SessionConfiguration) {
        self.store = store
        self.configuration = configuration
        self.callPolicy = StoreCallPolicy(needsDeadline: store.needsDeadline, configuration: configuration)
        self.rewriting = CompareAndSetLoop(configuration)
    }

    var isInText: Bool { false }
    var isSealed: Bool { false }
    var hasTokens: Bool { false }
    var sharesValues: Bool { true }
    var listsSessions: Bool { false }
    var endsOthers: Bool { true }

    func form(for request: SessionRequest) -> ExtractedCredentials.Form {
        let store = self.store
        return .external { store.claim($0) }
    }

    func resolution(of reading: ExtractedCredentials, _ request: SessionRequest, origin: EventOrigin) async throws
        -> SessionResolution
    {
        guard !reading.externalIDs.isEmpty else { return reading.anonymousResolution }
        var valid: [SessionState.LoadedSession] = []
        var ended: SessionID?
        var refusal = ResolutionReason.unknown
        for id in reading.externalIDs {
            let now = self.configuration.clock.now
            do {
                let loaded = try await self.call(.anyRead) { try await $0.load(id, now: now) }
                if case .found(let record) = loaded { self.contradictions.note(record, to: origin.logger) }
                switch loaded {
                case .found(let record) where self.configuration.isOver(record, now: now):
                    self.configuration.report(.refused, .expired, id.id, subject: record.subject, from: origin)
                    refusal = .expired
                case .found(let record):
                    valid.append(self.live(record, isNew: false))
                case .ended:
                    self.configuration.report(.refused, .ended, id.id, from: origin)
                    ended = id.id
                case .missing:
                    self.configuration.report(.refused, .unknown, from: origin)
                }
            } catch let error as SessionStoreError {
                // One bad record is one visitor without a session.
                self.configuration.report(.refused, .unreadable, id.id, error: error, from: origin)
                refusal = .unreadable
            }
        }
        if let resolution = SessionResolution.rejectingMultiple(valid, self.configuration, origin: origin) {
            return resolution
        }
        if let live = valid.first {
            return SessionResolution(standing: .live(live), reason: .found, isOutdated: reading.isOutdated)
        }
        if let ended { return SessionResolution(standing: .detached(.ended(ended)), reason: .ended) }
        return SessionResolution(standing: .visitor, reason: refusal)
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession {
        let id = try self.store.newID(for: request)
        let now = self.configuration.clock.now
        var record = self.configuration.newRecord(for: .ofNobody(id.id), now: now)
        record.external = ExternalRecord(id: id)
        try fill(&record)
        return try await self.add(record)
    }

    private func add(_ record: SessionRecord) async throws -> SessionState.LoadedSession {
        try self.configuration.checkSize(of: record.values)
        let now = self.configuration.clock.now
        return self.live(try await self.about(.anyWrite) { try await $0.create(record, now: now) }, isNew: true)
    }

    func rewrite(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult {
        try await self.rewriting.rewrite(live.record) { base in
            var next = base
            try change(&next)
            try self.configuration.checkSize(of: next.values)
            let (replacement, now) = (next, self.configuration.clock.now)
            switch try await self.about(.anyWrite, { try await $0.replace(replacement, now: now) }) {
            case .replaced(let record):
                return .written(record)
            case .missing:
                return .gone
            case .conflict(let current):
                // Logins give a session another name, unless the other system does not hold to that.
                guard current.hasSameSubject(as: live.record) else { return .gone }
                base = current
                return nil
            }
        } reload: {
            guard let current = try await self.reload(live), current.hasSameSubject(as: live.record) else { return nil }
            return current
        }
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        let now = self.configuration.clock.now
        return try await self.about(.anyWrite) { try await $0.touch(live.record, touch, now: now) }
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        guard let id = live.record.external?.id else { return nil }
        let now = self.configuration.clock.now
        guard
            case .found(let record) = try await self.about(.anyRead, { try await $0.load(id, now: now) }),
            !self.configuration.isOver(record, now: now)
        else { return nil }
        return record
    }

    /// The new name comes first, so that nothing is lost when the store fails in between; whoever had the old one has
    /// nothing from the moment this returns.
    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        guard var record = try await self.reload(live), record.hasSameSubject(as: live.record) else { return nil }
        try change(&record)
        let id = try self.store.newID(for: request)
        record.id = id.id
        record.external?.id = id
        var renewed = try await self.add(record)
        renewed.isNew = live.isNew
        guard try await self.end(live) else {
            // Somebody ended it meanwhile, and meant all of it.
            _ = try await self.end(renewed)
            return nil
        }
        return renewed
    }

    func text(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        live.record.external.map { self.store.text(of: $0.id) }
    }

    /// The session's own, as its name is: they change with it.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring {
        guard let key = record.external?.id.secretHash.csrfKey else { throw SessionError.externalUnlisted }
        return .init(newest: key, all: [key])
    }

    private func live(_ record: SessionRecord, isNew: Bool) -> SessionState.LoadedSession {
        SessionState.LoadedSession(record: record, token: .ofNobody(record.id), isNew: isNew)
    }

    func call<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any ExternalSessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.call(call) { try await operation(store) }
    }

    func about<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any ExternalSessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.about(call) { try await operation(store) }
    }
}
