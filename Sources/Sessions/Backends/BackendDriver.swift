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
/// What the visitor has is a text. What the text is, a driver knows: the token of a stored session, a whole session
/// under a seal, or a token and nothing else. How it travels it does not know.
protocol BackendDriver: Sendable {
    /// Whether the text is the session, so that whatever is kept needs a header of the response.
    var isInText: Bool { get }

    /// Whether the session has no token, but a seal.
    var isSealed: Bool { get }

    /// Whether a session is opened by a token of ours.
    var hasTokens: Bool { get }

    /// Whether another system keeps values beside ours, which are not ours to drop.
    var sharesValues: Bool { get }

    /// Whether it knows which sessions a user has.
    var listsSessions: Bool { get }

    /// Whether it can end all sessions of a user but one.
    var endsOthers: Bool { get }

    /// What the texts of a request look like.
    func form(for request: SessionRequest) -> ExtractedCredentials.Form

    /// How the engine is set up.
    var environment: EngineEnvironment { get }

    /// The session of a visitor who has none: nil, but where every visitor has a token.
    func sessionForVisitor() -> SessionState.LoadedSession?

    /// Finds out what a credential opens.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`.
    func lookUp(_ credential: SessionCredential, for request: SessionRequest, origin: EventOrigin) async throws
        -> CredentialFinding

    /// The same without waiting. Nil says that it must be waited for.
    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?

    /// The secrets that an ended session had, as far as they are known.
    func endedSecrets(of id: SessionID) async throws -> EndedSecrets?

    /// Whether a loss of what is known of ended sessions has yet to be reported. The answer is true once.
    func takeLoss() -> Bool

    /// Keeps a session for a visitor of whom nothing was remembered so far.
    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession

    /// The record that is to follow another.
    func next(
        after record: SessionRecord,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> SessionRecord

    /// Writes a record if the one before it is still there.
    func write(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) async throws -> RewriteAttempt

    /// The same without waiting. Nil says that it must be waited for, and that nothing was written.
    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> RewriteAttempt?

    /// The newest record that a request may change; nil when its session is gone.
    func loadForRewrite(_ live: SessionState.LoadedSession) async throws -> SessionRecord?

    /// Notes that a session was used.
    ///
    /// - Returns: False when it is gone.
    func touch(_ live: SessionState.LoadedSession, _ touch: SessionTouch) async throws -> Bool

    /// The same without waiting. Nil says that it must be waited for, and that nothing was changed.
    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool?

    /// The session as it is now, or nil when it is gone.
    func reload(_ live: SessionState.LoadedSession) async throws -> SessionRecord?

    /// Gives a session a new text at once, and changes it with the same write: the former text opens nothing any more.
    ///
    /// - Returns: Nil when it is gone.
    func renew(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LoadedSession?

    /// Ends a session.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ live: SessionState.LoadedSession) async throws -> Bool

    /// Ends a session that another takes the place of. When it fails, the session goes on, unless the store ended it
    /// and could not say so.
    ///
    /// - Returns: Whether it was this call that ended it.
    func endToReplace(_ live: SessionState.LoadedSession) async throws -> Bool

    /// The live session of a user by its id; nil when the user has none with this id.
    func record(_ id: SessionID, of subject: String) async throws -> SessionRecord?

    /// Ends a session by its id.
    ///
    /// - Parameter subject: Whose session it must be, or nil for anybody's.
    /// - Returns: Whether it was this call that ended it.
    func end(_ id: SessionID, of subject: String?) async throws -> Bool

    /// Ends the session that a token opens.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ token: SessionToken, for request: SessionRequest, origin: EventOrigin) async throws -> Bool

    /// What a login must note besides the user.
    func revocationEpochs(of subject: String) async throws -> RevocationEpochs

    /// The oldest version of a user's credentials that is good; 0 when there is none.
    ///
    /// - Throws: ``SessionError`` with the code `notOffered` where none is kept.
    func requiredCredentialVersion(of subject: String) async throws -> Int64

    /// Ends all sessions of a user with an older version of credentials, and refuses it from now on.
    ///
    /// - Parameter kept: The id of a session that goes on, where a session is known by its id.
    func requireCredentials(of subject: String, version: Int64, except kept: SessionID?) async throws

    /// The same for the version that a change gives this session, which goes on with a new text. The others come first:
    /// when it fails, this session is no safer than they are, and can try again.
    ///
    /// - Parameter goOn: Called with what goes on, as soon as it is known, also when it fails after that.
    /// - Returns: False when the session itself is gone.
    func changeCredentials(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void,
        goOn: (SessionState.LoadedSession) -> Void
    ) async throws -> Bool

    /// What the visitor is to send back; nil when there is a newer text that only somebody else was given.
    func text(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String?

    /// The keys of a session's tokens against forged requests.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring

    /// A page of the live sessions of a user.
    func page(of subject: String, from cursor: SessionCursor?, limit: Int) async throws -> SessionPage

    /// The live sessions of a user, the oldest first, at most so many.
    func sessionsByAge(of subject: String, atMost limit: Int) async throws -> [SessionRecord]

    /// Ends all sessions of a user but the named ones.
    func endAll(of subject: String, except kept: Set<SessionID>) async throws

    /// Ends all sessions of a user, as far as that can be done before the last of them ends, so that its visitor can
    /// try again.
    func endAll(of subject: String, endingLast live: SessionState.LoadedSession) async throws

    /// Ends all sessions of a user but one.
    ///
    /// - Returns: The one as it goes on, or nil when it is gone.
    func endOthers(
        than live: SessionState.LoadedSession,
        of subject: String
    ) async throws -> SessionState.LoadedSession?

    /// Ends all sessions of everybody.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin, for backends that end them page by page.
    ///   - progress: Called after each page.
    func endEverything(
        from cursor: SessionCursor?,
        progress: (_ endedCount: Int, _ next: SessionCursor?) async throws -> Void
    ) async throws
}

extension BackendDriver {
    func endToReplace(_ live: SessionState.LoadedSession) async throws -> Bool { try await self.end(live) }

    func endAll(of subject: String, endingLast live: SessionState.LoadedSession) async throws {
        try await self.endAll(of: subject, except: [live.record.id])
    }

    func changeCredentials(
        of live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void,
        goOn: (SessionState.LoadedSession) -> Void
    ) async throws -> Bool {
        var changed = live.record
        try change(&changed)
        guard let subject = changed.subject else { return false }
        let version = changed.credentialVersion
        try await self.requireCredentials(of: subject, version: version, except: changed.id)
        guard let renewed = try await self.renew(live, for: request, change) else { return false }
        goOn(renewed)
        return true
    }

    func sessionForVisitor() -> SessionState.LoadedSession? { nil }

    func lookUpWithoutWaiting(_ credential: SessionCredential, for request: SessionRequest) throws
        -> CredentialFinding?
    { nil }

    func endedSecrets(of id: SessionID) async throws -> EndedSecrets? { nil }

    func takeLoss() -> Bool { false }

    func writeWithoutWaiting(
        _ next: SessionRecord,
        after record: SessionRecord,
        of live: SessionState.LoadedSession,
        for request: SessionRequest
    ) throws -> RewriteAttempt? { nil }

    func touchWithoutWaiting(_ live: SessionState.LoadedSession, _ touch: SessionTouch) throws -> Bool? { nil }

    func loadForRewrite(_ live: SessionState.LoadedSession) async throws -> SessionRecord? {
        try await self.reload(live)
    }

    var configuration: SessionConfiguration { self.environment.configuration }
}

/// Where a login stands among the endings of all sessions of the user, and of everybody.
struct RevocationEpochs {
    var subject: Int64 = 0
    var everyone: Int64 = 0
    /// The version of credentials that is required, where sessions with an older one are refused.
    var credentialVersion: Int64 = 0
}
