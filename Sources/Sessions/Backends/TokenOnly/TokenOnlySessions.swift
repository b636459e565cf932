//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Tokens without sessions: the application keeps the data that belongs to them.
///
/// A token is signed, so that a client cannot plant an invented one.
struct TokenOnlySessions: BackendDriver {
    let signer: TokenSigner
    let csrfKeys: CSRFKeys
    let environment: EngineEnvironment

    var isSelfContained: Bool { true }
    var isSealed: Bool { false }
    var issuesTokens: Bool { true }
    var hasExternalValues: Bool { false }
    var supportsListing: Bool { false }
    var supportsRevokingOthers: Bool { false }

    var deviceBindingProblem: String? {
        """
        deviceBinding does not work with .tokenOnly: a token has no session that could keep the key of a device. Use \
        the backend .stored(in:), or the policy .off.
        """
    }

    func credentialFormat(for request: SessionRequest) -> CredentialFormat {
        .signed(self.signer, name: self.environment.configuration.cookieName(for: request))
    }

    func sessionForVisitor() -> SessionState.LoadedSession? {
        self.live(SessionToken(random: self.environment.configuration.random), isNew: true)
    }

    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding
    { self.finding(of: credential) }

    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?
    { self.finding(of: credential) }

    private func finding(of credential: SessionCredential) -> CredentialFinding {
        guard case .token(let token) = credential else { return .refused(.unknown) }
        return .live(self.live(token, isNew: false))
    }

    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession {
        let live = self.live(SessionToken(random: self.environment.configuration.random), isNew: true)
        try self.refuse(fill, to: live.record)
        return live
    }

    func next(
        after record: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord {
        try self.refuse(change, to: record)
        return record
    }

    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> UpdateAttempt { .written(next) }

    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> UpdateAttempt? { .written(next) }

    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool? { true }

    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool { true }

    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord? { live.record }

    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession? {
        let renewed = self.live(SessionToken(random: self.environment.configuration.random), isNew: true)
        try self.refuse(change, to: renewed.record)
        return renewed
    }

    func end(_ live: SessionState.LoadedSession) async throws -> Bool { true }

    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord? { throw SessionError.tokenOnly }

    func end(_ id: SessionID, of subject: String?) async throws -> SessionUsers? { throw SessionError.tokenOnly }

    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> SessionUsers? {
        throw SessionError.tokenOnly
    }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        throw SessionError.tokenOnly
    }

    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord] {
        throw SessionError.tokenOnly
    }

    func endAll(of subject: String, except kept: Set<SessionID>) async throws { throw SessionError.tokenOnly }

    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession? { throw SessionError.tokenOnly }

    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws { throw SessionError.tokenOnly }

    func requiredCredentialVersion(of subject: String) async throws -> Int64 { throw SessionError.tokenOnly }

    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws {
        throw SessionError.tokenOnly
    }

    func revocationEpochs(of subject: String) async throws -> RevocationEpochs { throw SessionError.tokenOnly }

    func credential(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        try self.signer.sign(live.token, for: self.environment.configuration.cookieName(for: request))
    }

    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.DerivedKeys {
        try self.csrfKeys.derived
    }

    /// A record for the engine: it never ends and has no values.
    private func live(_ token: SessionToken, isNew: Bool) -> SessionState.LoadedSession {
        let now = self.environment.configuration.clock.now
        var record = self.environment.configuration.newRecord(for: token, now: now)
        (record.expiresAt, record.absoluteExpiresAt) = (.distantFuture, .distantFuture)
        return SessionState.LoadedSession(record: record, token: token, isNew: isNew)
    }

    /// Rejects changes, because there is nowhere to store them.
    private func refuse(_ change: (inout SessionRecord) throws -> Void, to record: SessionRecord) throws {
        var changed = record
        try change(&changed)
        guard changed == record else { throw SessionError.tokenOnly }
    }
}
