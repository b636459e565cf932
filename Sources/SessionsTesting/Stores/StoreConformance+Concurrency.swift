//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    private static let workers = 16

    static let concurrencyRules: [StoreRule] = [
        StoreRule(.concurrency, "of many creates of one id one succeeds") { store, samples, check in
            let id = samples.id()
            let successes = try await StoreConformance.inParallel { worker in
                do {
                    let record = SampleRecords(seed: UInt64(worker) + 100, now: samples.now).record(id: id)
                    try await store.create(record, now: samples.now)
                    return true
                } catch let error as SessionStoreError where error.code == .duplicate {
                    return false
                }
            }
            try check.expect(successes.count { $0 }, is: 1, "creates that succeeded")
        },
        StoreRule(.concurrency, "of many replacements of one version one succeeds") { store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let results = try await StoreConformance.inParallel { worker in
                let values: [String: SessionValue] = ["by": .integer(Int64(worker))]
                let next = SampleRecords(seed: UInt64(worker) + 100).next(record, values: values)
                return try await store.replace(next, ifVersion: record.version, now: samples.now)
            }
            try check.expect(results.count { $0 == .replaced }, is: 1, "replacements that succeeded")
        },
        StoreRule(.concurrency, "a counter that everyone replaces until it sticks loses nothing") {
            store, samples, check in
            let record = samples.record(values: ["n": .integer(0)])
            try await store.create(record, now: samples.now)
            _ = try await StoreConformance.inParallel { worker in
                let mine = SampleRecords(seed: UInt64(worker) + 100, now: samples.now)
                for step in 0..<25 {
                    try await StoreConformance.increment(record, in: store, samples: mine)
                    // Touches come in between and must disturb nothing.
                    let later = samples.now + .seconds(step)
                    let touch = SessionTouch(lastAccessedAt: later, expiresAt: later + .minutes(20))
                    _ = try await store.touch(record.id, touch, now: samples.now)
                }
            }
            guard case .found(let final) = try await store.load(record.id, now: samples.now) else {
                throw check.failure("the record is gone")
            }
            try check.expect(final.values["n"], is: .integer(Int64(StoreConformance.workers * 25)), "the counter")
            try check.expect(
                final.version.counter, is: UInt64(StoreConformance.workers * 25 + 1), "the version's counter")
            try check.expect(final.lastAccessedAt >= record.lastAccessedAt, "the last access went back")
        },
        StoreRule(.concurrency, "of many endings one is told that the session was live") { store, samples, check in
            let record = samples.record(subject: "ada")
            try await store.create(record, now: samples.now)
            let told = try await StoreConformance.inParallel { _ in
                try await store.end(record.id, markedUntil: samples.now + .minutes(1), now: samples.now)
            }
            try check.expect(told.count { $0 }, is: 1, "endings that were told so")
        },
        StoreRule(.concurrency, "nothing finds a session after its ending has returned") { store, samples, check in
            for round in 0..<20 {
                let record = samples.record(subject: "ada \(round)")
                try await store.create(record, now: samples.now)
                let results = try await StoreConformance.inParallel { worker in
                    if worker == 0 {
                        try await store.end(record.id, markedUntil: samples.now + .minutes(1), now: samples.now)
                        return try await store.load(record.id, now: samples.now) == .ended
                    }
                    // The others try all that could bring it back.
                    let mine = SampleRecords(seed: UInt64(worker) + 100, now: samples.now)
                    let touch = SessionTouch(lastAccessedAt: samples.now, expiresAt: samples.now + .minutes(30))
                    for _ in 0..<5 {
                        guard case .found(let found) = try await store.load(record.id, now: samples.now) else { break }
                        _ = try await store.replace(mine.next(found), ifVersion: found.version, now: samples.now)
                        _ = try await store.touch(record.id, touch, now: samples.now)
                    }
                    return true
                }
                try check.expect(results.allSatisfy { $0 }, "the session was found after its ending had returned")
                try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load at the end")
            }
        },
    ]

    private static func increment(_ record: SessionRecord, in store: any SessionStore, samples: SampleRecords)
        async throws
    {
        guard case .found(var base) = try await store.load(record.id, now: samples.now) else { return }
        while true {
            let count = base.values["n"].flatMap { Int64(String(decoding: $0.jsonText, as: UTF8.self)) } ?? 0
            let next = samples.next(base, values: ["n": .integer(count + 1)])
            guard
                case .conflict(let current) = try await store.replace(next, ifVersion: base.version, now: samples.now)
            else { return }
            base = current
            await Task.yield()
        }
    }

    /// Runs the body once for each worker, all at the same time.
    static func inParallel<Result: Sendable>(
        _ body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for worker in 0..<StoreConformance.workers { group.addTask { try await body(worker) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
