//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Logging

/// The part of an engine that differs between backends: where its sessions are.
///
/// What the visitor has is a text. What the text is, a keeper knows: the token of a stored session, a whole session under
/// a seal, or a token and nothing else. How it travels it does not know.
protocol SessionKeeper: Sendable {
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
    func form(for request: SessionRequest) -> SessionTokenReading.Form

    /// Finds out what a request stands on, by the texts it carries.
    func arrival(of reading: SessionTokenReading, _ request: SessionRequest, logger: Logger) async throws -> Arrival

    /// The same without suspending, if that can be had: it is how nearly every request of a session in memory or in a
    /// cookie comes. Nil says nothing, and has noted nothing.
    func arrivalAtOnce(of reading: SessionTokenReading, _ request: SessionRequest) -> ArrivalAtOnce?

    /// Keeps a session for a visitor of whom nothing was remembered so far.
    func create(
        for request: SessionRequest,
        _ fill: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession

    /// Changes a session, on the newest state there is; the change may be asked for again on a newer one.
    func rewrite(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionRewriteResult

    /// The same without suspending, if that can be had. Nil says nothing, and nothing was changed.
    ///
    /// - Returns: The record as it is now.
    func rewriteAtOnce(
        _ record: SessionRecord,
        for request: SessionRequest,
        now: Instant,
        _ change: (inout SessionRecord) throws -> Void
    ) -> SessionRecord?

    /// Notes that a session was used.
    ///
    /// - Returns: False when it is gone.
    func touch(_ live: SessionState.LiveSession, _ touch: SessionTouch) async throws -> Bool

    /// The session as it is now, or nil when it is gone.
    func reload(_ live: SessionState.LiveSession) async throws -> SessionRecord?

    /// Gives a session a new text at once, and changes it with the same write: the former text opens nothing any more.
    ///
    /// - Returns: Nil when it is gone.
    func renew(
        _ live: SessionState.LiveSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> SessionState.LiveSession?

    /// Ends a session.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ live: SessionState.LiveSession) async throws -> Bool

    /// Ends a session by its id.
    ///
    /// - Parameter subject: Whose session it must be, or nil for anybody's.
    /// - Returns: Whether it was this call that ended it.
    func end(_ id: SessionID, of subject: String?) async throws -> Bool

    /// Ends the session that a token opens.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ token: SessionToken, logger: Logger) async throws -> Bool

    /// What a login must note besides the user.
    func loginMarks(of subject: String) async throws -> LoginMarks

    /// What the visitor is to send back; nil when there is a newer text that only somebody else was given.
    func text(of live: SessionState.LiveSession, for request: SessionRequest) throws -> String?

    /// The keys of a session's tokens against forged requests.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring

    /// The living sessions of a user.
    func sessions(of subject: String) async throws -> [SessionRecord]

    /// Ends all sessions of a user but the named ones.
    func endAll(of subject: String, except kept: Set<SessionID>) async throws

    /// Ends all sessions of a user but one.
    ///
    /// - Returns: The one as it goes on, or nil when it is gone.
    func endOthers(
        than live: SessionState.LiveSession,
        of subject: String
    ) async throws -> SessionState.LiveSession?

    /// Ends all sessions of everybody.
    func endEverything() async throws
}

extension SessionKeeper {
    func arrivalAtOnce(of reading: SessionTokenReading, _ request: SessionRequest) -> ArrivalAtOnce? { nil }

    func rewriteAtOnce(
        _ record: SessionRecord,
        for request: SessionRequest,
        now: Instant,
        _ change: (inout SessionRecord) throws -> Void
    ) -> SessionRecord? { nil }
}

/// What the only token of a request opened, or its only sealed text. Small, because every request is handed on in it.
struct ArrivalAtOnce {
    /// The session's record; nil for a visitor without a session.
    var record: SessionRecord?
    var reason: SessionArrival
    /// Whether the text was made with a key that is not the newest, and is to be handed out anew.
    var isOutdated = false
}

/// What became of a rewrite.
enum SessionRewriteResult {
    case written(SessionRecord)
    /// The session has ended, or somebody logged in or authenticated anew since the request began.
    case gone
}

/// Where a login stands among the endings of all sessions of the user, and of everybody.
struct LoginMarks {
    var subject: Int64 = 0
    var everyone: Int64 = 0
}
