//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import Sessions
import SessionsTesting
import TestSupport

/// A store that does something after each record that it creates.
struct InterruptingStore: ForwardingSessionStore, SubjectSessionStore {
    let base: MemorySessionStore
    let interrupt: @Sendable () async throws -> Void

    init(base: MemorySessionStore, _ interrupt: @escaping @Sendable () async throws -> Void) {
        self.base = base
        self.interrupt = interrupt
    }

    var needsDeadline: Bool { false }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.base.create(record, now: now)
        try await self.interrupt()
    }
}

/// A store with faults that lists the sessions of users.
struct FaultySubjects: ForwardingSessionStore, SubjectSessionStore {
    let base: FaultySessionStore
    private let memory: MemorySessionStore

    init(_ base: FaultySessionStore, _ memory: MemorySessionStore) {
        self.base = base
        self.memory = memory
    }

    var needsDeadline: Bool { false }

    func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws
        -> SessionPage
    {
        try await self.memory.page(of: subject, from: cursor, limit: limit, now: now)
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        try await self.memory.endSessions(
            of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
    }
}
#endif
