//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    /// A cancelled call takes effect completely or not at all.
    ///
    /// Each rule cancels the call before it begins and at many points while it runs.
    static let cancellationRules: [StoreRule] = [
        StoreRule(.cancellation, "a cancelled create leaves the whole record or nothing") { store, samples, check in
            for moment in Self.moments {
                let record = samples.record(subject: "ada", values: ["a": .string("b")])
                let isDone =
                    await Self.cancel(after: moment) { try await store.create(record, now: samples.now) } != nil
                let found = try await store.load(record.id, now: samples.now)
                try check.expect(found, isOneOf: isDone ? [.found(record)] : [.missing, .found(record)], "load")
                guard let subjects = store as? any SubjectSessionStore else { continue }
                let isListed = try await subjects.sessions(of: "ada", now: samples.now).contains(record)
                // An abandoned create may still reach its server, even between these calls.
                let later = try await store.load(record.id, now: samples.now)
                try check.expect(later, isOneOf: [found, .found(record)], "load once more")
                try check.expect(
                    [found, later].contains { ($0 == .found(record)) == isListed },
                    "it is \(isListed ? "" : "not ")listed, and \(later == .missing ? "not " : "")found"
                )
            }
        },
        StoreRule(.cancellation, "a cancelled replacement leaves one record or the other") { store, samples, check in
            for moment in Self.moments {
                let record = samples.record(subject: "ada", values: ["a": .string("b")])
                try await store.create(record, now: samples.now)
                var next = samples.next(record, values: ["a": .string("c")])
                next.subject = "alan"
                next.secretHash = samples.secretHash()
                let replacement = next
                let result = await Self.cancel(after: moment) {
                    try await store.replace(replacement, ifVersion: record.version, now: samples.now)
                }
                let found = try await store.load(record.id, now: samples.now)
                let allowed = result == .replaced ? [next] : [record, next]
                try check.expect(found, isOneOf: allowed.map { .found($0) }, "load")
            }
        },
        StoreRule(.cancellation, "a cancelled touch moves both times or neither") { store, samples, check in
            for moment in Self.moments {
                let record = samples.record()
                try await store.create(record, now: samples.now)
                let later = samples.now + .minutes(5)
                let touch = SessionTouch(lastAccessedAt: later, expiresAt: later + .minutes(20))
                let isTouched = await Self.cancel(after: moment) {
                    try await store.touch(record.id, touch, now: later)
                }
                var touched = record
                (touched.lastAccessedAt, touched.expiresAt) = (touch.lastAccessedAt, touch.expiresAt)
                let allowed = isTouched == true ? [touched] : [record, touched]
                let found = try await store.load(record.id, now: later)
                try check.expect(found, isOneOf: allowed.map { .found($0) }, "load")
            }
        },
        StoreRule(.cancellation, "a cancelled ending marks the id or leaves the session") { store, samples, check in
            for moment in Self.moments {
                let record = samples.record(subject: "ada")
                try await store.create(record, now: samples.now)
                let wasLive = await Self.cancel(after: moment) {
                    try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
                }
                let found = try await store.load(record.id, now: samples.now)
                try check.expect(found, isOneOf: wasLive == nil ? [.ended, .found(record)] : [.ended], "load")
            }
        },
    ]

    /// How many times a call may yield before it is cancelled.
    private static let moments = [0, 1, 2, 3, 5, 8, 13, 21, 34]

    /// Runs a call in a task that is cancelled while it runs, and waits for it.
    ///
    /// - Returns: The result of the call, or nil if it threw.
    private static func cancel<Result: Sendable>(
        after turns: Int,
        _ call: @escaping @Sendable () async throws -> Result
    ) async -> Result? {
        await withTaskGroup(of: Result?.self) { group in
            if turns == 0 { group.cancelAll() }
            group.addTask { try? await call() }
            for _ in 0..<turns { await Task.yield() }
            group.cancelAll()
            return await group.next() ?? nil
        }
    }
}

extension ConformanceCheck {
    fileprivate func expect<Value: Equatable>(_ value: Value, isOneOf allowed: [Value], _ what: String) throws {
        try self.expect(allowed.contains(value), "\(what): expected one of \(allowed), got \(value)")
    }
}
