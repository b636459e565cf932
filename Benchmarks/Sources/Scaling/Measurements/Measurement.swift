//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import AllocationCounter
import Sessions
import Workloads

/// The measurements for the charts.
enum Measurement {
    typealias Work = @Sendable (_ times: Int) async throws -> Void
    typealias Handler = @Sendable (Session) -> Void

    /// The processor time of one run in microseconds: the minimum of five attempts.
    static func cost(times: Int, _ work: Work) async throws -> Double {
        try await work(times / 10 + 1)
        var least = Double.infinity
        for _ in 0..<5 {
            let start = processor_time()
            try await work(times)
            least = min(least, Double(processor_time() - start) / Double(times) / 1_000)
        }
        return least
    }

    /// Sends requests repeatedly, by several visitors in turn.
    static func visits(
        to harness: Harness,
        by visitors: [SessionRequest],
        _ handler: @escaping Handler = { _ in }
    ) -> Work {
        { times in
            for index in 0..<times { try await harness.visit(visitors[index % visitors.count]) { handler($0) } }
        }
    }

    static let leave: Handler = { _ in }
    static let read: Handler = { _ = $0[.views] }
    static let count: Handler = { $0[.views] += 1 }
}

extension SessionKey<Int> {
    static func numbered(_ index: Int) -> Self { .init("value-\(index)", default: 0) }
}
