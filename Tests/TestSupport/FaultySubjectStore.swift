//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions
package import SessionsTesting

/// A store in memory with every capability, into whose calls for one session faults can be injected.
package struct FaultySubjectStore: ForwardingSessionStore, SubjectSessionStore, EnumerableSessionStore,
    SynchronousSessionStore
{
    package let faults: FaultySessionStore
    package let memory: MemorySessionStore

    package init(_ memory: MemorySessionStore, needsDeadline: Bool = false) {
        self.memory = memory
        self.faults = FaultySessionStore(memory, needsDeadline: needsDeadline)
    }

    package var base: FaultySessionStore { self.faults }

    package var needsDeadline: Bool { self.faults.needsDeadline }

    package func page(of subject: String, from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws
        -> SessionPage
    {
        try await self.memory.page(of: subject, from: cursor, limit: limit, now: now)
    }

    package func endSessions(
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

    package func count(now: SessionInstant) async throws -> Int { try await self.memory.count(now: now) }

    package func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        try await self.memory.page(from: cursor, limit: limit, now: now)
    }

    package func clear() async throws { try await self.memory.clear() }
}
