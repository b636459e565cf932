//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Benchmark
import Workloads

let benchmarks: @Sendable () -> Void = {
    for workload in Workload.all {
        Benchmark(
            workload.name,
            configuration: .init(
                metrics: [.wallClock, .cpuTotal, .throughput],
                scalingFactor: .kilo,
                maxDuration: .seconds(1)
            )
        ) { benchmark, run in
            try await run(benchmark.scaledIterations.count)
        } setup: {
            try await workload.prepare()
        }
    }
}
