//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

/// A store that forwards every call to a base store. A test store implements only the call that it is about, or
/// ``perform(for:_:)``, which every asynchronous call goes through.
///
/// A conforming type also declares the capabilities of its base that it has: ``SubjectSessionStore``,
/// ``EnumerableSessionStore``, ``SweepableSessionStore``, ``SynchronousSessionStore``. Their calls are forwarded too.
/// `needsDeadline` is not: a test store may wait where its base does not.
package protocol ForwardingSessionStore: SessionStore {
    associatedtype Base: SessionStore

    /// The store that answers the calls.
    var base: Base { get }

    /// Makes a call to the base store.
    ///
    /// - Parameters:
    ///   - id: The session that the call is about, or nil for a call about many.
    ///   - call: The call.
    func perform<Result>(for id: SessionID?, _ call: (Base) async throws -> Result) async throws -> Result
}

extension ForwardingSessionStore {
    package func perform<Result>(
        for id: SessionID?,
        _ call: (Base) async throws -> Result
    ) async throws -> Result {
        try await call(self.base)
    }

    package func failureDomain(of id: SessionID) -> Int { self.base.failureDomain(of: id) }

    package func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try await self.perform(for: id) { try await $0.load(id, now: now) }
    }

    package func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        try await self.perform(for: id) { try await $0.endedSecrets(of: id, now: now) }
    }

    package func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.perform(for: record.id) { try await $0.create(record, now: now) }
    }

    package func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try await self.perform(for: record.id) { try await $0.replace(record, ifVersion: version, now: now) }
    }

    package func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.perform(for: id) { try await $0.touch(id, touch, now: now) }
    }

    package func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.perform(for: id) { try await $0.end(id, tombstoneUntil: tombstoneUntil, now: now) }
    }
}

extension ForwardingSessionStore where Self: SubjectSessionStore, Base: SubjectSessionStore {
    package func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        try await self.perform(for: nil) { try await $0.page(of: subject, from: cursor, limit: limit, now: now) }
    }

    package func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        try await self.perform(for: nil) {
            try await $0.endSessions(
                of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
        }
    }
}

extension ForwardingSessionStore where Self: EnumerableSessionStore, Base: EnumerableSessionStore {
    package func count(now: SessionInstant) async throws -> Int {
        try await self.perform(for: nil) { try await $0.count(now: now) }
    }

    package func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        try await self.perform(for: nil) { try await $0.page(from: cursor, limit: limit, now: now) }
    }

    package func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        try await self.perform(for: nil) { try await $0.end(ids, tombstoneUntil: tombstoneUntil, now: now) }
    }

    package func clear() async throws {
        try await self.perform(for: nil) { try await $0.clear() }
    }
}

extension ForwardingSessionStore where Self: SweepableSessionStore, Base: SweepableSessionStore {
    package func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        try await self.perform(for: nil) { try await $0.sweep(limit: limit, now: now) }
    }
}

extension ForwardingSessionStore where Self: SynchronousSessionStore, Base: SynchronousSessionStore {
    package var loadsMayLag: Bool { self.base.loadsMayLag }

    package func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        try self.base.loadSynchronously(id, now: now)
    }

    package func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult? {
        try self.base.replaceSynchronously(record, ifVersion: version, now: now)
    }

    package func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? {
        try self.base.touchSynchronously(id, touch, now: now)
    }
}
