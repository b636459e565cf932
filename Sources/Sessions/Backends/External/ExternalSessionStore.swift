//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where sessions are that another system keeps as well, in its own form and under its own names.
///
/// The name of a session is its secret there. So whatever gives a session a new secret here gives it a new name there,
/// and the old one ends.
package protocol ExternalSessionStore: Sendable {
    /// Whether each call is to run under a deadline.
    var needsDeadline: Bool { get }

    /// The session that a text from a client names, or nil when the text is not genuine.
    func claim(_ text: [UInt8]) -> VerifiedExternalID?

    /// What a client is to send back.
    func text(of id: ExternalSessionID) -> String

    /// A name that nobody can guess.
    func newID(for request: SessionRequest) throws -> ExternalSessionID

    /// Finds a session.
    func load(_ id: ExternalSessionID, now: Instant) async throws -> SessionLoadResult

    /// Adds a session.
    ///
    /// - Returns: The record as it is kept.
    /// - Throws: `SessionStoreError` with the code `duplicate` when the name is taken.
    func create(_ record: SessionRecord, now: Instant) async throws -> SessionRecord

    /// Replaces the content that the record was read from by what it is now. A replace never creates.
    func replace(_ record: SessionRecord, now: Instant) async throws -> ExternalReplaceResult

    /// Extends a session.
    ///
    /// - Returns: False when it is gone.
    func touch(_ record: SessionRecord, _ touch: SessionTouch, now: Instant) async throws -> Bool

    /// Ends a session and marks its name.
    ///
    /// - Parameters:
    ///   - record: The session.
    ///   - tombstoneUntil: Until when its name is known to have ended. For as long as the other system could keep it,
    ///     it opens nothing.
    ///   - now: The present time.
    /// - Returns: Whether it was this call that ended it.
    func end(_ record: SessionRecord, tombstoneUntil: Instant, now: Instant) async throws -> Bool

    /// Ends sessions: one step of a walk through all of them. When a walk that began with no cursor has come to its
    /// end, no session that was there when it began is live, but for the named ones and those of others.
    ///
    /// - Parameters:
    ///   - subject: Whose sessions end, or nil for everyone's.
    ///   - kept: The sessions that go on.
    ///   - cursor: Where the last step ended, or nil for the first step.
    ///   - tombstoneUntil: Until when their names are marked.
    ///   - now: The present time.
    func endSessions(
        of subject: String?,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        tombstoneUntil: Instant,
        now: Instant
    ) async throws -> SessionEndingPage
}

/// What became of a replacement.
package enum ExternalReplaceResult: Sendable {
    /// The record as it is kept now.
    case replaced(SessionRecord)
    /// Somebody else wrote since: what is there.
    case conflict(SessionRecord)
    /// The session is gone; nothing was written.
    case missing
}
