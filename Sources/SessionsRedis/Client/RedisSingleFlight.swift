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

/// Lets one of many look for what all of them need: where a server is. The others wait for it, and nobody looks again
/// too soon after one has looked.
final class RedisSingleFlight: Sendable {
    private struct State {
        var isUnderWay = false
        /// When the last look ended; nil before the first, and after one that was broken off.
        var ended: Instant?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
        /// Waiters that were cancelled before they had begun to wait.
        var cancelled: Set<Int> = []
    }

    private let pause: Duration
    private let clock: SessionClock
    private let state = Mutex(State())

    /// - Parameter pause: For how long nobody looks after a look.
    init(pause: Duration, clock: SessionClock) {
        self.pause = pause
        self.clock = clock
    }

    /// Looks, or waits for the look that is under way; does neither when one has just ended.
    ///
    /// Afterwards there is what was found, or the caller has nothing better than before.
    func look(_ body: () async -> Void) async {
        let isLooking = self.begin()
        switch isLooking {
        case true?:
            await body()
            self.end()
        case false?: await self.wait(until: SessionStoreDeadline.current)
        case nil: break
        }
    }

    /// Looks, unless somebody does or just did.
    func lookUnlessUnderWay(_ body: () async -> Void) async {
        guard self.begin() == true else { return }
        await body()
        self.end()
    }

    /// Whether it is the caller's turn, or somebody else's; nil when it is too soon.
    private func begin() -> Bool? {
        self.state.withLock { state in
            if state.isUnderWay { return false }
            if let ended = state.ended {
                // A clock that was set back must not make the pause longer.
                let elapsed = ended.duration(to: self.clock.now)
                if elapsed >= .zero, elapsed < self.pause { return nil }
            }
            state.isUnderWay = true
            return true
        }
    }

    private func end() {
        // Of a look that was broken off nobody has learnt anything.
        let ended = Task.isCancelled ? nil : self.clock.now
        let waiting = self.state.withLock { state in
            (state.isUnderWay, state.ended) = (false, ended)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits for the look that is under way, but no longer than until then: it began with another's time.
    private func wait(until end: ContinuousClock.Instant?) async {
        guard let end else { return await self.wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await self.clock.sleep(for: end - .now) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits for the look that is under way, or until the task is cancelled.
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
