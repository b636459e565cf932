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
    /// Opening and closing a session with one to a thousand values.
    static func byValues() async throws -> Chart {
        var chart = Chart(
            title: "Opening and closing a session in memory, by what it holds",
            xTitle: "values in the session",
            yTitle: "µs of processor time",
            lines: ["untouched", "one value read", "one value counted"]
        )
        for count in [1, 3, 10, 30, 100, 300, 1_000] {
            let harness = try Harness(.stored(in: MemorySessionStore()))
            let visitor = try await harness.visitor { session in
                session[.views] = 1
                for index in 1..<count { session[.numbered(index)] = index }
            }
            for (line, handler) in [self.leave, self.read, self.count].enumerated() {
                let work = self.visits(to: harness, by: [visitor], handler)
                chart.add(count, try await self.cost(times: 200_000 / (count + 10), work), to: line)
            }
        }
        return chart
    }
}
