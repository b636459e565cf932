//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Lets several actors take their steps in an order that is chosen from outside, one step at a time.
final class StepScheduler: Sendable {
    private struct State {
        var running = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var director: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Waits for its turn. Every call of a store is a step.
    func step(_ actor: Int) async {
        await withCheckedContinuation { continuation in
            self.pause { $0.waiting[actor] = continuation }
        }
    }

    private func pause(_ body: (inout State) -> Void) {
        let director = self.state.withLock { state in
            body(&state)
            state.running -= 1
            guard state.running == 0 else { return CheckedContinuation<Void, Never>?.none }
            defer { state.director = nil }
            return state.director
        }
        director?.resume()
    }

    /// Those that wait for their turn, when all do that have not gone home.
    private func waiting() async -> [Int] {
        await withCheckedContinuation { continuation in
            let isQuiet = self.state.withLock { state in
                if state.running > 0 { state.director = continuation }
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

    /// Plays a piece.
    ///
    /// - Parameter choose: Which of several goes on, by its place among them.
    func play(_ actors: [@Sendable () async throws -> Void], choose: (Int) -> Int) async throws {
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
