//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import Crypto
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Stored sessions with a mistake in one of the two ways that an engine calls them.
struct MutantSessions: BackendDriver {
    enum Mistake: CaseIterable {
        /// Any secret opens a session.
        case skipsSecretCheck
        /// The use of a session is not written.
        case forgetsTouch
        /// Changes are not written.
        case dropsChanges
        /// What another request wrote, or that it ended the session, is not seen.
        case ignoresConflicts
        /// No credential is handed out.
        case forgetsCookie
        /// The administrator's session is not looked up for one in which an administrator acts.
        case forgetsActor
    }

    let base: StoredSessions
    /// Nil for none.
    let mistake: Mistake?
    /// The way that has the mistake.
    let way: EngineDriver

    /// A backend with the mistake.
    static func backend(_ store: any SessionStore, _ mistake: Mistake?, in way: EngineDriver) -> SessionBackend {
        SessionBackend(isSelfContained: false) { environment in
            MutantSessions(
                base: StoredSessions(store: store, isEncryptedAtRest: false, signer: nil, environment),
                mistake: mistake,
                way: way
            )
        }
    }

    private func makes(_ mistake: Mistake?, in way: EngineDriver) -> Bool { self.mistake == mistake && self.way == way }

    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding
    {
        let finding = try await self.base.lookUp(credential, for: request, origin: origin)
        guard self.makes(.skipsSecretCheck, in: .asynchronous), case .token(let token) = credential,
            case .found(let record) = try await self.base.store.store.load(token.id, now: self.now)
        else { return finding }
        return Self.believed(record, token, finding)
    }

    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?
    {
        let finding = try self.base.lookUpWithoutWaiting(credential, for: request)
        guard self.makes(.skipsSecretCheck, in: .synchronous), case .token(let token) = credential,
            let store = self.base.store.store as? any SynchronousSessionStore,
            case .found(let record)? = try store.loadSynchronously(token.id, now: self.now)
        else { return finding }
        switch consume finding {
        case .some(let finding): return Self.believed(record, token, finding)
        case .none: return nil
        }
    }

    private var now: SessionInstant { self.environment.configuration.clock.now }

    private static func believed(
        _ record: SessionRecord,
        _ token: SessionToken,
        _ finding: consuming CredentialFinding
    ) -> CredentialFinding {
        switch consume finding {
        case .refused: .live(SessionState.LoadedSession(record: record, token: token, isNew: false))
        case let finding: finding
        }
    }

    func next(
        after record: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord { try self.base.next(after: record, for: request, change) }

    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> UpdateAttempt {
        if self.makes(.dropsChanges, in: .asynchronous) { return .written(next) }
        let attempt = try await self.base.write(next, after: record, of: live, for: request)
        return self.makes(.ignoresConflicts, in: .asynchronous) ? .written(next) : attempt
    }

    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> UpdateAttempt? {
        if self.makes(.dropsChanges, in: .synchronous) { return .written(next) }
        let attempt = try self.base.writeWithoutWaiting(next, after: record, of: live, for: request)
        return self.makes(.ignoresConflicts, in: .synchronous) ? attempt.map { _ in .written(next) } : attempt
    }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool {
        if self.makes(.forgetsTouch, in: .asynchronous) { return true }
        return try await self.base.touch(live, touch)
    }

    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool? {
        if self.makes(.forgetsTouch, in: .synchronous) { return true }
        return try self.base.touchWithoutWaiting(live, touch)
    }

    func credential(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        self.mistake == .forgetsCookie ? nil : try self.base.credential(of: live, for: request)
    }

    func checkActor(
        of record: SessionRecord,
        _ token: SessionToken,
        for request: SessionRequest,
        origin: EventOrigin
    ) async throws -> CredentialFinding {
        guard self.mistake == .forgetsActor else {
            return try await self.base.checkActor(of: record, token, for: request, origin: origin)
        }
        return .live(SessionState.LoadedSession(record: record, token: token, isNew: false))
    }

    // MARK: Without a mistake

    var supportsImpersonation: Bool { self.base.supportsImpersonation }

    func beginImpersonation(
        _ wish: ImpersonationRequest,
        by live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> SessionState.LoadedSession? {
        try await self.base.beginImpersonation(wish, by: live, for: request)
    }

    func endImpersonation(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> (isEnded: Bool, actor: SessionState.LoadedSession?) {
        try await self.base.endImpersonation(live, for: request)
    }

    var environment: EngineEnvironment { self.base.environment }
    var isSelfContained: Bool { self.base.isSelfContained }
    var isSealed: Bool { self.base.isSealed }
    var issuesTokens: Bool { self.base.issuesTokens }
    var hasExternalValues: Bool { self.base.hasExternalValues }
    var supportsListing: Bool { self.base.supportsListing }
    var supportsRevokingOthers: Bool { self.base.supportsRevokingOthers }
    var deviceBindingProblem: String? { self.base.deviceBindingProblem }

    func credentialFormat(for request: SessionRequest) -> CredentialFormat { self.base.credentialFormat(for: request) }

    func endedSecrets(of id: SessionID) async throws -> EndedSecrets? { try await self.base.endedSecrets(of: id) }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession { try await self.base.create(for: request, fill) }

    func loadForUpdate(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        try await self.base.loadForUpdate(live)
    }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? { try await self.base.reload(live) }

    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? { try await self.base.renew(live, for: request, change) }

    func end(_ live: SessionState.LoadedSession) async throws -> Bool { try await self.base.end(live) }

    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord? {
        try await self.base.record(id, of: subject)
    }

    func end(_ id: SessionID, of subject: String?) async throws -> SessionUsers? {
        try await self.base.end(id, of: subject)
    }

    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> SessionUsers? {
        try await self.base.end(token, for: request, origin: origin)
    }

    func impersonations(of subject: String) async -> [SessionRecord] { await self.base.impersonations(of: subject) }

    func revocationEpochs(of subject: String) async throws -> RevocationEpochs {
        try await self.base.revocationEpochs(of: subject)
    }

    func requiredCredentialVersion(of subject: String) async throws -> Int64 {
        try await self.base.requiredCredentialVersion(of: subject)
    }

    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws {
        try await self.base.requireCredentials(of: subject, version: version, except: kept)
    }

    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.DerivedKeys {
        try self.base.csrfKeys(of: record)
    }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        try await self.base.page(of: subject, from: cursor, limit: limit)
    }

    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord] {
        try await self.base.sessionsByAge(of: subject, atMost: limit)
    }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws {
        try await self.base.endAll(of: subject, except: kept)
    }

    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession? { try await self.base.endOthers(than: live, of: subject) }

    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws { try await self.base.endEverything(from: cursor, progress: progress) }
}
