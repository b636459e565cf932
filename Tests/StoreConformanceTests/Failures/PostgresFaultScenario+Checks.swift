//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import Sessions
import SessionsPostgres
import SessionsTesting
import TestSupport
import Testing

/// What a store does over any client of PostgreSQL.
extension PostgresFaultScenario {
    /// Statements that remove what the store has made.
    static let drops = [
        "DROP TABLE sessions.sessions", "DROP TABLE sessions.sessions, sessions.sessions_schema",
        "DROP SCHEMA sessions CASCADE",
    ]

    /// The store makes its tables again, and no user of the lost ones is logged in.
    func expectMadeAgain(after drop: String) async throws {
        let ada = try await self.harness.loggedIn("ada")
        try await self.server.tell("GRANT CREATE ON DATABASE postgres TO sessions")
        try await self.server.tell(drop)
        try await self.harness.visit(ada) { #expect($0.subject == nil) }
        let alan = try await self.harness.loggedIn("alan")
        try await self.harness.expectServed(alan, "alan", "with a table that is new")
        #expect(try await self.store.count(now: self.harness.clock.now) == 1)
    }

    /// Calls that wait for a locked table or for a connection return as soon as they are cancelled.
    func expectCancelledCallsReturn(connectionCount: Int) async throws {
        let (samples, store) = (SampleRecords(), self.store)
        let record = samples.record()
        try await store.create(record, now: samples.now)
        try await self.lock("ACCESS EXCLUSIVE")
        let begin = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                let other = samples.record()
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        if index.isMultiple(of: 2) {
                            _ = try await store.load(record.id, now: samples.now)
                        } else {
                            try await store.create(other, now: samples.now)
                        }
                    }
                }
            }
            // Until some of them wait for the table, and the others for a connection.
            while (try? await self.processCount("wait_event_type = 'Lock'")) != connectionCount { await Task.yield() }
            group.cancelAll()
        }
        #expect(ContinuousClock.now - begin < .seconds(30), "less than the statements wait for the lock")
        try await self.unlock()
        for _ in 0..<20 { #expect(try await store.load(record.id, now: samples.now) == .found(record)) }
    }
}
#endif
