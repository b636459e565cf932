//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let lifeRules: [StoreRule] = [
        StoreRule(.life, "an id that was never created is missing") { store, samples, check in
            try check.expect(try await store.load(samples.id(), now: samples.now), is: .missing, "load")
        },
        StoreRule(.life, "a record is found from its creation on") { store, samples, check in
            for record in [samples.record(values: [:]), samples.record(subject: "ada")] {
                try await store.create(record, now: samples.now)
                try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
            }
        },
        StoreRule(.life, "create refuses a live id and leaves its record as it is") { store, samples, check in
            let record = samples.record(values: ["a": .integer(1)])
            try await store.create(record, now: samples.now)
            let other = samples.record(id: record.id, values: ["a": .integer(2)])
            try await check.expectDuplicate { try await store.create(other, now: samples.now) }
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreRule(.life, "an id whose record has expired is free again") { store, samples, check in
            let record = samples.record(idle: .minutes(1))
            try await store.create(record, now: samples.now)
            let later = record.expiresAt + .milliseconds(1)
            let successor = SampleRecords(seed: 2, now: later).record(id: record.id)
            try await store.create(successor, now: later)
            try check.expect(try await store.load(record.id, now: later), is: .found(successor), "load")
        },
        StoreRule(.life, "at the millisecond of its idle limit a record is missing, for every call") {
            store, samples, check in
            let record = samples.record(idle: .minutes(1))
            try await store.create(record, now: samples.now)
            let limit = record.expiresAt
            let before = limit + .milliseconds(-1)
            try check.expect(try await store.load(record.id, now: before), is: .found(record), "a millisecond before")
            try check.expect(try await store.load(record.id, now: limit), is: .missing, "load at the limit")
            let next = samples.next(record)
            let result = try await store.replace(next, ifVersion: record.version, now: limit)
            try check.expect(result, is: .missing, "replace at the limit")
            let touch = SessionTouch(lastAccessedAt: limit, expiresAt: limit + .minutes(20))
            try check.expect(try await store.touch(record.id, touch, now: limit), is: false, "touch at the limit")
            let wasLive = try await store.end(record.id, tombstoneUntil: limit + .minutes(1), now: limit)
            try check.expect(wasLive, is: false, "end at the limit")
        },
        StoreRule(.life, "at the millisecond of its absolute limit a record is missing") { store, samples, check in
            var record = samples.record(absolute: .minutes(1))
            // The limits contradict each other, but a store must apply both.
            record.expiresAt = samples.now + .hours(1)
            try await store.create(record, now: samples.now)
            let limit = record.absoluteExpiresAt
            let before = limit + .milliseconds(-1)
            try check.expect(try await store.load(record.id, now: before), is: .found(record), "a millisecond before")
            try check.expect(try await store.load(record.id, now: limit), is: .missing, "at the limit")
        },
        StoreRule(.life, "a clock that goes back finds what was not yet removed, and traps nowhere") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let earlier = samples.now + .days(-1)
            try check.expect(try await store.load(record.id, now: earlier), is: .found(record), "load")
            try check.expect(
                try await store.touch(
                    record.id,
                    SessionTouch(lastAccessedAt: earlier, expiresAt: earlier),
                    now: earlier
                ),
                is: true,
                "touch"
            )
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load afterwards")
        },
        StoreRule(.life, "limits at the far end of time are kept") { store, samples, check in
            var record = samples.record()
            record.expiresAt = .distantFuture
            record.absoluteExpiresAt = .distantFuture
            try await store.create(record, now: samples.now)
            let late = SessionInstant(millisecondsSince1970: SessionInstant.distantFuture.millisecondsSince1970 - 1)
            try check.expect(try await store.load(record.id, now: late), is: .found(record), "load")
            try await store.end(record.id, tombstoneUntil: .distantFuture, now: samples.now)
            let later = samples.now + .days(1_000_000)
            try check.expect(try await store.load(record.id, now: later), is: .ended, "load after the ending")
        },
        StoreRule(.life, "a clock that jumps ahead and comes back finds the record or nothing") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let ahead = samples.now + .days(3650)
            try check.expect(try await store.load(record.id, now: ahead), is: .missing, "load far ahead")
            let touch = SessionTouch(lastAccessedAt: ahead, expiresAt: ahead + .minutes(20))
            try check.expect(try await store.touch(record.id, touch, now: ahead), is: false, "touch far ahead")
            // An expired record may be removed whenever a call meets it.
            let back = try await store.load(record.id, now: samples.now)
            try check.expect(back == .found(record) || back == .missing, "load back again: \(back)")
        },
    ]
}
