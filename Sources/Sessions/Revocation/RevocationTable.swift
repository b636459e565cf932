//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The revocations that a server knows, in shards, so that no lock is held for longer than a scan of a few thousand
/// entries takes.
///
/// An entry is an id, an epoch and an expiry. Entries are only added, and removed when they expire.
final class RevocationTable: Sendable {
    fileprivate struct Entry {
        var epoch: Int64
        var until: SessionInstant
    }

    private struct Shard {
        var sessions: [SessionID: Entry] = [:]
        var epochs: [SessionID: Entry] = [:]
        /// The number of entries at which expired ones are removed.
        var sizeToClean = Self.minimumSize
        private static let minimumSize = 8

        mutating func clean(now: SessionInstant) -> (sessions: Int, anonymous: Int, epochs: Int) {
            let before = (self.sessions.count, self.epochs.count)
            var anonymous = 0
            // Filtering builds another dictionary, so it is done only if something is removed.
            if self.sessions.values.contains(where: { now >= $0.until }) {
                self.sessions = self.sessions.filter { id, entry in
                    let hasExpired = now >= entry.until
                    if hasExpired, entry.isAnonymous { anonymous += 1 }
                    return !hasExpired
                }
            }
            if self.epochs.values.contains(where: { now >= $0.until }) {
                self.epochs = self.epochs.filter { now < $0.value.until }
            }
            self.sizeToClean = max(Self.minimumSize, (self.sessions.count + self.epochs.count) * 2)
            return (before.0 - self.sessions.count, anonymous, before.1 - self.epochs.count)
        }
    }

    private final class Place: Sendable {
        let shard = Mutex(Shard())
    }

    private let places = (0..<256).map { _ in Place() }
    private let sessionCount = Atomic(0)
    private let anonymousSessionCount = Atomic(0)
    private let epochCount = Atomic(0)
    private let nextToClean = Atomic(0)

    /// The number of known entries.
    var count: Int { self.sessionCount.load(ordering: .acquiring) + self.epochCount.load(ordering: .acquiring) }

    /// The number of known revocations of anonymous sessions.
    var anonymousCount: Int { self.anonymousSessionCount.load(ordering: .acquiring) }

    private func place(of id: SessionID) -> Place { self.places[Int(truncatingIfNeeded: id.low & 255)] }

    /// Adds an entry, or extends a known one.
    ///
    /// - Returns: Whether anything was new.
    @discardableResult
    func add(_ revocation: Revocation, now: SessionInstant) -> Bool {
        guard !revocation.isTrace, now < revocation.until else { return false }
        return self.place(of: revocation.id).shard.withLock { shard in
            if revocation.isSession {
                let known = shard.sessions[revocation.id]
                let isKnown = known.map { now < $0.until } ?? false
                shard.sessions[revocation.id] = Entry(
                    epoch: known?.epoch ?? revocation.epoch, until: max(known?.until ?? .distantPast, revocation.until))
                if known == nil {
                    self.sessionCount.add(1, ordering: .releasing)
                    if revocation.isAnonymous { self.anonymousSessionCount.add(1, ordering: .releasing) }
                }
                self.cleanIfLarge(&shard, now: now)
                return !isKnown
            }
            let known = shard.epochs[revocation.id]
            shard.epochs[revocation.id] = Entry(
                epoch: max(known?.epoch ?? .min, revocation.epoch),
                until: max(known?.until ?? .distantPast, revocation.until)
            )
            if known == nil { self.epochCount.add(1, ordering: .releasing) }
            self.cleanIfLarge(&shard, now: now)
            return revocation.epoch > known?.epoch ?? .min
        }
    }

    /// Begins a new epoch of a subject or of everyone, atomically.
    ///
    /// - Parameter mayFollow: Whether it may follow the last one. By default it may.
    /// - Returns: The epoch, or nil when it may not follow.
    func advance(
        _ id: SessionID,
        until: SessionInstant,
        now: SessionInstant,
        mayFollow: (Int64?) -> Bool = { _ in true }
    ) -> Int64? {
        self.place(of: id).shard.withLock { shard in
            let known = shard.epochs[id]
            let last = known.flatMap { now < $0.until ? $0.epoch : nil }
            guard mayFollow(last) else { return nil }
            let next = Revocation.epoch(after: known?.epoch, now: now)
            shard.epochs[id] = Entry(epoch: next, until: max(known?.until ?? .distantPast, until))
            if known == nil { self.epochCount.add(1, ordering: .releasing) }
            return next
        }
    }

    /// Whether a session was revoked individually.
    func contains(_ id: SessionID, now: SessionInstant) -> Bool {
        self.session(id, now: now) != nil
    }

    private func session(_ id: SessionID, now: SessionInstant) -> Int64? {
        self.place(of: id).shard.withLock { shard in
            shard.sessions[id].flatMap { now < $0.until ? $0.epoch : nil }
        }
    }

    /// The current epoch of a subject or of everyone; nil when there is none, or none that still matters.
    func epoch(of id: SessionID, now: SessionInstant) -> Int64? {
        guard self.epochCount.load(ordering: .acquiring) > 0 else { return nil }
        return self.place(of: id).shard.withLock { shard in
            shard.epochs[id].flatMap { now < $0.until ? $0.epoch : nil }
        }
    }

    /// The epoch that ended a session, or nil when it has not ended.
    func epochEnding(_ record: SessionRecord, now: SessionInstant) -> Int64? {
        if self.sessionCount.load(ordering: .acquiring) > 0, let epoch = self.session(record.id, now: now) {
            return epoch
        }
        // The subject is hashed only if there are epochs.
        guard self.epochCount.load(ordering: .acquiring) > 0 else { return nil }
        if let epoch = self.epoch(of: Revocation.everyone, now: now), record.globalEpoch < epoch { return epoch }
        guard let subject = record.subject else { return nil }
        let id = Revocation.id(of: subject)
        if let epoch = self.epoch(of: id, now: now), record.subjectEpoch < epoch { return epoch }
        return self.credentialVersion(ofSubject: id, now: now).flatMap {
            record.credentialVersion < $0 ? Revocation.epochOfCredentials : nil
        }
    }

    /// The oldest valid version of a subject's credentials; nil when there is none.
    func credentialVersion(ofSubject id: SessionID, now: SessionInstant) -> Int64? {
        self.epoch(of: Revocation.credentialsID(of: id), now: now)
    }

    /// Removes expired entries from the next shard, so that memory is freed even while nothing is added.
    func cleanNext(now: SessionInstant) {
        let index = self.nextToClean.wrappingAdd(1, ordering: .relaxed).newValue
        self.places[index & 255].shard.withLock { self.clean(&$0, now: now) }
    }

    private func cleanIfLarge(_ shard: inout Shard, now: SessionInstant) {
        if shard.sessions.count + shard.epochs.count >= shard.sizeToClean { self.clean(&shard, now: now) }
    }

    private func clean(_ shard: inout Shard, now: SessionInstant) {
        let removed = shard.clean(now: now)
        if removed.sessions > 0 { self.sessionCount.subtract(removed.sessions, ordering: .releasing) }
        if removed.anonymous > 0 { self.anonymousSessionCount.subtract(removed.anonymous, ordering: .releasing) }
        if removed.epochs > 0 { self.epochCount.subtract(removed.epochs, ordering: .releasing) }
    }
}

extension RevocationTable.Entry {
    fileprivate var isAnonymous: Bool {
        Revocation(id: Revocation.everyone, epoch: self.epoch, until: self.until).isAnonymous
    }
}
