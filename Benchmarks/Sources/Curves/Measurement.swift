//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import AllocationCounter
import HTTPTypes
import Sessions
import SessionsSQLite
import Synchronization
import Workloads

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the charts are made of.
enum Measurement {
    /// The processor time of doing something once, in nanoseconds: the least of five tries.
    private static func cost(times: Int, _ body: (Int) async throws -> Void) async throws -> Double {
        try await body(times / 10 + 1)
        var least = Double.infinity
        for _ in 0..<5 {
            let start = processor_time()
            try await body(times)
            least = min(least, Double(processor_time() - start) / Double(times))
        }
        return least
    }

    /// Opening and closing a session that holds from one value to a thousand.
    static func byValues() async throws -> Chart {
        let counts = [1, 3, 10, 30, 100, 300, 1_000]
        var (untouched, read, counter) = (
            [(x: Double, y: Double)](), [(x: Double, y: Double)](), [(x: Double, y: Double)]()
        )
        for count in counts {
            let site = try Site(.stored(in: MemorySessionStore()))
            let visitor = try await site.visitor { session in
                session[.views] = 1
                for index in 1..<count { session[.numbered(index)] = index }
            }
            let times = 200_000 / (count + 10)
            untouched.append(
                (
                    Double(count),
                    try await cost(times: times) { for _ in 0..<$0 { try await site.visit(visitor) } } / 1_000
                ))
            read.append(
                (
                    Double(count),
                    try await cost(times: times) {
                        for _ in 0..<$0 { try await site.visit(visitor) { _ = $0[.views] } }
                    } / 1_000
                ))
            counter.append(
                (
                    Double(count),
                    try await cost(times: times) {
                        for _ in 0..<$0 { try await site.visit(visitor) { $0[.views] += 1 } }
                    } / 1_000
                ))
        }
        return Chart(
            title: "Opening and closing a session in memory, by what it holds",
            xTitle: "values in the session",
            yTitle: "µs of processor time",
            lines: [
                .init(name: "untouched", points: untouched),
                .init(name: "one value read", points: read),
                .init(name: "one value counted", points: counter),
            ]
        )
    }

    /// What reads what came from outside, up to its limits.
    static func bySize() async throws -> Chart {
        let transport = CookieTransport(SessionConfiguration())
        var (cookies, codec, changes) = (
            [(x: Double, y: Double)](), [(x: Double, y: Double)](), [(x: Double, y: Double)]()
        )
        for byteCount in [100, 300, 1_000, 3_000, 10_000, 30_000, 65_000] {
            var text = "__Host-session=\(String(repeating: "a", count: 64))"
            while text.utf8.count < byteCount { text += "; a\(text.utf8.count)=some-value" }
            var request = Site.request()
            request.headerFields[.cookie] = text
            let crowded = request
            let cost = try await cost(times: 20_000_000 / byteCount / 10) { times in
                for _ in 0..<times {
                    var reading = SessionTokenReading()
                    transport.read(crowded, into: &reading)
                }
            }
            cookies.append((Double(text.utf8.count), cost / 1_000))
        }
        for count in [3, 10, 30, 100, 300, 1_000, 2_500] {
            let store = MemorySessionStore()
            let site = try Site(.stored(in: store))
            let visitor = try await site.visitor { session in
                for index in 0..<count { session[.numbered(index)] = index }
            }
            guard let record = try await store.page(after: nil, limit: 1, now: Instant(millisecondsSince1970: 0)).first
            else { continue }
            let bytes = SessionRecordCodec.encode(record)
            codec.append(
                (
                    Double(bytes.count),
                    try await cost(times: 400_000 / (count + 10)) {
                        for _ in 0..<$0 { _ = try SessionRecordCodec.decode(bytes, id: record.id) }
                    } / 1_000
                ))
            let run = Mutex(0)
            changes.append(
                (
                    Double(bytes.count),
                    try await cost(times: 40_000 / (count + 10)) { times in
                        for _ in 0..<times {
                            let number = run.withLock {
                                $0 += 1; return $0
                            }
                            try await site.visit(visitor) { session in
                                for index in 0..<count { session[.numbered(index)] = number &* 7 &+ index }
                            }
                        }
                    } / 1_000
                ))
        }
        return Chart(
            title: "What reads what came from outside, by its size",
            xTitle: "bytes",
            yTitle: "µs of processor time",
            lines: [
                .init(name: "cookie header", points: cookies),
                .init(name: "record", points: codec),
                .init(name: "all values of a session set", points: changes),
            ]
        )
    }

    /// Opening and closing one of many sessions in memory.
    static func bySessions(upTo most: Int) async throws -> Chart {
        var (read, counter) = ([(x: Double, y: Double)](), [(x: Double, y: Double)]())
        let store = MemorySessionStore(maximumCount: most * 2)
        let site = try Site(.stored(in: store))
        var visitors: [SessionRequest] = []
        var present = 0
        var count = 1_000
        while count <= most {
            // Some of them all over the place are met again; the others are there.
            while present < count {
                let visitor = try await site.knownVisitor()
                present += 1
                if visitors.count < 20_000 || present % (count / 10_000 + 1) == 0 && visitors.count < 200_000 {
                    visitors.append(visitor)
                }
            }
            let met = visitors.shuffled()
            read.append(
                (
                    Double(count),
                    try await cost(times: 50_000) {
                        for index in 0..<$0 { try await site.visit(met[index % met.count]) { _ = $0[.views] } }
                    } / 1_000
                ))
            counter.append(
                (
                    Double(count),
                    try await cost(times: 50_000) {
                        for index in 0..<$0 { try await site.visit(met[index % met.count]) { $0[.views] += 1 } }
                    } / 1_000
                ))
            count *= 10
        }
        return Chart(
            title: "Opening and closing one of many sessions in memory",
            xTitle: "sessions there are",
            yTitle: "µs of processor time",
            lines: [.init(name: "one value read", points: read), .init(name: "one value counted", points: counter)]
        )
    }

    /// The memory of each of many sessions, beside a dictionary that has nothing but their bytes.
    static func memory(upTo most: Int) async throws -> Chart {
        let sample = try await Workload.record()
        let payload = [UInt8](repeating: 7, count: 137)
        var (ours, bare) = ([(x: Double, y: Double)](), [(x: Double, y: Double)]())
        let now = Instant(millisecondsSince1970: 0)
        do {
            let before = allocated_bytes()
            let store = MemorySessionStore(maximumCount: most * 2)
            for index in 1...most {
                var record = SessionRecord(
                    id: SessionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)),
                    secretHash: sample.secretHash, secretIssuedAt: sample.secretIssuedAt, version: sample.version,
                    createdAt: sample.createdAt, lastAccessedAt: sample.lastAccessedAt, expiresAt: sample.expiresAt,
                    absoluteExpiresAt: sample.absoluteExpiresAt
                )
                record.values = Self.values(of: 137 - SessionRecordCodec.encode(record).count)
                try await store.create(record, now: now)
                if Self.isMeasured(index) {
                    ours.append((Double(index), Double(allocated_bytes() - before) / Double(index)))
                }
            }
        }
        do {
            let before = allocated_bytes()
            let dictionary = Mutex<[SessionID: [UInt8]]>([:])
            for index in 1...most {
                let id = SessionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
                dictionary.withLock { $0[id] = payload.map { $0 } }
                if Self.isMeasured(index) {
                    bare.append((Double(index), Double(allocated_bytes() - before) / Double(index)))
                }
            }
        }
        return Chart(
            title: "Memory of a session of 137 bytes",
            xTitle: "sessions there are",
            yTitle: "bytes each",
            lines: [.init(name: "MemorySessionStore", points: ours), .init(name: "a bare dictionary", points: bare)]
        )
    }

    /// Ten times in each decade, so that tables that have just grown are met.
    private static func isMeasured(_ count: Int) -> Bool {
        guard count >= 1_000 else { return false }
        var step = 100
        while step * 100 <= count { step *= 10 }
        return count % step == 0 && (count < 2_000_000 || count % 100_000 == 0)
    }

    /// Values whose encoded form takes a record to a size.
    private static func values(of byteCount: Int) -> SessionValues {
        SessionValues(["value": .string(String(repeating: "v", count: max(0, byteCount - 9)))])
    }

    /// Visits a second by many tasks at once, each with a session of its own.
    static func byConcurrency() async throws -> Chart {
        let file = FileManager.default.temporaryDirectory.appending(path: "curves-\(UUID()).sqlite").path
        let memory = try Site(.stored(in: MemorySessionStore()))
        let sqlite = try Site(.stored(in: SQLiteSessionStore(path: file)))
        let counts = [1, 2, 4, 8, 16, 32, 64]
        var points: [[(x: Double, y: Double)]] = [[], []]
        for count in counts {
            for (index, site, times) in [(0, memory, 40_000), (1, sqlite, 200)] {
                var visitors: [SessionRequest] = []
                for _ in 0..<count { visitors.append(try await site.knownVisitor()) }
                let share = max(times / count, 20)
                let duration = try await ContinuousClock().measure {
                    try await withThrowingTaskGroup { group in
                        for visitor in visitors {
                            group.addTask { for _ in 0..<share { try await site.visit(visitor) { $0[.views] += 1 } } }
                        }
                        try await group.waitForAll()
                    }
                }
                points[index].append((Double(count), Double(share * count) / (duration / .seconds(1))))
            }
        }
        return Chart(
            title: "Counting by many at once, each in a session of its own",
            xTitle: "tasks at once",
            yTitle: "visits a second",
            lines: [
                .init(name: "in memory", points: points[0]),
                .init(name: "in SQLite, durable", points: points[1]),
            ]
        )
    }
}

extension SessionKey<Int> {
    static func numbered(_ index: Int) -> Self { .init("value-\(index)", default: 0) }
}
