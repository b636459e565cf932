//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Sessions that another system also keeps. The client has a credential of that system's format.
struct ExternalSessions: BackendDriver {
    let store: any ExternalSessionStore
    let environment: EngineEnvironment
    private let callPolicy: StoreCallPolicy
    private let contradictions = ContradictionLog()

    init(store: any ExternalSessionStore, _ environment: EngineEnvironment) {
        self.store = store
        self.environment = environment
        self.callPolicy = StoreCallPolicy(needsDeadline: store.needsDeadline, environment)
    }

    var isSelfContained: Bool { false }
    var isSealed: Bool { false }
    var issuesTokens: Bool { false }
    var hasExternalValues: Bool { true }
    var supportsListing: Bool { false }
    var supportsRevokingOthers: Bool { true }

    var deviceBindingProblem: String? {
        """
        deviceBinding does not work with sessions that another system keeps too: that system accepts a cookie after its \
        lifetime. Use the backend .stored(in:), or the policy .off.
        """
    }

    func credentialFormat(for request: SessionRequest) -> CredentialFormat {
        let store = self.store
        return .external { store.claim($0) }
    }

    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding
    {
        guard case .external(let id) = credential else { return .refused(.unknown) }
        let now = self.environment.configuration.clock.now
        do {
            switch try await self.perform(.anyRead, { try await $0.load(id, now: now) }) {
            case .found(let record):
                self.contradictions.note(record, to: origin.logger)
                guard !self.environment.configuration.isExpired(record, now: now) else {
                    return .refused(.expired, id.id, subject: record.subject)
                }
                return .live(self.live(record, isNew: false))
            case .ended:
                return .ended(id.id)
            case .missing:
                return .refused(.unknown)
            }
        } catch let error as SessionStoreError {
            // One unreadable record makes one visitor anonymous.
            return .refused(.unreadable, id.id, error: error)
        }
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession {
        let id = try self.store.newID(for: request)
        let now = self.environment.configuration.clock.now
        var record = self.environment.configuration.newRecord(for: .placeholder(id.id), now: now)
        record.external = ExternalRecord(id: id)
        try fill(&record)
        return try await self.add(record)
    }

    private func add(_ record: SessionRecord) async throws -> SessionState.LoadedSession {
        try self.environment.configuration.checkSize(of: record.values)
        let now = self.environment.configuration.clock.now
        return self.live(
            try await self.performForRecord(.anyWrite) { try await $0.create(record, now: now) }, isNew: true)
    }

    func next(
        after record: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord {
        var next = record
        try change(&next)
        try self.environment.configuration.checkSize(of: next.values)
        return next
    }

    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> UpdateAttempt {
        let now = self.environment.configuration.clock.now
        switch try await self.performForRecord(.anyWrite, { try await $0.replace(next, now: now) }) {
        case .replaced(let record):
            return .written(record)
        case .missing:
            return .gone
        case .conflict(let current):
            // Logins give a session another name, unless the other system does not do so.
            return current.hasSameSubject(as: live.record) ? .conflict(current) : .gone
        }
    }

    func loadForUpdate(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        guard let current = try await self.reload(live), current.hasSameSubject(as: live.record) else { return nil }
        return current
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        let now = self.environment.configuration.clock.now
        return try await self.performForRecord(.anyWrite) { try await $0.touch(live.record, touch, now: now) }
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        guard let id = live.record.external?.id else { return nil }
        let now = self.environment.configuration.clock.now
        guard
            case .found(let record) = try await self.performForRecord(.anyRead, { try await $0.load(id, now: now) }),
            !self.environment.configuration.isExpired(record, now: now)
        else { return nil }
        return record
    }

    /// Creates the new name first, so that nothing is lost if the store fails in between. The old name opens nothing
    /// from the moment this returns.
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
            // Another request ended the session in the meantime, so the new name must end too.
            _ = try await self.end(renewed)
            return nil
        }
        return renewed
    }

    func credential(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        live.record.external.map { self.store.credential(of: $0.id) }
    }

    /// Keys derived from the session's name, which change with it.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.DerivedKeys {
        guard let key = record.external?.id.secretHash.csrfKey else { throw SessionError.externalUnlisted }
        return .init(newest: key, all: [key])
    }

    private func live(_ record: SessionRecord, isNew: Bool) -> SessionState.LoadedSession {
        SessionState.LoadedSession(record: record, token: .placeholder(record.id), isNew: isNew)
    }

    func perform<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any ExternalSessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.perform(call) { try await operation(store) }
    }

    func performForRecord<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any ExternalSessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.performForRecord(call) { try await operation(store) }
    }
}
