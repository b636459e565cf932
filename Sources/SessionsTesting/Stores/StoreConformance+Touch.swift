//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let touchRules: [StoreRule] = [
        StoreRule(.touch, "a touch extends a session and makes no new version") { store, samples, check in
            let record = samples.record(values: ["a": .integer(1)])
            try await store.create(record, now: samples.now)
            let later = samples.now + .minutes(5)
            let touch = SessionTouch(lastAccessedAt: later, expiresAt: later + .minutes(20))
            try check.expect(try await store.touch(record.id, touch, now: later), is: true, "touch")
            var expected = record
            expected.lastAccessedAt = later
            expected.expiresAt = later + .minutes(20)
            try check.expect(try await store.load(record.id, now: later), is: .found(expected), "load")
            let next = samples.next(expected)
            let result = try await store.replace(next, ifVersion: record.version, now: later)
            try check.expect(result, is: .replaced, "replace of the version from before the touch")
        },
        StoreRule(.touch, "a touch never makes anything earlier") { store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let touch = SessionTouch(
                lastAccessedAt: samples.now + .minutes(-5),
                expiresAt: samples.now + .minutes(1)
            )
            try check.expect(try await store.touch(record.id, touch, now: samples.now), is: true, "touch")
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreRule(.touch, "a touch never passes the absolute limit") { store, samples, check in
            let record = samples.record(absolute: .minutes(30))
            try await store.create(record, now: samples.now)
            let later = samples.now + .minutes(15)
            let touch = SessionTouch(lastAccessedAt: later, expiresAt: later + .days(1))
            try check.expect(try await store.touch(record.id, touch, now: later), is: true, "touch")
            var expected = record
            expected.lastAccessedAt = later
            expected.expiresAt = record.absoluteExpiresAt
            try check.expect(try await store.load(record.id, now: later), is: .found(expected), "load")
            let limit = record.absoluteExpiresAt
            try check.expect(try await store.load(record.id, now: limit), is: .missing, "load at the absolute limit")
        },
        StoreRule(.touch, "a touch that comes late, or twice, extends to what it says and no further") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let seen = samples.now + .minutes(5)
            let touch = SessionTouch(lastAccessedAt: seen, expiresAt: seen + .minutes(20))
            var expected = record
            (expected.lastAccessedAt, expected.expiresAt) = (touch.lastAccessedAt, touch.expiresAt)
            for delay in [Duration.minutes(3), .minutes(6)] {
                try check.expect(try await store.touch(record.id, touch, now: seen + delay), is: true, "touch")
                let found = try await store.load(record.id, now: seen + delay)
                try check.expect(found, is: .found(expected), "load")
            }
        },
        StoreRule(.touch, "a touch of what is missing creates nothing") { store, samples, check in
            let id = samples.id()
            let touch = SessionTouch(lastAccessedAt: samples.now, expiresAt: samples.now + .minutes(20))
            try check.expect(try await store.touch(id, touch, now: samples.now), is: false, "touch")
            try check.expect(try await store.load(id, now: samples.now), is: .missing, "load")
        },
        StoreRule(.touch, "a touch of what has expired does not bring it back") { store, samples, check in
            let record = samples.record(idle: .minutes(1))
            try await store.create(record, now: samples.now)
            let later = record.expiresAt + .milliseconds(1)
            let touch = SessionTouch(lastAccessedAt: later, expiresAt: later + .minutes(20))
            try check.expect(try await store.touch(record.id, touch, now: later), is: false, "touch")
            try check.expect(try await store.load(record.id, now: later), is: .missing, "load")
        },
        StoreRule(.touch, "a touch of what has ended does not bring it back, nor move its tombstone") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let marked = samples.now + .minutes(1)
            try await store.end(record.id, tombstoneUntil: marked, now: samples.now)
            let touch = SessionTouch(lastAccessedAt: samples.now, expiresAt: samples.now + .minutes(20))
            try check.expect(try await store.touch(record.id, touch, now: samples.now), is: false, "touch")
            try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
            try check.expect(try await store.load(record.id, now: marked), is: .missing, "load after the tombstone")
        },
    ]
}
