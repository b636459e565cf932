//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization
import Testing

/// Many tasks that increment numbers on a server while it is killed and started again.
///
/// What was acknowledged has counted once, what may have run has counted once at most, and what has certainly not run
/// has not counted.
final class KillRun: Sendable {
    /// What became of an increment.
    enum Outcome {
        case acknowledged, unknown, notPerformed
    }

    private let acknowledgedCount = Atomic(0)
    private let unknownCount = Atomic(0)
    private let isOver = Atomic(false)

    /// Runs 16 tasks.
    ///
    /// - Parameters:
    ///   - killCount: How often the server is killed.
    ///   - interval: How many increments are acknowledged between two kills.
    ///   - increment: Increments the number of a task.
    ///   - restart: Kills the server and starts it again.
    func run(
        killCount: Int,
        interval: Int,
        increment: @escaping @Sendable (_ task: Int) async throws -> Outcome,
        restart: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    while !self.isOver.load(ordering: .relaxed) {
                        switch try await increment(task) {
                        case .acknowledged: self.acknowledgedCount.add(1, ordering: .relaxed)
                        case .unknown: self.unknownCount.add(1, ordering: .relaxed)
                        case .notPerformed: await Task.yield()
                        }
                    }
                }
            }
            group.addTask {
                for _ in 0..<killCount {
                    await self.acknowledge(interval)
                    try await restart()
                }
                await self.acknowledge(interval)
                self.isOver.store(true, ordering: .relaxed)
            }
            try await group.waitForAll()
        }
    }

    private func acknowledge(_ more: Int) async {
        let end = self.acknowledgedCount.load(ordering: .relaxed) + more
        while self.acknowledgedCount.load(ordering: .relaxed) < end { await Task.yield() }
    }

    /// Makes sure that nothing was executed twice.
    ///
    /// - Parameter counted: The sum of the numbers.
    func expect(counted: Int) {
        let (least, unknown) = (
            self.acknowledgedCount.load(ordering: .relaxed), self.unknownCount.load(ordering: .relaxed)
        )
        #expect(
            (least...least + unknown).contains(counted),
            "\(least) were acknowledged, \(unknown) may have run, and \(counted) were counted")
        #expect(unknown > 0, "nothing was under way when the server was killed")
    }
}
