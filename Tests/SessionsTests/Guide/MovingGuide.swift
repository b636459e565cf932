//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import Testing

// The code of the article "Moving to another store".

/// The engine of a server that prepares.
func makeEngine(from old: some SessionStore, to new: some SessionStore) throws -> SessionEngine {
    let store = MigratingSessionStore(from: old, to: new, phase: .dualRead)
    return try SessionEngine(.stored(in: store))
}

/// Moves the sessions that no request uses, while servers run.
func moveTheRest(from old: some EnumerableSessionStore, to new: some SessionStore, logger: Logger) async throws {
    let store = MigratingSessionStore(from: old, to: new, phase: .migrating)
    try await store.migrateAll { progress in
        logger.info("\(progress.moved) of about \(progress.total) sessions have moved")
    }
}

@Suite("The article on moving")
struct MovingGuideTests {
    @Test("the code of the article prepares, and moves all, and says how far it is")
    func moving() async throws {
        let (old, new) = (MemorySessionStore(maximumCount: 100), MemorySessionStore(maximumCount: 100))
        let now = SessionClock.system.now
        let samples = SampleRecords(now: now)
        for _ in 0..<3 { try await old.create(samples.record(subject: "ada"), now: now) }
        let listed = try await makeEngine(from: old, to: new).activeSessions(of: "ada")
        #expect(listed.count == 3)
        let logs = InMemoryLogHandler()
        try await moveTheRest(from: old, to: new, logger: Logger(label: "guide") { _ in logs })
        let (left, moved) = (try await old.count(now: now), try await new.count(now: now))
        #expect(left == 0 && moved == 3)
        #expect(logs.entries.last?.message == "3 of about 3 sessions have moved")
    }
}
