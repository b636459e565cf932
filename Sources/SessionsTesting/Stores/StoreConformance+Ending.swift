//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let endingRules: [StoreRule] = [
        StoreRule(.ending, "an ended session is not found, and told apart while it is marked") {
            store, samples, check in
            let record = samples.record(subject: "ada")
            try await store.create(record, now: samples.now)
            let marked = samples.now + .minutes(1)
            let wasLive = try await store.end(record.id, tombstoneUntil: marked, now: samples.now)
            try check.expect(wasLive, is: true, "end")
            try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
            let before = marked + .milliseconds(-1)
            try check.expect(
                try await store.load(record.id, now: before), is: .ended, "load before the tombstone's end")
            try check.expect(try await store.load(record.id, now: marked), is: .missing, "load at the tombstone's end")
        },
        StoreRule(.ending, "create refuses a marked id, and takes it when the tombstone has gone") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let marked = samples.now + .minutes(1)
            try await store.end(record.id, tombstoneUntil: marked, now: samples.now)
            let successor = samples.record(id: record.id)
            for now in [samples.now, marked + .milliseconds(-100)] {
                try await check.expectDuplicate { try await store.create(successor, now: now) }
                try check.expect(try await store.load(record.id, now: now), is: .ended, "load")
            }
            try await store.create(successor, now: marked)
            try check.expect(try await store.load(record.id, now: marked), is: .found(successor), "load")
        },
        StoreRule(.ending, "ending what is missing is no error and leaves no tombstone") { store, samples, check in
            let record = samples.record()
            let wasLive = try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            try check.expect(wasLive, is: false, "end")
            try check.expect(try await store.load(record.id, now: samples.now), is: .missing, "load")
            try await store.create(record, now: samples.now)
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreRule(.ending, "ending what has expired says that nothing was live") { store, samples, check in
            let record = samples.record(idle: .minutes(1))
            try await store.create(record, now: samples.now)
            let later = record.expiresAt + .milliseconds(1)
            let wasLive = try await store.end(record.id, tombstoneUntil: later + .minutes(1), now: later)
            try check.expect(wasLive, is: false, "end")
            try check.expect(try await store.load(record.id, now: later), is: .missing, "load")
        },
        StoreRule(.ending, "ending twice keeps the later tombstone, and says once that the session was live") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let long = samples.now + .minutes(2)
            let short = samples.now + .minutes(1)
            let first = try await store.end(record.id, tombstoneUntil: long, now: samples.now)
            let second = try await store.end(record.id, tombstoneUntil: short, now: samples.now)
            try check.expect([first, second], is: [true, false], "end")
            try check.expect(try await store.load(record.id, now: short), is: .ended, "load at the earlier end")
            try check.expect(try await store.load(record.id, now: long), is: .missing, "load at the later end")
        },
        StoreRule(.ending, "a tombstone keeps the secrets of the session that ended, or none") {
            store, samples, check in
            for (number, record) in Self.recordsWithSecrets(samples).enumerated() {
                let next = samples.next(record)
                try await store.create(record, now: samples.now)
                _ = try await store.replace(next, ifVersion: record.version, now: samples.now)
                try check.expect(
                    try await store.endedSecrets(of: record.id, now: samples.now), is: nil, "secrets of a live session")
                try await Self.end(next, on: store, samples, way: number)
                guard let kept = try await store.endedSecrets(of: record.id, now: samples.now) else { continue }
                try check.expect(kept == EndedSecrets(of: next), "the secrets of session \(number) are others")
                // Ends it again, with a later tombstone.
                let marked = samples.now + .minutes(2)
                try await store.end(record.id, tombstoneUntil: marked, now: samples.now)
                let again = try await store.endedSecrets(of: record.id, now: samples.now)
                try check.expect(again == kept, "the secrets of session \(number) are others after a second ending")
                try check.expect(
                    try await store.endedSecrets(of: record.id, now: marked), is: nil, "secrets at the tombstone's end")
            }
        },
        StoreRule(.ending, "ending one session leaves the others") { store, samples, check in
            let record = samples.record(subject: "ada")
            let neighbor = SessionID(high: record.id.high, low: record.id.low ^ 1 << 40)
            let others = [samples.record(subject: "ada"), samples.record(id: neighbor, subject: "ada")]
            for record in [record] + others { try await store.create(record, now: samples.now) }
            try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            for other in others {
                try check.expect(
                    try await store.load(other.id, now: samples.now), is: .found(other), "load of another")
            }
        },
    ]

    /// Records with and without a previous secret, and with more and fewer fields after it.
    private static func recordsWithSecrets(_ samples: SampleRecords) -> [SessionRecord] {
        // A name of 48 bytes has the same first bytes as a previous secret.
        let names = ["views", String(repeating: "n", count: 48)]
        return names.flatMap { name in
            [0, 200, 20_000].flatMap { labelLength in
                [false, true].flatMap { hasPrevious in
                    // One record for each way to end it.
                    (0..<3).map { way in
                        let subject = labelLength == 0 && way < 2 ? nil : "ada"
                        var record = samples.record(subject: subject, values: [name: .integer(1)])
                        if labelLength > 0 { record.deviceLabel = String(repeating: "l", count: labelLength) }
                        if hasPrevious {
                            record.previousSecret = .init(
                                hash: samples.secretHash(), validUntil: samples.now + .seconds(30), nonce: 7)
                        }
                        return record
                    }
                }
            }
        }
    }

    /// Ends a session: alone, with others, or with all sessions of its subject if the store supports that.
    private static func end(
        _ record: SessionRecord,
        on store: any SessionStore,
        _ samples: SampleRecords,
        way: Int
    ) async throws {
        let (now, marked) = (samples.now, samples.now + .minutes(1))
        if way % 3 == 1, let store = store as? any EnumerableSessionStore {
            try await store.end([record.id], tombstoneUntil: marked, now: now)
        } else if way % 3 == 2, let store = store as? any SubjectSessionStore, let subject = record.subject {
            _ = try await store.endSessions(
                of: subject, except: [], from: nil, limit: 10, tombstoneUntil: marked, now: now)
        } else {
            try await store.end(record.id, tombstoneUntil: marked, now: now)
        }
    }
}
