//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store of sessions that another system also uses, with its own format and names.
///
/// The name of a session is its secret there. Every operation that renews the secret here therefore gives the session a
/// new name there, and the old one ends.
package protocol ExternalSessionStore: Sendable {
    /// Whether each call must run under a deadline.
    var needsDeadline: Bool { get }

    /// Verifies a credential of a client; nil when it is not genuine.
    func claim(_ credential: [UInt8]) -> VerifiedExternalID?

    /// The credential that a client must send back.
    func credential(of id: ExternalSessionID) -> String

    /// Creates an unguessable name.
    func newID(for request: SessionRequest) throws -> ExternalSessionID

    /// Loads a session.
    func load(_ id: ExternalSessionID, now: SessionInstant) async throws -> SessionLoadResult

    /// Adds a session.
    ///
    /// - Returns: The record as stored.
    /// - Throws: `SessionStoreError` with the code `duplicate` when the name is taken.
    func create(_ record: SessionRecord, now: SessionInstant) async throws -> SessionRecord

    /// Replaces the content from which the record was read with its present state. A replace never creates.
    func replace(_ record: SessionRecord, now: SessionInstant) async throws -> ExternalReplaceResult

    /// Extends a session.
    ///
    /// - Returns: False when it is gone.
    func touch(_ record: SessionRecord, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool

    /// Ends a session and marks its name with a tombstone.
    ///
    /// - Parameters:
    ///   - record: The session.
    ///   - tombstoneUntil: When the tombstone expires. Until then the name opens nothing, even if the other system
    ///     keeps the session.
    ///   - now: The current time.
    /// - Returns: Whether this call ended it.
    func end(_ record: SessionRecord, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool

    /// Ends sessions: one step of a scan of all of them. After a scan from nil to the last step, no session that
    /// existed when it began is live, except the given ones and those of other users.
    ///
    /// - Parameters:
    ///   - subject: The user whose sessions end, or nil for all users.
    ///   - kept: The sessions to keep.
    ///   - cursor: Where the last step ended, or nil for the first step.
    ///   - tombstoneUntil: When the tombstones expire.
    ///   - now: The current time.
    func endSessions(
        of subject: String?,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage
}

/// The result of a replacement.
package enum ExternalReplaceResult: Sendable {
    /// The record as it is stored now.
    case replaced(SessionRecord)
    /// Another request has written in the meantime: this is the stored record.
    case conflict(SessionRecord)
    /// The session is gone; nothing was written.
    case missing
}
