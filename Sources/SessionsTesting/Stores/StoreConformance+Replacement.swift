//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let replacementRules: [StoreRule] = [
        StoreRule(.replacement, "a replacement of the version that was read is stored") { store, samples, check in
            let record = samples.record(values: ["a": .integer(1)])
            try await store.create(record, now: samples.now)
            var stored = record
            for values in [["a": SessionValue.integer(2)], nil] {
                // The second replacement changes nothing but the version.
                let next = samples.next(stored, values: values)
                let result = try await store.replace(next, ifVersion: stored.version, now: samples.now)
                try check.expect(result, is: .replaced, "replace")
                try check.expect(try await store.load(record.id, now: samples.now), is: .found(next), "load")
                stored = next
            }
        },
        StoreRule(.replacement, "a replacement of another version answers with the record that is there") {
            store, samples, check in
            let record = samples.record(values: ["a": .integer(1)])
            try await store.create(record, now: samples.now)
            var winner = samples.next(record, values: ["a": .integer(2)])
            winner.previousSecret = .init(hash: record.secretHash, validUntil: samples.now + .seconds(30), nonce: 7)
            _ = try await store.replace(winner, ifVersion: record.version, now: samples.now)
            let loser = samples.next(record, values: ["a": .integer(3)])
            let result = try await store.replace(loser, ifVersion: record.version, now: samples.now)
            try check.expect(result, is: .conflict(winner), "replace")
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(winner), "load")
        },
        StoreRule(.replacement, "a version is its counter and its tag") { store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let tag = SessionVersion(counter: record.version.counter, tag: record.version.tag &+ 1)
            let counter = SessionVersion(counter: record.version.counter &+ 1, tag: record.version.tag)
            for version in [tag, counter] {
                let result = try await store.replace(samples.next(record), ifVersion: version, now: samples.now)
                try check.expect(result, is: .conflict(record), "replace")
            }
        },
        StoreRule(.replacement, "a replacement that is tried again after its reply was lost is stored once") {
            store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            let next = samples.next(record, values: ["a": .integer(2)])
            _ = try await store.replace(next, ifVersion: record.version, now: samples.now)
            let again = try await store.replace(next, ifVersion: record.version, now: samples.now)
            try check.expect(again, is: .replaced, "replace again")
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(next), "load")
        },
        StoreRule(.replacement, "a replacement that comes again after a later one is a conflict") {
            store, samples, check in
            let record = samples.record(values: ["a": .integer(1)])
            try await store.create(record, now: samples.now)
            let second = samples.next(record, values: ["a": .integer(2)])
            let third = samples.next(second, values: ["a": .integer(3)])
            _ = try await store.replace(second, ifVersion: record.version, now: samples.now)
            _ = try await store.replace(third, ifVersion: second.version, now: samples.now)
            let late = try await store.replace(second, ifVersion: record.version, now: samples.now)
            try check.expect(late, is: .conflict(third), "the second replacement, again")
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(third), "load")
        },
        StoreRule(.replacement, "a replacement of what is missing creates nothing") { store, samples, check in
            let record = samples.record()
            let result = try await store.replace(samples.next(record), ifVersion: record.version, now: samples.now)
            try check.expect(result, is: .missing, "replace")
            try check.expect(try await store.load(record.id, now: samples.now), is: .missing, "load")
        },
        StoreRule(.replacement, "a replacement of what has expired does not bring it back") { store, samples, check in
            let record = samples.record(idle: .minutes(1))
            try await store.create(record, now: samples.now)
            let later = record.expiresAt + .milliseconds(1)
            var next = samples.next(record)
            next.expiresAt = later + .minutes(20)
            let result = try await store.replace(next, ifVersion: record.version, now: later)
            try check.expect(result, is: .missing, "replace")
            try check.expect(try await store.load(record.id, now: later), is: .missing, "load")
        },
        StoreRule(.replacement, "a replacement of what has ended does not bring it back") { store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            let result = try await store.replace(samples.next(record), ifVersion: record.version, now: samples.now)
            try check.expect(result, is: .missing, "replace")
            try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
        },
        StoreRule(.replacement, "a replacement may change limits, secrets and subject") { store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            var next = samples.next(record)
            next.expiresAt = samples.now + .days(14)
            next.absoluteExpiresAt = samples.now + .days(30)
            next.isRemembered = true
            next.previousSecret = .init(hash: record.secretHash, validUntil: samples.now + .seconds(30), nonce: 7)
            next.secretHash = samples.secretHash()
            next.subject = "ada"
            next.authenticatedAt = samples.now
            let result = try await store.replace(next, ifVersion: record.version, now: samples.now)
            try check.expect(result, is: .replaced, "replace")
            let later = samples.now + .days(13)
            try check.expect(try await store.load(record.id, now: later), is: .found(next), "load")
        },
    ]
}
