//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let concurrencyRules: [StoreRule] = [
        StoreRule(.concurrency, "of many creates of one id one succeeds") { store, samples, check in
            let id = samples.id()
            let successes = try await StoreWorkload.inParallel { worker in
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
            let record = samples.record(subject: "ada")
            try await store.create(record, now: samples.now)
            let results = try await StoreWorkload.inParallel { worker in
                var next = SampleRecords(seed: UInt64(worker) + 100).next(record)
                next.subject = "worker \(worker)"
                return try await store.replace(next, ifVersion: record.version, now: samples.now)
            }
            try check.expect(results.count { $0 == .replaced }, is: 1, "replacements that succeeded")
        },
        StoreRule(.concurrency, "of many endings one is told that the session was live") { store, samples, check in
            let record = samples.record(subject: "ada")
            try await store.create(record, now: samples.now)
            let told = try await StoreWorkload.inParallel { _ in
                try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            }
            try check.expect(told.count { $0 }, is: 1, "endings that were told so")
        },
    ]
}
