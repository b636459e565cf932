//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

/// Wraps a working store and loses one write.
final class WriteLosingStore: SubjectSessionStore {
    /// What is lost.
    enum Loss: Sendable {
        /// The write does not reach the store.
        case ofWrite
        /// The store performs the write, but its reply is lost.
        case ofReply
    }

    private struct State {
        var loss: (kind: Loss, writesBefore: Int)?
        var didLose = false
    }

    private let base: any SubjectSessionStore
    private let state = Mutex(State())

    init(_ base: any SubjectSessionStore) {
        self.base = base
    }

    var needsDeadline: Bool { self.base.needsDeadline }

    /// Loses one of the following writes. The first has number 1.
    func lose(_ loss: Loss, at position: Int) {
        self.state.withLock { $0 = State(loss: (loss, position - 1)) }
    }

    /// Stops losing writes.
    ///
    /// - Returns: Whether a write was lost.
    func reset() -> Bool {
        self.state.withLock { state in
            defer { state = State() }
            return state.didLose
        }
    }

    private func write<Result>(_ body: () async throws -> Result) async throws -> Result {
        let loss = self.state.withLock { state -> Loss? in
            guard let loss = state.loss else { return nil }
            guard loss.writesBefore == 0 else {
                state.loss?.writesBefore -= 1
                return nil
            }
            (state.loss, state.didLose) = (nil, true)
            return loss.kind
        }
        guard loss != .ofWrite else { throw SessionStoreError(.unavailable, "This write was lost.") }
        let result = try await body()
        guard loss == nil else { throw SessionStoreError(.unavailable, "The reply to this write was lost.") }
        return result
    }

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try await self.base.load(id, now: now)
    }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.write { try await self.base.create(record, now: now) }
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try await self.write { try await self.base.replace(record, ifVersion: version, now: now) }
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.write { try await self.base.touch(id, touch, now: now) }
    }

    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.write { try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now) }
    }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws
        -> SessionPage
    {
        try await self.base.page(of: subject, from: cursor, limit: limit, now: now)
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        try await self.write {
            try await self.base.endSessions(
                of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
        }
    }
}
