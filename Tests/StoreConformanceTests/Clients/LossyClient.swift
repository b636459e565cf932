//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsTesting
import Synchronization
import TestSupport

/// A client of a store in memory, which loses replies on demand and then sends again what may be sent again; with one
/// mistake in it, or none.
final class LossyClient: Sendable {
    private struct State {
        var isHolding = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let base: MemorySessionStore
    private let defect: ClientDefect?
    private let state = Mutex(State())

    init(_ server: MemorySessionStore, _ defect: ClientDefect?) {
        self.base = server
        self.defect = defect
    }

    /// One that is to be held to the rules.
    static func underTest(_ defect: ClientDefect?) -> StoreClientUnderTest {
        let server = MemorySessionStore()
        let client = LossyClient(server, defect)
        return StoreClientUnderTest(
            client, observer: server, holdReplies: { client.holdReplies() }, loseReplies: { client.loseReplies() })
    }

    private func holdReplies() {
        self.state.withLock { $0.isHolding = true }
    }

    private func loseReplies() {
        let waiting = self.state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// - Parameters:
    ///   - mistake: The mistake of sending it again.
    ///   - again: What is done when the reply was lost. The default throws.
    private func send<Reply>(
        _ call: () async throws -> Reply,
        sentAgainBy mistake: ClientDefect? = nil,
        again: () async throws -> Reply = { throw SessionStoreError(.unavailable, "The reply was lost.") }
    ) async throws -> Reply {
        let reply = try await call()
        guard await self.isLost() else { return reply }
        return if let mistake, self.defect == mistake { try await call() } else { try await again() }
    }

    /// Waits while replies are held.
    private func isLost() async -> Bool {
        guard self.state.withLock({ $0.isHolding }) else { return false }
        await withCheckedContinuation { continuation in
            let isOver = self.state.withLock { state in
                if state.isHolding { state.waiting.append(continuation) }
                return !state.isHolding
            }
            if isOver { continuation.resume() }
        }
        return true
    }
}

extension LossyClient: ForwardingSessionStore, SubjectSessionStore {
    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.send({ try await self.base.create(record, now: now) }, sentAgainBy: .createIsSentAgain)
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        let call = { try await self.base.replace(record, ifVersion: version, now: now) }
        return try await self.send(call, sentAgainBy: .resentReplaceIsBelieved) {
            switch try await call() {
            case .conflict: throw SessionStoreError(.unavailable, "Whether it was stored is not known.")
            case .replaced where self.defect == .ownVersionIsAConflict: return .conflict(record)
            case let answer: return answer
            }
        }
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        guard case .found(var read) = try await self.base.load(id, now: now) else { return false }
        return try await self.send({ try await self.base.touch(id, touch, now: now) }) {
            guard self.defect == .touchWritesBackWhatItRead else {
                return try await self.base.touch(id, touch, now: now)
            }
            guard case .found(let present) = try await self.base.load(id, now: now) else { return false }
            read.version = SessionVersion(counter: present.version.counter + 1, tag: 0)
            return try await self.base.replace(read, ifVersion: present.version, now: now) == .replaced
        }
    }

    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.send(
            { try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now) }, sentAgainBy: .endIsSentAgain)
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        try await self.send(
            {
                try await self.base.endSessions(
                    of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
            }, sentAgainBy: .stepIsSentAgain)
    }
}
#endif
