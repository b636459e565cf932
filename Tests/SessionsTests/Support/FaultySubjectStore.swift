//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport

/// A store in memory with every capability, into whose calls for one session faults can be injected.
struct FaultySubjectStore: ForwardingSessionStore, SubjectSessionStore, EnumerableSessionStore,
    SynchronousSessionStore
{
    let faults: FaultySessionStore
    let memory: MemorySessionStore

    init(_ memory: MemorySessionStore, needsDeadline: Bool = false) {
        self.memory = memory
        self.faults = FaultySessionStore(memory, needsDeadline: needsDeadline)
    }

    var base: FaultySessionStore { self.faults }

    var needsDeadline: Bool { self.faults.needsDeadline }

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

    func count(now: SessionInstant) async throws -> Int { try await self.memory.count(now: now) }

    func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        try await self.memory.page(from: cursor, limit: limit, now: now)
    }

    func clear() async throws { try await self.memory.clear() }
}
