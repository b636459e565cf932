//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Charts
import Sessions
import Workloads

extension Measurement {
    /// Opening and closing one of many sessions in memory.
    static func bySessions(upTo most: Int) async throws -> Chart {
        var chart = Chart(
            title: "Opening and closing one of many sessions in memory",
            xTitle: "sessions there are",
            yTitle: "µs of processor time",
            lines: ["one value read", "one value counted"]
        )
        let harness = try Harness(.stored(in: MemorySessionStore(maximumCount: most * 2, maximumByteCount: .max)))
        // A sample across all sessions is reused. The others only exist.
        var visitors: [SessionRequest] = []
        var (present, count) = (0, 1_000)
        while count <= most {
            while present < count {
                let visitor = try await harness.knownVisitor()
                present += 1
                if present % (count / 10_000 + 1) == 0 { visitors.append(visitor) }
            }
            let met = visitors.shuffled()
            for (line, handler) in [self.read, self.count].enumerated() {
                let cost = try await self.cost(times: 50_000, self.visits(to: harness, by: met, handler))
                chart.add(count, cost, to: line)
            }
            count *= 10
        }
        return chart
    }
}
