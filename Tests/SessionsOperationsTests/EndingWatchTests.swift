//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions
import SessionsOperations
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

@Suite("A watch of endings")
struct EndingWatchTests {
    private struct Enough: Error {}

    @Test("A watch sees the sessions that end, and no others")
    func watches() async throws {
        let store = MemorySessionStore()
        let (samples, now) = (SampleRecords(), SessionClock.system.now)
        var records = [samples.record(), samples.record()]
        for index in records.indices {
            records[index].expiresAt = now + .seconds(3_600)
            records[index].absoluteExpiresAt = now + .seconds(7_200)
            try await store.create(records[index], now: now)
        }
        let ending = records[0].id
        let watch = try EndingWatch(store)
        var events: [EndingWatch.Event] = []
        await #expect(throws: Enough.self) {
            try await watch.run { event in
                events.append(event)
                switch event {
                case .watching: _ = try await store.end(ending, tombstoneUntil: now + .seconds(60), now: now)
                default: throw Enough()
                }
            }
        }
        #expect(events == [.watching, .ended(ending)])
    }

    @Test("A store that does not say what ends is refused")
    func refused() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let error = #expect(throws: OperationError.self) { try EndingWatch(store) }
            #expect(error?.code == .configuration)
        }
    }
}
#endif
