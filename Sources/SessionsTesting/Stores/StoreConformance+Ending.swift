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
            let wasLive = try await store.end(record.id, markedUntil: marked, now: samples.now)
            try check.expect(wasLive, is: true, "end")
            try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
            let before = marked + .milliseconds(-1)
            try check.expect(try await store.load(record.id, now: before), is: .ended, "load before the marker's end")
            try check.expect(try await store.load(record.id, now: marked), is: .missing, "load at the marker's end")
        },
        StoreRule(.ending, "create refuses a marked id, and takes it when the marker has gone") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let marked = samples.now + .minutes(1)
            try await store.end(record.id, markedUntil: marked, now: samples.now)
            let successor = samples.record(id: record.id)
            for now in [samples.now, marked + .milliseconds(-100)] {
                try await check.expectDuplicate { try await store.create(successor, now: now) }
                try check.expect(try await store.load(record.id, now: now), is: .ended, "load")
            }
            try await store.create(successor, now: marked)
            try check.expect(try await store.load(record.id, now: marked), is: .found(successor), "load")
        },
        StoreRule(.ending, "ending what is missing is no error and leaves no marker") { store, samples, check in
            let record = samples.record()
            let wasLive = try await store.end(record.id, markedUntil: samples.now + .minutes(1), now: samples.now)
            try check.expect(wasLive, is: false, "end")
            try check.expect(try await store.load(record.id, now: samples.now), is: .missing, "load")
            try await store.create(record, now: samples.now)
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreRule(.ending, "ending what has expired says that nothing was live") { store, samples, check in
            let record = samples.record(idle: .minutes(1))
            try await store.create(record, now: samples.now)
            let later = record.expiresAt + .milliseconds(1)
            let wasLive = try await store.end(record.id, markedUntil: later + .minutes(1), now: later)
            try check.expect(wasLive, is: false, "end")
            try check.expect(try await store.load(record.id, now: later), is: .missing, "load")
        },
        StoreRule(.ending, "ending twice keeps the later marker, and says once that the session was live") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let long = samples.now + .minutes(2)
            let short = samples.now + .minutes(1)
            let first = try await store.end(record.id, markedUntil: long, now: samples.now)
            let second = try await store.end(record.id, markedUntil: short, now: samples.now)
            try check.expect([first, second], is: [true, false], "end")
            try check.expect(try await store.load(record.id, now: short), is: .ended, "load at the earlier end")
            try check.expect(try await store.load(record.id, now: long), is: .missing, "load at the later end")
        },
        StoreRule(.ending, "ending one session leaves the others") { store, samples, check in
            let record = samples.record(subject: "ada")
            let neighbour = SessionID(high: record.id.high, low: record.id.low ^ 1 << 40)
            let others = [samples.record(subject: "ada"), samples.record(id: neighbour, subject: "ada")]
            for record in [record] + others { try await store.create(record, now: samples.now) }
            try await store.end(record.id, markedUntil: samples.now + .minutes(1), now: samples.now)
            for other in others {
                try check.expect(
                    try await store.load(other.id, now: samples.now), is: .found(other), "load of another")
            }
        },
    ]
}
