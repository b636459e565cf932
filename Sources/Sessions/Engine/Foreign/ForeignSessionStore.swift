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
package protocol ForeignSessionStore: Sendable {
    /// Whether each call is to run under a deadline.
    var needsDeadline: Bool { get }

    /// The session that a text from a client names, or nil when the text is not genuine.
    func claim(_ text: [UInt8]) -> ForeignClaim?

    /// What a client is to send back.
    func text(of id: ForeignSessionID) -> String

    /// A name that nobody can guess.
    func newID(for request: SessionRequest) throws -> ForeignSessionID

    /// Finds a session.
    func load(_ id: ForeignSessionID, now: Instant) async throws -> SessionLoadResult

    /// Adds a session.
    ///
    /// - Returns: The record as it is kept.
    /// - Throws: `SessionStoreError` with the code `duplicate` when the name is taken.
    func create(_ record: SessionRecord, now: Instant) async throws -> SessionRecord

    /// Replaces the content that the record was read from by what it is now. A replace never creates.
    func replace(_ record: SessionRecord, now: Instant) async throws -> ForeignReplaceResult

    /// Extends a session.
    ///
    /// - Returns: False when it is gone.
    func touch(_ record: SessionRecord, _ touch: SessionTouch, now: Instant) async throws -> Bool

    /// Ends a session and marks its name.
    ///
    /// - Returns: Whether it was this call that ended it.
    func end(_ id: ForeignSessionID, markedUntil: Instant, now: Instant) async throws -> Bool

    /// Ends all sessions of a user but the named ones.
    func endAll(of subject: String, except kept: Set<SessionID>, markedUntil: Instant, now: Instant) async throws

    /// Ends all sessions of everybody.
    func endEverything(markedUntil: Instant, now: Instant) async throws
}

/// What became of a replacement.
package enum ForeignReplaceResult: Sendable {
    /// The record as it is kept now.
    case replaced(SessionRecord)
    /// Somebody else wrote since: what is there.
    case conflict(SessionRecord)
    /// The session is gone; nothing was written.
    case missing
}
