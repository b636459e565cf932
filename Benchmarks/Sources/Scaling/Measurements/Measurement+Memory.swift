//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import AllocationCounter
import Charts
import Sessions
import Synchronization
import Workloads

extension Measurement {
    /// The memory of each of many sessions of 137 bytes, compared with a dictionary that has only their bytes.
    static func memory(upTo most: Int) async throws -> Chart {
        var chart = Chart(
            title: "Memory of a session of 137 bytes",
            xTitle: "sessions there are",
            yTitle: "bytes each",
            lines: ["MemorySessionStore", "a bare dictionary"]
        )
        let now = SessionInstant(millisecondsSince1970: 0)
        let store = MemorySessionStore(maximumCount: most * 2, maximumByteCount: .max)
        let sample = try await Workload.record()
        let empty = SessionRecordCodec.encode(self.record(like: sample, values: SessionValues())).count
        // A name of one byte, the lengths of name and text, and the kind.
        let values = SessionValues(["v": .string(String(repeating: "v", count: 137 - empty - 4))])
        var before = allocated_bytes()
        for count in 1...most {
            try await store.create(self.record(like: sample, values: values), now: now)
            guard self.isMeasured(count) else { continue }
            chart.add(count, Double(allocated_bytes() - before) / Double(count), to: 0)
        }
        before = allocated_bytes()
        let dictionary = Mutex<[SessionID: [UInt8]]>([:])
        for count in 1...most {
            dictionary.withLock { $0[self.id()] = [UInt8](repeating: 7, count: 137) }
            guard self.isMeasured(count) else { continue }
            chart.add(count, Double(allocated_bytes() - before) / Double(count), to: 1)
        }
        try await store.clear()
        return chart
    }

    private static func id() -> SessionID {
        SessionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    }

    private static func record(like sample: SessionRecord, values: SessionValues) -> SessionRecord {
        SessionRecord(
            id: self.id(),
            secretHash: sample.secretHash,
            secretIssuedAt: sample.secretIssuedAt,
            version: sample.version,
            createdAt: sample.createdAt,
            lastAccessedAt: sample.lastAccessedAt,
            expiresAt: sample.expiresAt,
            absoluteExpiresAt: sample.absoluteExpiresAt,
            values: values
        )
    }

    /// Counts that are close enough together to include tables that have just grown.
    private static func isMeasured(_ count: Int) -> Bool {
        guard count >= 1_000 else { return false }
        var step = 100
        while step * 100 <= count { step *= 10 }
        return count % step == 0
    }
}
