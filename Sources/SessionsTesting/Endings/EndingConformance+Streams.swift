//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

extension EndingConformance {
    static let streamRules: [EndingRule] = [
        EndingRule(.endingStreams, "a stream ends with its session, and the others go on") { stores, samples, check in
            let harness = try EndingStreams(stores, samples)
            let records = (0..<8).map { _ in samples.record(subject: "ada") }
            for record in records { try await stores.ending.create(record, now: samples.now) }
            try await harness.listen(to: records.map(\.id)) {
                try await harness.expectOpen(records.map(\.id), check)
                let ended = Array(records.prefix(3).map(\.id))
                for id in ended {
                    try await stores.ending.end(id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
                }
                try await harness.expect(ended, .ended, check)
                try await harness.expectOpen(records.dropFirst(3).map(\.id), check)
            }
        },
        EndingRule(.endingStreams, "a stream ends when its session expires, and no earlier") { stores, samples, check in
            let harness = try EndingStreams(stores, samples)
            let short = samples.record(idle: .minutes(5))
            let long = samples.record(idle: .minutes(10))
            for record in [short, long] { try await stores.ending.create(record, now: samples.now) }
            try await harness.listen(to: [short.id, long.id]) {
                harness.clock.move(to: short.expiresAt - .milliseconds(1))
                try await harness.expectOpen([short.id, long.id], check)
                // The other server knows of a use.
                let touch = SessionTouch(lastAccessedAt: harness.clock.now, expiresAt: long.expiresAt + .minutes(5))
                _ = try await stores.ending.touch(long.id, touch, now: harness.clock.now)
                harness.clock.move(to: short.expiresAt)
                try await harness.expect([short.id], .expired, check)
                harness.clock.move(to: long.expiresAt)
                try await harness.expectOpen([long.id], check)
            }
        },
        EndingRule(.endingStreams, "a stream of a session that has ended ends at once") { stores, samples, check in
            let harness = try EndingStreams(stores, samples)
            let record = samples.record()
            try await stores.ending.create(record, now: samples.now)
            try await stores.ending.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            let never = samples.id()
            try await harness.listen(to: [record.id, never]) {
                try await harness.expect([record.id, never], .ended, check)
            }
        },
    ]
}

/// An engine, and tasks that listen to sessions of its store.
///
/// The clock stands still until a rule moves it, and the pauses of the engine are real ones.
private final class EndingStreams: Sendable {
    let clock: ManualClock
    private let engine: SessionEngine
    private let results = Mutex<[SessionID: SessionEnd.Reason]>([:])

    init(_ stores: EndingStores, _ samples: SampleRecords) throws {
        let clock = ManualClock(now: samples.now)
        var configuration = SessionConfiguration()
        configuration.clock = SessionClock(now: { clock.now }, sleep: { try await Task.sleep(for: $0) })
        configuration.endingCheckInterval = .milliseconds(5)
        // A machine that runs all tests at once is slow.
        configuration.storeDeadline = .seconds(30)
        self.clock = clock
        self.engine = try SessionEngine(.stored(in: stores.listening), configuration: configuration)
    }

    /// Listens to sessions, each in a task of its own, while the body runs.
    func listen(to ids: [SessionID], _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    for await ending in try self.engine.endings(of: id) {
                        self.results.withLock { $0[ending.sessionID] = ending.reason }
                    }
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Waits until the streams have ended.
    func expect(_ ids: [SessionID], _ reason: SessionEnd.Reason, _ check: ConformanceCheck) async throws {
        let haveEnded = try await EndingConformance.wait {
            self.results.withLock { results in ids.allSatisfy { results[$0] != nil } }
        }
        try check.expect(haveEnded, "a stream goes on after the end of its session")
        let reasons = self.results.withLock { results in ids.map { results[$0] } }
        try check.expect(reasons.allSatisfy { $0 == reason }, "the streams ended with \(reasons), not \(reason)")
    }

    /// Lets the engine look at its sessions a few times, and expects the streams to go on.
    func expectOpen(_ ids: some Collection<SessionID>, _ check: ConformanceCheck) async throws {
        try await Task.sleep(for: .milliseconds(50))
        let ended = self.results.withLock { results in ids.filter { results[$0] != nil } }
        try check.expect(ended.isEmpty, "\(ended.count) streams have ended before their sessions")
    }
}
