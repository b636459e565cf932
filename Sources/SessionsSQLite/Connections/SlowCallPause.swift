//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Synchronization

/// Keeps calls to a slow disk off the calling threads: after a slow call, none is made there for a while.
///
/// A blocked thread of a server delays all requests that it serves. A call is also slow when its thread is preempted,
/// so the first pause is short. Each slow call in a row doubles it.
final class SlowCallPause: Sendable {
    private struct State {
        var end: ContinuousClock.Instant?
        var length = Duration.zero
    }

    private static let shortest = Duration.milliseconds(10)
    private static let longest = Duration.seconds(1)

    /// The duration of a slow call.
    private let limit: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: The duration of a slow call. Zero: no calls are made.
    ///   - now: The clock. The default is the system's.
    init(limit: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.limit = limit
        self.now = now
    }

    /// Makes a call, unless there is a pause.
    ///
    /// - Returns: Nil during a pause.
    func measure<Result>(_ call: () throws -> Result?) rethrows -> Result? {
        let start = self.now()
        guard self.limit > .zero, self.state.withLock({ $0.end.map { start >= $0 } ?? true }) else { return nil }
        defer {
            let end = self.now()
            let isSlow = end - start > self.limit
            self.state.withLock { state in
                state.length = isSlow ? min(max(state.length * 2, Self.shortest), Self.longest) : .zero
                state.end = isSlow ? end + state.length : nil
            }
        }
        return try call()
    }
}
#endif
