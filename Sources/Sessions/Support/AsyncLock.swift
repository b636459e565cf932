//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// An asynchronous lock: it serializes operations that suspend.
struct AsyncLock: ~Copyable, Sendable {
    // Not private: the Swift 6.3 compiler crashes on a private type in a lock of a noncopyable type.
    struct State {
        var isBusy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// The number of waiting tasks.
    var waitingCount: Int { self.state.withLock { $0.waiting.count } }

    /// Runs the body when no other runs. Waiting tasks run in the order of arrival.
    func withLock<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        await self.enter()
        defer { self.leave() }
        return try await body()
    }

    /// Runs a body that takes an instant and calls no one else's code, if no other runs; nil when another does.
    func withLockIfAvailable<Result>(_ body: () -> Result?) -> Result? {
        self.state.withLock { $0.isBusy ? nil : body() }
    }

    /// Acquires the lock, which ``leave()`` passes on to the next task.
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

    /// Acquires the lock if it is free.
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
        // The lock stays busy, and the next task now holds it.
        if !isFree { self.state.withLock { $0.waiting.removeFirst() }.resume() }
    }
}
