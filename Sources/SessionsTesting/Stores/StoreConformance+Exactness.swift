//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let exactnessRules: [StoreRule] = [
        StoreRule(.exactness, "a record comes back as it was given, whatever it holds") { store, samples, check in
            var record = samples.record(
                subject: "ada",
                values: [
                    "": .string(""),
                    "count": .integer(.min),
                    "flag": .boolean(true),
                    "ratio": .double(-0.0),
                    "endless": .double(.infinity),
                    "text": .string("a\u{0}b\r\n\"';--\u{1F600}"),
                    "json": .json(Array(#"{"a":[1,null]}"#.utf8)),
                    "\u{1F511}": .integer(.max),
                ]
            )
            record.isRemembered = true
            record.previousSecret = .init(hash: samples.secretHash(), validUntil: samples.now, nonce: .max)
            record.cookieOverrides = .init(domain: "example.com", path: "/a", sameSite: .strict, priority: .high)
            try await store.create(record, now: samples.now)
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreRule(.exactness, "64 KiB of values come back whole") { store, samples, check in
            let record = samples.record(values: ["large": .json(Array(repeating: UInt8(ascii: "7"), count: 65_000))])
            try await store.create(record, now: samples.now)
            let next = samples.next(record, values: ["large": .string(String(repeating: "\u{0}", count: 65_000))])
            _ = try await store.replace(next, ifVersion: record.version, now: samples.now)
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(next), "load")
        },
        StoreRule(.exactness, "ids that differ in one bit are two sessions") { store, samples, check in
            let record = samples.record()
            try await store.create(record, now: samples.now)
            for bit in 0..<128 {
                let mask = UInt64(1) << UInt64(bit % 64)
                let id = SessionID(
                    high: record.id.high ^ (bit < 64 ? mask : 0),
                    low: record.id.low ^ (bit < 64 ? 0 : mask)
                )
                try check.expect(
                    try await store.load(id, now: samples.now), is: .missing, "load with bit \(bit) flipped")
            }
        },
        StoreRule(.exactness, "ids of zeros and of ones are ids like others") { store, samples, check in
            for id in [SessionID(high: 0, low: 0), SessionID(high: .max, low: .max)] {
                let record = samples.record(id: id)
                try await store.create(record, now: samples.now)
                try check.expect(try await store.load(id, now: samples.now), is: .found(record), "load")
            }
        },
        StoreRule(.exactness, "versions at the end of their range are told apart") { store, samples, check in
            var record = samples.record()
            record.version = SessionVersion(counter: .max, tag: .max)
            try await store.create(record, now: samples.now)
            var next = record
            next.version = SessionVersion(counter: 0, tag: 1 << 63)
            let result = try await store.replace(next, ifVersion: record.version, now: samples.now)
            try check.expect(result, is: .replaced, "replace")
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(next), "load")
        },
    ]
}
