//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// The part of an engine that differs between backends: where its sessions are.
///
/// The client holds a credential. The driver defines its format: the token of a stored session, a whole sealed session,
/// or only a token. The driver does not know how the credential travels.
protocol BackendDriver: Sendable {
    /// Whether the credential contains the session, so that storing needs a response header.
    var isSelfContained: Bool { get }

    /// Whether the session has a seal instead of a token.
    var isSealed: Bool { get }

    /// Whether a token of this library opens a session.
    var issuesTokens: Bool { get }

    /// Whether another system also keeps values, which must not be dropped.
    var hasExternalValues: Bool { get }

    /// Whether it can list a user's sessions.
    var supportsListing: Bool { get }

    /// Whether it can end all sessions of a user except one.
    var supportsRevokingOthers: Bool { get }

    /// Why no proof can open a session without its secret, as a problem of the configuration; nil if one can.
    var deviceBindingProblem: String? { get }

    /// Whether an administrator can act as another user.
    var supportsImpersonation: Bool { get }

    /// The credential format of a request.
    func credentialFormat(for request: SessionRequest) -> CredentialFormat

    /// The environment of the engine.
    var environment: EngineEnvironment { get }

    /// The session of a visitor without a credential: nil, unless every visitor has a token.
    func sessionForVisitor() -> SessionState.LoadedSession?

    /// Looks up what a credential opens.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding

    /// The synchronous variant. Nil means that the asynchronous one is needed.
    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?

    /// The live session with this id that is bound to a device; nil if there is none. Only a proof opens it.
    func deviceBoundRecord(_ id: SessionID) async throws -> SessionRecord?

    /// The secrets of an ended session, as far as they are known.
    func endedSecrets(of id: SessionID) async throws -> EndedSecrets?

    /// Begins a session in which an administrator acts as another user.
    ///
    /// - Parameter live: The administrator's session.
    /// - Returns: Nil when the administrator's session is gone.
    func beginImpersonation(
        _ wish: ImpersonationRequest,
        by live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> SessionState.LoadedSession?

    /// Ends a session in which an administrator acts.
    ///
    /// - Returns: Whether this call ended it, and the administrator's session, if it lives.
    func endImpersonation(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> (isEnded: Bool, actor: SessionState.LoadedSession?)

    /// What a token opens of a session in which an administrator acts.
    func checkActor(
        of record: SessionRecord,
        _ token: SessionToken,
        for request: SessionRequest,
        origin: EventOrigin
    ) async throws -> CredentialFinding

    /// Returns true once for a loss of revocations that must still be reported.
    func takeLoss() -> Bool

    /// Creates a session for a visitor without one.
    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession

    /// The next state of a record.
    func next(
        after record: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord

    /// Attempts once to replace a record with its next state.
    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> UpdateAttempt

    /// The synchronous variant. Nil means that the asynchronous one is needed, and that nothing was written.
    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> UpdateAttempt?

    /// The newest record that a request may change; nil when its session is gone.
    func loadForUpdate(_ live: SessionState.LoadedSession) async throws -> SessionRecord?

    /// Writes a touch of a session.
    ///
    /// - Returns: False when it is gone.
    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool

    /// The synchronous variant. Nil means that the asynchronous one is needed, and that nothing was changed.
    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool?

    /// Reads the session again; nil when it is gone.
    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord?

    /// Gives a session a new credential at once, and changes it in the same write. The previous credential no longer
    /// opens it.
    ///
    /// - Returns: Nil when it is gone.
    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession?

    /// The record of a session whose end a task waits for; nil when it is gone.
    func watchedRecord(_ session: WatchedSession) async throws -> SessionRecord?

    /// Whether the end of a session can be waited for by its id alone.
    var watchesByID: Bool { get }

    /// The store, if it reports endings.
    var endingNotifier: (any SessionEndingNotifier)? { get }

    /// Ends a session.
    ///
    /// - Returns: Whether this call ended it.
    func end(_ live: SessionState.LoadedSession) async throws -> Bool

    /// Ends a session that another one replaces. When it fails, the session continues, unless the store ended it and
    /// its reply was lost.
    ///
    /// - Returns: Whether this call ended it.
    func endToReplace(_ live: SessionState.LoadedSession) async throws -> Bool

    /// Records that something which a session keeps is used, if the session itself cannot.
    ///
    /// - Returns: False when it was used before.
    func useOnce(_ id: SessionID, of record: SessionRecord, until end: SessionInstant) async throws -> Bool

    /// Returns an active session of a user by its id; nil when the user has none with this id.
    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord?

    /// Ends a session by its id.
    ///
    /// - Parameter subject: The user whose session it must be, or nil for any.
    /// - Returns: The users of the session, as far as they are known; nil if this call did not end it.
    func end(_ id: SessionID, of subject: String?) async throws -> SessionUsers?

    /// Ends the session that a token opens.
    ///
    /// - Returns: The users of the session; nil if this call did not end it.
    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> SessionUsers?

    /// The sessions in which administrators act as a user, before they end with all of the user's. Their events name
    /// both users. A store that fails has none, because the sessions must end in any case.
    func impersonations(of subject: String) async -> [SessionRecord]

    /// The epochs that a login must record.
    func revocationEpochs(of subject: String) async throws -> RevocationEpochs

    /// The oldest valid version of a user's credentials; 0 when there is none.
    ///
    /// - Throws: ``SessionError`` with the code `notOffered` if none is kept.
    func requiredCredentialVersion(of subject: String) async throws -> Int64

    /// Ends all sessions of a user with an older version of credentials, and rejects that version from now on.
    ///
    /// - Parameter kept: The id of a session to keep, if sessions are known by id.
    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws

    /// The same for a change of credentials in this session, which continues with a new credential. The others end
    /// first: if that fails, this session is as before, and can try again.
    ///
    /// - Parameter onRenewed: Called with the continuing session as soon as it is known, even if a later step fails.
    /// - Returns: False when the session itself is gone.
    func changeCredentials(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void,
        onRenewed: (SessionState.LoadedSession) -> Void
    ) async throws -> Bool

    /// The credential that the client must send back; nil when there is a newer one that only another client received.
    func credential(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String?

    /// The keys of a session's CSRF tokens.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.DerivedKeys

    /// Whether it can list the sessions of all users.
    var supportsListingAll: Bool { get }

    /// Returns a page of the sessions of all users.
    func page(from cursor: SessionCursor?, limit: Int) async throws -> SessionPage

    /// Returns a page of the active sessions of a user.
    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage

    /// Returns the active sessions of a user, the oldest first, up to a limit.
    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord]

    /// Ends all sessions of a user except the given ones.
    func endAll(of subject: String, except kept: Set<SessionID>) async throws

    /// Ends all sessions of a user, as many as possible before the given one, so that its visitor can try again.
    func endAll(of subject: String, endingLast live: SessionState.LoadedSession) async throws

    /// Ends all sessions of a user except one.
    ///
    /// - Returns: The session as it continues, or nil when it is gone.
    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession?

    /// Ends all sessions of all users.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin, for backends that work page by page.
    ///   - progress: Called after each page.
    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws
}

/// The revocation epochs of a login: that of the user, and the global one.
struct RevocationEpochs {
    var subject: Int64 = 0
    var global: Int64 = 0
    /// The required version of credentials, if sessions with an older one are rejected.
    var credentialVersion: Int64 = 0
}
