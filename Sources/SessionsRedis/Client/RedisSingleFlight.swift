//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import Synchronization

/// Coalesces lookups of a server's address: one caller looks it up, the others wait, and no lookup begins shortly after
/// the previous one.
final class RedisSingleFlight: Sendable {
    private struct State {
        var isUnderWay = false
        /// When the last lookup ended. Nil before the first one, and after one that was cancelled.
        var ended: SessionInstant?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
        /// Waiters that were cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let pause: Duration
    private let clock: SessionClock
    private let state = Mutex(State())

    /// - Parameter pause: The minimum time between two lookups.
    init(pause: Duration, clock: SessionClock) {
        self.pause = pause
        self.clock = clock
    }

    /// Performs the lookup, or waits for the one in progress. Does neither if one has just ended.
    ///
    /// Afterwards, either the result is available, or the caller has to use what it had before.
    func run(_ body: () async -> Void) async {
        let isLooking = self.begin()
        switch isLooking {
        case true?:
            await body()
            self.end()
        case false?: await self.wait(until: SessionStoreDeadline.current)
        case nil: break
        }
    }

    /// Performs the lookup, unless one is in progress or has just ended.
    func runUnlessInProgress(_ body: () async -> Void) async {
        guard self.begin() == true else { return }
        await body()
        self.end()
    }

    /// True if the caller should perform the lookup, and false if another caller does. Nil if it is too soon.
    private func begin() -> Bool? {
        self.state.withLock { state in
            if state.isUnderWay { return false }
            if let ended = state.ended {
                // A clock that was set back must not extend the pause.
                let elapsed = ended.duration(to: self.clock.now)
                if elapsed >= .zero, elapsed < self.pause { return nil }
            }
            state.isUnderWay = true
            return true
        }
    }

    private func end() {
        // A cancelled lookup has no result.
        let ended = Task.isCancelled ? nil : self.clock.now
        let waiting = self.state.withLock { state in
            (state.isUnderWay, state.ended) = (false, ended)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits for the lookup in progress, but no longer than until `end`, because it began with another caller's
    /// deadline.
    private func wait(until end: ContinuousClock.Instant?) async {
        guard let end else { return await self.wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await self.clock.sleep(for: end - .now) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits for the lookup in progress or the cancellation of the task.
    private func wait() async {
        let number = self.state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = self.state.withLock { state in
                    let isCancelled = state.cancelled.remove(number) != nil
                    if isCancelled || !state.isUnderWay { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = self.state.withLock { state in
                let continuation = state.waiting.removeValue(forKey: number)
                if continuation == nil { state.cancelled.insert(number) }
                return continuation
            }
            continuation?.resume()
        }
        self.state.withLock { _ = $0.cancelled.remove(number) }
    }
}
#endif
