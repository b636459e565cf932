//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// A clock that a test moves by hand.
///
/// ```swift
/// let clock = ManualClock()
/// configuration.clock = clock.sessionClock
/// clock.advance(by: .seconds(20 * 60))
/// ```
///
/// A task that sleeps on it wakes when the clock has moved far enough or the task is cancelled.
public final class ManualClock: Sendable {
    private struct Sleeper {
        var wakesAt: SessionInstant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: SessionInstant
        var sleepers: [Int: Sleeper] = [:]
        var nextSleeper = 0
        /// Sleepers that were cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    /// Creates a clock with a start time. The default is 2026-01-01T00:00:00Z.
    public init(now: SessionInstant = SessionInstant(millisecondsSince1970: 1_767_225_600_000)) {
        self.state = Mutex(State(now: now))
    }

    /// The current time of the clock.
    public var now: SessionInstant { self.state.withLock { $0.now } }

    /// How many tasks sleep on the clock.
    public var sleeperCount: Int { self.state.withLock { $0.sleepers.count } }

    /// The clock in the form that an engine takes.
    public var sessionClock: SessionClock {
        SessionClock(now: { self.now }, sleep: { try await self.sleep(for: $0) })
    }

    /// Moves the clock. A negative duration moves it back.
    public func advance(by duration: Duration) {
        self.move(to: self.now + duration)
    }

    /// Moves the clock to an instant.
    public func move(to instant: SessionInstant) {
        let due = self.state.withLock { state in
            state.now = instant
            let due = state.sleepers.filter { $0.value.wakesAt <= instant }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    private func sleep(for duration: Duration) async throws {
        let id = self.state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result = self.state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    guard duration > .zero else { return .success(()) }
                    state.sleepers[id] = Sleeper(wakesAt: state.now + duration, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state -> Sleeper? in
                if let sleeper = state.sleepers.removeValue(forKey: id) { return sleeper }
                state.cancelled.insert(id)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
