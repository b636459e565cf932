//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Charts
import HTTPTypes
import Sessions
import Synchronization
import Workloads

extension Measurement {
    /// Parsing untrusted input and writing it back, up to the limits.
    static func bySize() async throws -> Chart {
        var chart = Chart(
            title: "What reads what came from outside, by its size",
            xTitle: "bytes",
            yTitle: "µs of processor time",
            lines: ["cookie header", "record", "all values of a session set"]
        )
        let transport = CookieTransport(SessionConfiguration())
        for byteCount in [100, 300, 1_000, 3_000, 10_000, 30_000, 65_000] {
            var text = "__Host-session=\(String(repeating: "a", count: 64))"
            while text.utf8.count < byteCount { text += "; a\(text.utf8.count)=some-value" }
            var request = Harness.request()
            request.headerFields[.cookie] = text
            let crowded = request
            let cost = try await self.cost(times: 2_000_000 / byteCount) { times in
                for _ in 0..<times {
                    var reading = ExtractedCredentials()
                    transport.read(crowded, into: &reading)
                }
            }
            chart.add(text.utf8.count, cost, to: 0)
        }
        for count in [3, 10, 30, 100, 300, 1_000, 2_500] {
            let store = MemorySessionStore()
            let harness = try Harness(.stored(in: store))
            let visitor = try await harness.visitor { Self.set(count, in: $0, to: 0) }
            let now = SessionInstant(millisecondsSince1970: 0)
            guard let record = try await store.page(from: nil, limit: 1, now: now).records.first else { continue }
            let bytes = SessionRecordCodec.encode(record)
            let decoding = try await self.cost(times: 400_000 / (count + 10)) { times in
                for _ in 0..<times { _ = try SessionRecordCodec.decode(bytes, id: record.id) }
            }
            chart.add(bytes.count, decoding, to: 1)
            let turn = Mutex(0)
            let setting = self.visits(to: harness, by: [visitor]) { session in
                Self.set(
                    count, in: session,
                    to: turn.withLock {
                        $0 += 1; return $0
                    })
            }
            chart.add(bytes.count, try await self.cost(times: 40_000 / (count + 10), setting), to: 2)
        }
        return chart
    }

    private static func set(_ count: Int, in session: Session, to value: Int) {
        for index in 0..<count { session[.numbered(index)] = value &* 7 &+ index }
    }
}
