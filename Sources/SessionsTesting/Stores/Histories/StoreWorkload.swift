//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Many tasks that use a few sessions concurrently. Each has an order of its own, which is the same in every run.
struct StoreWorkload: Sendable {
    /// One step of a task.
    enum Step: Sendable { case create, load, increment, shorten, touch, changeSubject, end }

    static let workers = 16
    private static let values: [String: SessionValue] = ["n": .integer(0)]

    /// The steps to choose from. A step that is listed twice is performed twice as often.
    var steps: [Step]
    /// The number of steps of each task.
    var length = 25
    /// The number of sessions that the tasks share.
    var sessions = 6
    /// How many of them exist when the tasks begin. The tasks create the others.
    var populated = Int.max

    /// Runs the tasks on a store. Returns their history and the ids that they used.
    func run(on store: any SessionStore, _ samples: SampleRecords) async throws -> (StoreHistory, [SessionID]) {
        let history = StoreHistory(of: store, now: samples.now)
        let records = (0..<self.sessions).map { samples.record(subject: "subject \($0 % 3)", values: Self.values) }
        for record in records.prefix(self.populated) { try await history.create(record) }
        _ = try await Self.inParallel { worker in
            let random = DeterministicRandom(seed: UInt64(worker) + 1)
            let mine = SampleRecords(seed: UInt64(worker) + 100, now: samples.now)
            for _ in 0..<self.length {
                let record = records[Int(random.next() % UInt64(records.count))]
                let step = self.steps[Int(random.next() % UInt64(self.steps.count))]
                try await self.take(step, record, history, mine, random)
                await Task.yield()
            }
        }
        for record in records { try await history.load(record.id) }
        return (history, records.map(\.id))
    }

    private func take(
        _ step: Step,
        _ record: SessionRecord,
        _ history: StoreHistory,
        _ samples: SampleRecords,
        _ random: DeterministicRandom
    ) async throws {
        switch step {
        case .create:
            try await history.create(samples.record(id: record.id, values: Self.values))
        case .load:
            try await history.load(record.id)
        case .increment:
            try await self.update(record.id, history, samples) { next in
                next.values = SessionValues(["n": .integer((next.values["n"]?.integer ?? 0) + 1)])
            }
        case .shorten:
            try await self.update(record.id, history, samples) { next in
                next.absoluteExpiresAt = next.absoluteExpiresAt + .minutes(-1)
                next.expiresAt = min(next.expiresAt, next.absoluteExpiresAt)
            }
        case .touch:
            let touch = SessionTouch(
                lastAccessedAt: samples.now + .seconds(Int(random.next() % 60)),
                expiresAt: samples.now + .minutes(Int(random.next() % 900))
            )
            try await history.touch(record.id, touch)
        case .changeSubject:
            let subject = "subject \(random.next() % 3)"
            try await self.update(record.id, history, samples) { $0.subject = subject }
        case .end:
            try await history.end(record.id)
        }
    }

    /// Replaces until it succeeds, each time from the record that the conflict returned.
    private func update(
        _ id: SessionID,
        _ history: StoreHistory,
        _ samples: SampleRecords,
        _ change: (inout SessionRecord) -> Void
    ) async throws {
        guard var base = try await history.load(id) else { return }
        // One of the concurrent attempts succeeds each time, so no task needs more attempts than there are steps.
        for _ in 0..<Self.workers * self.length {
            var next = samples.next(base)
            change(&next)
            guard case .conflict(let current) = try await history.replace(next, ifVersion: base.version) else { return }
            base = current
            await Task.yield()
        }
    }

    /// Runs the body once for each worker, concurrently.
    static func inParallel<Result: Sendable>(
        _ body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for worker in 0..<Self.workers { group.addTask { try await body(worker) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension SessionValue {
    /// The number, if the value is an integer.
    var integer: Int64? { Int64(String(decoding: self.jsonText, as: UTF8.self)) }
}
