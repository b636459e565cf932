//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where session records live.
///
/// A store is a keyed box with a compare-and-set. It knows nothing of HTTP, cookies, secrets or limits; it never reads
/// a clock, but is given `now`. These comments are the specification, and the conformance kit of `SessionsTesting`
/// holds every store to them.
///
/// What all of it shares:
///
/// - A record is **live** from its creation until its `expiresAt` or `absoluteExpiresAt`, or until it is ended. At the
///   very millisecond of either limit it is expired. An expired record is as good as none, whether or not the store
///   has removed it.
/// - An id that was ended is **marked** until the instant given to ``end(_:tombstoneUntil:now:)``. A marked id cannot
///   be created, replaced or touched, and is told apart from a missing one.
/// - Every call is atomic: it happened or it did not, also when its task is cancelled. When a call returns, every later
///   call of any process sees what it did.
/// - Records come back as they were given, `SessionRecord ==`.
/// - A store that hears no reply may send `load` and `touch` again by itself: they do no more the second time. It must
///   not do so with `create` and `end`, whose second answer says that another call was first. It may send `replace`
///   again, but the second answer is not always that of the first: another server may have replaced the new record
///   meanwhile. The store then throws. It answers `conflict` only when it knows that no sending was done.
/// - Failures are thrown, best as ``SessionStoreError``; the engine treats whatever is thrown as a store that is down.
///
/// What a store can do beyond this it says with ``SubjectSessionStore``, ``EnumerableSessionStore`` and
/// ``SweepableSessionStore``.
public protocol SessionStore: Sendable {
    /// Whether the engine is to run each call under its deadline. Optional. The default is true.
    ///
    /// Answer false only when no call ever waits for anything (memory), or when each is over by
    /// ``SessionStoreDeadline/current``.
    var needsDeadline: Bool { get }

    /// Which part of the store answers for an id: a number that is the same for all ids whose calls fail together, such
    /// as those of one server of a cluster. Optional. The default is 0 for every id.
    ///
    /// The engine counts failures for each part, so that a part which is down costs the sessions of the others nothing.
    /// A store with several parts numbers them from 1.
    func failureDomain(of id: SessionID) -> Int

    /// Finds the record of an id.
    ///
    /// - Returns: `found` for a live record, `ended` for a marked id, `missing` for everything else: never created,
    ///   expired, or ended longer ago than its tombstone lasts.
    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult

    /// The secrets that an ended session had, as far as its tombstone keeps them. Optional. The default is nil.
    ///
    /// The engine asks after `load` answered `ended`, so that the holder of a token hears that the session has ended,
    /// and a stranger who knows only the id hears what an unknown id hears. Where a store answers nil, both hear that
    /// the session has ended.
    ///
    /// - Returns: ``EndedSecrets`` of the record as it was when it ended; nil when the id is not marked, or when the
    ///   tombstone does not keep them.
    func endedSecrets(of id: SessionID, now: Instant) async throws -> EndedSecrets?

    /// Adds a record.
    ///
    /// - Throws: ``SessionStoreError`` with the code `duplicate` when the id is live or marked; the record that is
    ///   there stays as it is. An id whose record has expired is free again.
    func create(_ record: SessionRecord, now: Instant) async throws

    /// Replaces a record if its version is the one that was read.
    ///
    /// - Returns: `replaced` when the stored version was `version`; also when the stored version is already that of
    ///   `record`, which is this very write, tried again after its reply was lost. `conflict`, with the record that is
    ///   there, when the version is any other. `missing` when the id is not live: a replace never creates.
    func replace(_ record: SessionRecord, ifVersion version: SessionVersion, now: Instant) async throws
        -> SessionReplaceResult

    /// Extends a live session, without a new version.
    ///
    /// Times only grow: an earlier `lastAccessedAt` or `expiresAt` than the stored one changes nothing, and `expiresAt`
    /// is cut off at the record's absolute limit.
    ///
    /// - Returns: False when the id is not live: a touch never creates.
    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool

    /// Ends a session and marks its id.
    ///
    /// From the moment this returns no load finds the record. Ending what is missing is no error and leaves no
    /// tombstone; ending what is marked keeps the later tombstone.
    ///
    /// - Returns: Whether it was this call that ended a live session. Of several calls at once, one is told true.
    @discardableResult
    func end(_ id: SessionID, tombstoneUntil: Instant, now: Instant) async throws -> Bool
}

extension SessionStore {
    public var needsDeadline: Bool { true }

    public func failureDomain(of id: SessionID) -> Int { 0 }

    public func endedSecrets(of id: SessionID, now: Instant) async throws -> EndedSecrets? { nil }
}

/// What a store knows of an id.
public enum SessionLoadResult: Sendable, Equatable {
    /// A live record.
    case found(SessionRecord)
    /// Ended a short while ago.
    case ended
    /// Nothing: never there, expired, or long ended.
    case missing
}

/// What became of a replacement.
public enum SessionReplaceResult: Sendable, Equatable {
    /// The record is the new one.
    case replaced
    /// Somebody else wrote since: here is what is there.
    case conflict(SessionRecord)
    /// The id is not live; nothing was written.
    case missing
}
