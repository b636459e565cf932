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
            // Names are bytes: two names that differ only in normalization are two values.
            record.values = SessionValues(
                Array(record.values) + ["caf\u{E9}", "cafe\u{301}"].map { (name: $0, value: .string($0)) })
            record.isRemembered = true
            record.rememberedFor = .milliseconds(1)
            record.previousSecret = .init(hash: samples.secretHash(), validUntil: samples.now, nonce: .max)
            record.cookieOverrides = .init(domain: "example.com", path: "/a", sameSite: .strict, priority: .high)
            record.firstClient = SessionClient(address: "2001:db8::1", userAgent: "Mozilla/5.0 (\u{0}; \u{1F98A})")
            record.lastClient = SessionClient(address: nil, userAgent: "")
            record.deviceLabel = "The \u{1F4BB} in the kitchen"
            try await store.create(record, now: samples.now)
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(record), "load")
        },
        StoreRule(.exactness, "values of every size up to 64 KiB come back whole") { store, samples, check in
            // Sizes around powers of two, where lengths need one more bit or byte.
            let powers = (6...15).map { 1 << $0 }
            let sizes = [0, 1, 65_000] + powers.flatMap { [$0 - 1, $0, $0 + 1] }
            for size in sizes {
                let record = samples.record(values: ["v": .json(Array(repeating: UInt8(ascii: "7"), count: size))])
                try await store.create(record, now: samples.now)
                try check.expect(
                    try await store.load(record.id, now: samples.now), is: .found(record), "load of \(size) bytes")
                let next = samples.next(record, values: ["v": .string(String(repeating: "\u{0}", count: size))])
                _ = try await store.replace(next, ifVersion: record.version, now: samples.now)
                try check.expect(
                    try await store.load(record.id, now: samples.now), is: .found(next), "load of \(size) others")
            }
        },
        StoreRule(.exactness, "names and subjects of every size come back whole") { store, samples, check in
            for size in [1, 63, 64, 127, 128, 255, 256, 257, 511, 512, 1023, 1024] {
                let text = String(repeating: "\u{1}", count: size)
                var record = samples.record(subject: text, values: [text: .integer(1)])
                record.cookieOverrides = .init(path: "/" + String(repeating: "a", count: size - 1))
                try await store.create(record, now: samples.now)
                try check.expect(
                    try await store.load(record.id, now: samples.now), is: .found(record), "load with \(size) bytes")
            }
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
            next.values = SessionValues(["a": .integer(1)])
            let result = try await store.replace(next, ifVersion: record.version, now: samples.now)
            try check.expect(result, is: .replaced, "replace")
            try check.expect(try await store.load(record.id, now: samples.now), is: .found(next), "load")
        },
    ]
}
