//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What most backends do, and answers for what a backend does not offer.
extension BackendDriver {
    func endToReplace(_ live: SessionState.LoadedSession) async throws -> Bool { try await self.end(live) }

    func endAll(of subject: String, endingLast live: SessionState.LoadedSession) async throws {
        try await self.endAll(of: subject, except: [live.record.id])
    }

    func changeCredentials(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void,
        onRenewed: (SessionState.LoadedSession) -> Void
    ) async throws -> Bool {
        var changed = live.record
        try change(&changed)
        guard let subject = changed.subject else { return false }
        let version = changed.credentialVersion
        try await self.requireCredentials(of: subject, version: version, except: changed.id)
        guard let renewed = try await self.renew(live, for: request, change) else { return false }
        onRenewed(renewed)
        return true
    }

    func sessionForVisitor() -> SessionState.LoadedSession? { nil }

    func useOnce(_ id: SessionID, of record: SessionRecord, until end: SessionInstant) async throws -> Bool { true }

    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?
    { nil }

    var supportsImpersonation: Bool { false }

    func beginImpersonation(
        _ wish: ImpersonationRequest,
        by live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> SessionState.LoadedSession? { throw SessionError.impersonationNotOffered }

    func endImpersonation(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> (isEnded: Bool, actor: SessionState.LoadedSession?) { (try await self.end(live), nil) }

    func checkActor(
        of record: SessionRecord,
        _ token: SessionToken,
        for request: SessionRequest,
        origin: EventOrigin
    ) async throws -> CredentialFinding { .refused(.wrongSecret, record.id, subject: record.subject) }

    func impersonations(of subject: String) async -> [SessionRecord] { [] }

    func deviceBoundRecord(_ id: SessionID) async throws -> SessionRecord? { nil }

    func endedSecrets(of id: SessionID) async throws -> EndedSecrets? { nil }

    func takeLoss() -> Bool { false }

    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> UpdateAttempt? { nil }

    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool? { nil }

    func loadForUpdate(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        try await self.reload(live)
    }

    /// Not for what every request does: it copies the configuration.
    var configuration: SessionConfiguration { self.environment.configuration }
}
