//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Lets one at a time do what takes several steps with waiting in between.
struct AsyncLock: ~Copyable, Sendable {
    // Not private: the compiler of Swift 6.3 stops at a private type in a lock of a type that cannot be copied.
    struct State {
        var isBusy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many wait for their turn.
    var waitingCount: Int { self.state.withLock { $0.waiting.count } }

    /// Runs the body when no other runs. Those that wait go in the order they came.
    func whenFree<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        await self.enter()
        defer { self.leave() }
        return try await body()
    }

    /// Takes the turn, which ``leave()`` gives to the next.
    func enter() async {
        guard !self.tryEnter() else { return }
        await withCheckedContinuation { continuation in
            let isFree = self.state.withLock { state in
                guard state.isBusy else {
                    state.isBusy = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Takes the turn if no other has it.
    func tryEnter() -> Bool {
        self.state.withLock { state in
            guard !state.isBusy else { return false }
            state.isBusy = true
            return true
        }
    }

    func leave() {
        let isFree = self.state.withLock { state in
            state.isBusy = !state.waiting.isEmpty
            return !state.isBusy
        }
        // It stays busy meanwhile, and who waits waits for this.
        if !isFree { self.state.withLock { $0.waiting.removeFirst() }.resume() }
    }
}
