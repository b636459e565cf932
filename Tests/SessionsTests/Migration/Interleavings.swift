//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting

/// Runs actors in many orders of their steps.
enum Interleavings {
    /// Runs a scenario in every possible order.
    ///
    /// - Parameter make: Creates the scenario: its actors, and a check for when they have finished.
    /// - Returns: The number of orders.
    static func all(
        _ make: (StepScheduler) async throws -> (
            actors: [@Sendable () async throws -> Void], check: () async throws -> Void
        )
    ) async throws -> Int {
        var count = 0
        var next: [Int]? = []
        while let beginning = next {
            var taken: [(choice: Int, of: Int)] = []
            let scheduler = StepScheduler()
            let scenario = try await make(scheduler)
            try await scheduler.run(scenario.actors) { options in
                let choice = taken.count < beginning.count ? beginning[taken.count] : 0
                taken.append((choice, options))
                return choice
            }
            try await scenario.check()
            count += 1
            while let last = taken.last, last.choice + 1 >= last.of { taken.removeLast() }
            next = taken.last.map { last in taken.dropLast().map(\.choice) + [last.choice + 1] }
        }
        return count
    }

    /// Runs a scenario in some orders, the same in every test run.
    static func some(
        _ count: Int,
        _ make: (StepScheduler) async throws -> (
            actors: [@Sendable () async throws -> Void], check: () async throws -> Void
        )
    ) async throws {
        for seed in 0..<count {
            let random = DeterministicRandom(seed: UInt64(seed))
            let scheduler = StepScheduler()
            let scenario = try await make(scheduler)
            // Some orders are steady and some hasty, so that one actor may sleep while others do much.
            let favorite = Int(random.next() % 4)
            try await scheduler.run(scenario.actors) { options in
                let isSteady = random.next() % 4 != 0
                return isSteady && favorite < options ? favorite : Int(random.next() % UInt64(options))
            }
            try await scenario.check()
        }
    }
}
