//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where session records are kept.
///
/// A store is a keyed box with compare-and-set. It knows nothing of HTTP, cookies, secrets or limits. It never reads a
/// clock, but receives `now`. These comments are the specification, and the conformance kit of `SessionsTesting` checks
/// every store against them.
///
/// Common rules:
///
/// - A record is **live** from its creation until its `expiresAt` or `absoluteExpiresAt`, or until it is ended. At the
///   exact millisecond of either limit it is expired. An expired record counts as missing, whether or not the store has
///   removed it.
/// - An id that was ended is **marked** by a tombstone until the instant passed to ``end(_:tombstoneUntil:now:)``. A
///   marked id cannot be created, replaced or touched, and is distinguished from a missing one.
/// - Every call is atomic: it happened or it did not, even if its task is canceled. When a call returns, every later
///   call of any process sees its effect.
/// - Records come back as they were stored, by `SessionRecord ==`.
/// - A store that receives no reply may retry `load` and `touch` by itself, because they are idempotent. It must not
///   retry `create` and `end`, because the second reply says that another call was first. It may retry `replace`, but
///   the second reply is not always that of the first: another server may have replaced the new record in the meantime.
///   The store then throws. It returns `conflict` only when it knows that no attempt succeeded.
/// - Failures are thrown, preferably as ``SessionStoreError``. The engine treats any error as a store failure.
///
/// Further capabilities are declared with ``SubjectSessionStore``, ``EnumerableSessionStore`` and
/// ``SweepableSessionStore``.
public protocol SessionStore: Sendable {
    /// Whether the engine must run each call under its deadline. Optional. The default is true.
    ///
    /// Return false only if no call ever waits for anything (memory), or if each ends by
    /// ``SessionStoreDeadline/current``.
    var needsDeadline: Bool { get }

    /// The failure domain of an id: the same number for all ids whose calls fail together, such as those on one server
    /// of a cluster. Optional. The default is 0 for every id.
    ///
    /// The engine counts failures for each domain, so that a failed one does not affect sessions in the others. A store
    /// with several domains numbers them from 1.
    func failureDomain(of id: SessionID) -> Int

    /// Loads the record of an id.
    ///
    /// - Returns: `found` for a live record, `ended` for a marked id, `missing` for everything else: never created,
    ///   expired, or ended so long ago that its tombstone has expired.
    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult

    /// The secrets of an ended session, if its tombstone keeps them. Optional. The default is nil.
    ///
    /// The engine calls it after `load` returned `ended`. The holder of a token then learns that the session has ended,
    /// and an attacker who knows only the id gets the response for an unknown id. If a store returns nil, both learn
    /// that the session has ended.
    ///
    /// - Returns: ``EndedSecrets`` of the record as it was when it ended; nil when the id is not marked, or when the
    ///   tombstone does not keep them.
    func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets?

    /// Adds a record.
    ///
    /// - Throws: ``SessionStoreError`` with the code `duplicate` when the id is live or marked; the existing record is
    ///   unchanged. An id whose record has expired is free again.
    func create(_ record: SessionRecord, now: SessionInstant) async throws

    /// Replaces a record if its version is the given one.
    ///
    /// - Returns: `replaced` when the stored version was `version`, or is already that of `record`, which means that
    ///   this write is a retry after a lost reply. `conflict`, with the stored record, when the version is any other.
    ///   `missing` when the id is not live: a replace never creates.
    func replace(_ record: SessionRecord, ifVersion version: SessionVersion, now: SessionInstant) async throws
        -> SessionReplaceResult

    /// Extends a live session, without a new version.
    ///
    /// Times only grow: a `lastAccessedAt` or `expiresAt` earlier than the stored one changes nothing, and `expiresAt`
    /// is limited to the record's absolute limit.
    ///
    /// - Returns: False when the id is not live: a touch never creates.
    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool

    /// Ends a session and marks its id with a tombstone.
    ///
    /// From the moment this returns, no load finds the record. Ending a missing session is not an error and leaves no
    /// tombstone. Ending a marked one keeps the later tombstone.
    ///
    /// - Returns: Whether this call ended a live session. Of several parallel calls, exactly one returns true.
    @discardableResult
    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool
}

extension SessionStore {
    public var needsDeadline: Bool { true }

    public func failureDomain(of id: SessionID) -> Int { 0 }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? { nil }
}

/// The result of loading an id.
public enum SessionLoadResult: Sendable, Equatable {
    /// A live record.
    case found(SessionRecord)
    /// Ended recently.
    case ended
    /// Never created, expired, or ended long ago.
    case missing
}

/// The result of a replacement.
public enum SessionReplaceResult: Sendable, Equatable {
    /// The new record is stored.
    case replaced
    /// Another request has written in the meantime: this is the stored record.
    case conflict(SessionRecord)
    /// The id is not live; nothing was written.
    case missing
}
