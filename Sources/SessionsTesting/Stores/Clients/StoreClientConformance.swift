//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The rules for how the client of a store handles lost replies.
///
/// A store that resends a call gets the result of the second attempt. By then another server may have written, so that
/// the effect of the first attempt is no longer visible. A store that does not know the outcome must say so. It must
/// never say that the call was not done.
///
/// ```swift
/// @Test("the client of MyStore keeps the rule", arguments: StoreClientConformance.rules)
/// func conforms(_ rule: StoreClientRule) async throws {
///     try await rule.check(StoreClientUnderTest(store, observer: other, holdReplies: …, loseReplies: …))
/// }
/// ```
///
/// Each rule makes its call once before, so that the store is connected and its statements and scripts are prepared.
public enum StoreClientConformance {
    /// All rules.
    public static let rules: [StoreClientRule] = [
        StoreClientRule(.lostReplies, "a replacement whose reply was lost is no conflict once another was stored") {
            client, samples, check in
            let record = try await Self.replaced(by: client, samples)
            let lost = samples.next(record, values: ["n": .integer(3)])
            let other = samples.next(lost, values: ["n": .integer(4)])
            let result = try await client.losingReply(check) {
                try await client.store.replace(lost, ifVersion: record.version, now: samples.now)
            } once: {
                try await client.observer.load(record.id, now: samples.now) == .found(lost)
            } _: {
                let stored = try await client.observer.replace(other, ifVersion: lost.version, now: samples.now)
                try check.expect(stored, is: .replaced, "the other replacement")
            }
            if let answer = result.success { try check.expect(answer, is: .replaced, "the replacement") }
            try check.expect(try await client.store.load(record.id, now: samples.now), is: .found(other), "load")
        },
        StoreClientRule(.lostReplies, "a replacement whose reply was lost is no conflict with itself") {
            client, samples, check in
            let record = try await Self.replaced(by: client, samples)
            let lost = samples.next(record, values: ["n": .integer(3)])
            let result = try await client.losingReply(check) {
                try await client.store.replace(lost, ifVersion: record.version, now: samples.now)
            } once: {
                try await client.observer.load(record.id, now: samples.now) == .found(lost)
            }
            if let answer = result.success { try check.expect(answer, is: .replaced, "the replacement") }
            try check.expect(try await client.store.load(record.id, now: samples.now), is: .found(lost), "load")
        },
        StoreClientRule(.lostReplies, "a create whose reply was lost is no duplicate") { client, samples, check in
            try await client.store.create(samples.record(), now: samples.now)
            let record = samples.record()
            let result = try await client.losingReply(check) {
                try await client.store.create(record, now: samples.now)
            } once: {
                try await client.observer.load(record.id, now: samples.now) == .found(record)
            }
            if case .failure(let error as SessionStoreError) = result {
                try check.expect(error.code != .duplicate, "the create was refused as a duplicate of itself")
            }
            try check.expect(try await client.store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreClientRule(.lostReplies, "a touch whose reply was lost leaves what was stored since") {
            client, samples, check in
            let record = try await Self.replaced(by: client, samples)
            func touch(_ minutes: Int) -> SessionTouch {
                SessionTouch(lastAccessedAt: samples.now, expiresAt: samples.now + .minutes(minutes))
            }
            _ = try await client.store.touch(record.id, touch(21), now: samples.now)
            let lost = touch(25)
            var touched = record
            touched.expiresAt = lost.expiresAt
            let (expected, other) = (touched, samples.next(touched, values: ["n": .integer(4)]))
            let result = try await client.losingReply(check) {
                try await client.store.touch(record.id, lost, now: samples.now)
            } once: {
                try await client.observer.load(record.id, now: samples.now) == .found(expected)
            } _: {
                _ = try await client.observer.replace(other, ifVersion: record.version, now: samples.now)
            }
            if let answer = result.success { try check.expect(answer, "the touch says that nothing is live") }
            try check.expect(try await client.store.load(record.id, now: samples.now), is: .found(other), "load")
        },
        StoreClientRule(.lostReplies, "an ending whose reply was lost is not taken for another's") {
            client, samples, check in
            let records = [samples.record(), samples.record()]
            for record in records { try await client.store.create(record, now: samples.now) }
            let tombstoneUntil = samples.now + .minutes(1)
            try await client.store.end(records[0].id, tombstoneUntil: tombstoneUntil, now: samples.now)
            let id = records[1].id
            let result = try await client.losingReply(check) {
                try await client.store.end(id, tombstoneUntil: tombstoneUntil, now: samples.now)
            } once: {
                try await client.observer.load(id, now: samples.now) == .ended
            }
            if let answer = result.success { try check.expect(answer, "the ending says that nothing was live") }
            try check.expect(try await client.store.load(id, now: samples.now), is: .ended, "load")
        },
        StoreClientRule(.lostSteps, "a step whose reply was lost does not say that it ended fewer than it did") {
            client, samples, check in
            let store = try check.require(
                client.store as? any SubjectSessionStore, "the store has no lists of the sessions of a subject")
            let step: @Sendable () async throws -> Int = {
                let page = try await store.endSessions(
                    of: "ada", except: [], from: nil, limit: 10, tombstoneUntil: samples.now + .minutes(1),
                    now: samples.now)
                return page.endedCount
            }
            _ = try await step()
            let records = (0..<3).map { _ in samples.record(subject: "ada") }
            for record in records { try await store.create(record, now: samples.now) }
            let result = try await client.losingReply(check) {
                try await step()
            } once: {
                var ended = 0
                for record in records where try await client.observer.load(record.id, now: samples.now) == .ended {
                    ended += 1
                }
                return ended == records.count
            }
            if let answer = result.success { try check.expect(answer, is: 3, "the sessions that the step ended") }
        },
    ]

    /// A record that the store has created and replaced.
    private static func replaced(
        by client: StoreClientUnderTest,
        _ samples: SampleRecords
    ) async throws -> SessionRecord {
        let record = samples.record(values: ["n": .integer(1)])
        try await client.store.create(record, now: samples.now)
        let next = samples.next(record, values: ["n": .integer(2)])
        _ = try await client.store.replace(next, ifVersion: record.version, now: samples.now)
        return next
    }
}

extension Result {
    fileprivate var success: Success? { try? self.get() }
}
