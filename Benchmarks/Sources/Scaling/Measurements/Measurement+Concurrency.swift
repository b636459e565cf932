//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Charts
import Foundation
import Sessions
import SessionsSQLite
import Workloads

extension Measurement {
    /// Requests per second of many concurrent tasks, each with its own session.
    static func byConcurrency() async throws -> Chart {
        var chart = Chart(
            title: "Counting by many at once, each in a session of its own",
            xTitle: "tasks at once",
            yTitle: "visits a second",
            lines: ["in memory", "in SQLite, durable"]
        )
        let file = FileManager.default.temporaryDirectory.appending(path: "bench-scaling-\(UUID()).sqlite")
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
        }
        let sites = [
            try Harness(.stored(in: MemorySessionStore())),
            try Harness(.stored(in: SQLiteSessionStore(path: file.path))),
        ]
        for count in [1, 2, 4, 8, 16, 32, 64] {
            for (line, (harness, times)) in zip(sites, [200_000, 2_000]).enumerated() {
                chart.add(count, try await self.rate(of: count, visiting: harness, times / count), to: line)
            }
        }
        return chart
    }

    private static func rate(of count: Int, visiting harness: Harness, _ times: Int) async throws -> Double {
        var visitors: [SessionRequest] = []
        for _ in 0..<count { visitors.append(try await harness.knownVisitor()) }
        let met = visitors
        let duration = try await ContinuousClock().measure {
            try await withThrowingTaskGroup { group in
                for visitor in met {
                    group.addTask { for _ in 0..<times { try await harness.visit(visitor) { self.count($0) } } }
                }
                try await group.waitForAll()
            }
        }
        return Double(times * count) / (duration / .seconds(1))
    }
}
