//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Runs the steps of several actors one at a time, in an order that the test chooses.
final class StepScheduler: Sendable {
    private struct State {
        var running = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var chooser: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Waits for the actor's turn. Every call of a store is a step.
    func step(_ actor: Int) async {
        await withCheckedContinuation { continuation in
            self.pause { $0.waiting[actor] = continuation }
        }
    }

    private func pause(_ body: (inout State) -> Void) {
        let chooser = self.state.withLock { state in
            body(&state)
            state.running -= 1
            guard state.running == 0 else { return CheckedContinuation<Void, Never>?.none }
            defer { state.chooser = nil }
            return state.chooser
        }
        chooser?.resume()
    }

    /// The actors that wait for their turn, once every other actor has finished.
    private func waiting() async -> [Int] {
        await withCheckedContinuation { continuation in
            let isQuiet = self.state.withLock { state in
                if state.running > 0 { state.chooser = continuation }
                return state.running == 0
            }
            if isQuiet { continuation.resume() }
        }
        return self.state.withLock { $0.waiting.keys.sorted() }
    }

    private func proceed(_ actor: Int) {
        let continuation = self.state.withLock { state in
            state.running += 1
            return state.waiting.removeValue(forKey: actor)
        }
        continuation?.resume()
    }

    /// Runs the actors until all have finished.
    ///
    /// - Parameters:
    ///   - actors: The actors. The step before an actor's first call runs at once.
    ///   - choose: Returns the index of the next actor, for a number of actors that wait.
    func run(_ actors: [@Sendable () async throws -> Void], choose: (Int) -> Int) async throws {
        self.state.withLock { $0.running = actors.count }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for actor in actors {
                group.addTask {
                    defer { self.pause { _ in } }
                    try await actor()
                }
            }
            while true {
                let waiting = await self.waiting()
                guard !waiting.isEmpty else { break }
                self.proceed(waiting[choose(waiting.count)])
            }
            try await group.waitForAll()
        }
    }
}
