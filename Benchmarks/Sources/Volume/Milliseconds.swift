//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Measures elapsed time.
enum Milliseconds {
    /// The time of one run.
    static func once(_ work: () async throws -> Void) async throws -> Double {
        try await ContinuousClock().measure(work) / .milliseconds(1)
    }

    /// The minimum time of one run, of five attempts with the given number of runs.
    static func least(_ times: Int, _ work: () async throws -> Void) async throws -> Double {
        var least = Double.infinity
        for _ in 0..<5 {
            let milliseconds = try await self.once { for _ in 0..<times { try await work() } }
            least = min(least, milliseconds / Double(times))
        }
        return least
    }
}
