//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
public import Sessions

/// Calls a store as a synchronous engine does: it uses the synchronous answer wherever there is one. It checks both
/// call paths of a `SynchronousSessionStore` against the rules of stores:
///
/// ```swift
/// @Test("MyStore, asked without waiting, keeps the rule", arguments: StoreConformance.rules(for: MyStore.self))
/// func conformsSynchronously(_ rule: StoreRule) async throws {
///     try await rule.check(SynchronousCalls(MyStore()))
/// }
/// ```
public struct SynchronousCalls<Base: SynchronousSessionStore>: SessionStore {
    private let base: Base

    /// Creates a wrapper around a store.
    public init(_ base: Base) {
        self.base = base
    }

    public var needsDeadline: Bool { self.base.needsDeadline }

    public func failureDomain(of id: SessionID) -> Int { self.base.failureDomain(of: id) }

    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        if let result = try self.base.loadSynchronously(id, now: now) { return result }
        return try await self.base.load(id, now: now)
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        try await self.base.endedSecrets(of: id, now: now)
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.base.create(record, now: now)
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        if let result = try self.base.replaceSynchronously(record, ifVersion: version, now: now) { return result }
        return try await self.base.replace(record, ifVersion: version, now: now)
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        if let isLive = try self.base.touchSynchronously(id, touch, now: now) { return isLive }
        return try await self.base.touch(id, touch, now: now)
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now)
    }
}

extension SynchronousCalls: SubjectSessionStore where Base: SubjectSessionStore {
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        try await self.base.page(of: subject, from: cursor, limit: limit, now: now)
    }

    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        try await self.base.endSessions(
            of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
    }
}

extension SynchronousCalls: EnumerableSessionStore where Base: EnumerableSessionStore {
    public func count(now: SessionInstant) async throws -> Int { try await self.base.count(now: now) }

    public func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        try await self.base.page(from: cursor, limit: limit, now: now)
    }

    public func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        try await self.base.end(ids, tombstoneUntil: tombstoneUntil, now: now)
    }

    public func clear() async throws { try await self.base.clear() }
}

extension SynchronousCalls: SweepableSessionStore where Base: SweepableSessionStore {
    public func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        try await self.base.sweep(limit: limit, now: now)
    }
}

extension SynchronousCalls: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the wrapped store.
    public var description: String { "SynchronousCalls" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
