//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import Sessions
import SessionsRedis
import SessionsTesting
import Testing

/// How many sessions there are to be.
private enum RedisScale {
    static let count = ProcessInfo.processInfo.environment["REDIS_SCALE"].flatMap { Int($0) } ?? 0
}

/// How the Redis store performs with many sessions: `Benchmarks/Scripts/redis` sets their number in `REDIS_SCALE`. It
/// prints what it measured, and fails only when something is not found.
@Suite("The Redis store at scale", .enabled(if: RedisScale.count > 0, "Benchmarks/Scripts/redis runs this."))
struct RedisScaleTests {
    private static let perSubject = 50

    private let samples = SampleRecords()
    private var now: SessionInstant { self.samples.now }

    @Test("a user's sessions are found among all of them, and so is each by its id", arguments: SharedServer.allCases)
    func scale(_ server: SharedServer) async throws {
        let store = try server.store()
        let before = try await self.usedMemory(of: server)
        let subjects = max(1, RedisScale.count / Self.perSubject)
        // The values of a small application: 137 bytes.
        let values = ["text": SessionValue.string(String(repeating: "x", count: 130))]
        let ids = try await withThrowingTaskGroup(of: [SessionID].self) { group in
            for lane in 0..<32 {
                group.addTask {
                    let samples = SampleRecords(seed: UInt64(lane) + 2)
                    var ids: [SessionID] = []
                    for subject in stride(from: lane, to: subjects, by: 32) {
                        for _ in 0..<Self.perSubject {
                            let record = samples.record(subject: "user \(subject)", values: values)
                            try await store.create(record, now: self.now)
                            ids.append(record.id)
                        }
                    }
                    return ids
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let bytes = (try await self.usedMemory(of: server) - before) / ids.count
        let random = DeterministicRandom(seed: 1)
        let loads = try await self.times(20_000) { _ in
            let id = ids[Int(random.next() % UInt64(ids.count))]
            guard case .found = try await store.load(id, now: self.now) else { throw Missing() }
        }
        let lists = try await self.times(2_000) { _ in
            let subject = "user \(random.next() % UInt64(subjects))"
            guard try await store.sessions(of: subject, now: self.now).count == Self.perSubject else { throw Missing() }
        }
        print(
            """
            \(server.testDescription): \(ids.count) sessions of 137 bytes, \(Self.perSubject) to a user, take \(bytes) \
            bytes each, with the index. Loading one: median \(loads.median), p99 \(loads.p99). Listing the \
            \(Self.perSubject) of a user: median \(lists.median), p99 \(lists.p99).
            """
        )
        try await store.clear()
    }

    private struct Missing: Error {}

    /// How long something takes, one after the other.
    private func times(
        _ count: Int,
        _ body: (Int) async throws -> Void
    ) async throws -> (median: Duration, p99: Duration) {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for index in 0..<count { times.append(try await clock.measure { try await body(index) }) }
        times.sort()
        return (times[count / 2], times[count * 99 / 100])
    }

    private func usedMemory(of server: SharedServer) async throws -> Int {
        var sum = 0
        for primary in try await server.client.primaries() {
            let text = try #require(try await primary.execute(RedisCommand("INFO", "memory")).text)
            let line = try #require(text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("used_memory:") })
            sum += try #require(Int(line.dropFirst("used_memory:".count)))
        }
        return sum
    }
}
#endif
