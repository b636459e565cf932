//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// When calls to a failing store fail fast, and when the store is tried again.
///
/// Otherwise a store that is down or frozen would cost every request the whole ``SessionConfiguration/storeDeadline``.
/// After several failures in a row, calls fail at once, except for one trial call at a time, until one succeeds. A
/// single unreadable record counts as success. A request that its client canceled does not count.
public struct SessionCircuitBreaker: Sendable, Hashable {
    /// The number of consecutive failures that open the circuit. The default is 5.
    public var failureLimit: Int

    /// How long calls fail fast before a call tries the store again. The default is 1 second.
    public var pause: Duration

    let isOff: Bool

    /// Creates a circuit breaker. The default is 5 failures and a pause of 1 second.
    public init(failureLimit: Int = 5, pause: Duration = .seconds(1)) {
        self.init(failureLimit: failureLimit, pause: pause, isOff: false)
    }

    private init(failureLimit: Int, pause: Duration, isOff: Bool) {
        self.failureLimit = failureLimit
        self.pause = pause
        self.isOff = isOff
    }

    /// 5 failures and a pause of 1 second.
    public static let standard = SessionCircuitBreaker()

    /// No circuit breaker: every call reaches the store.
    ///
    /// - Warning: While the store is frozen, every request that has a token waits for the whole deadline. So many
    ///   requests may wait that the server runs out of memory or connections.
    public static let none = SessionCircuitBreaker(failureLimit: 0, pause: .zero, isOff: true)

    var problems: [String] {
        guard !self.isOff else { return [] }
        var problems: [String] = []
        if self.failureLimit < 1 {
            problems.append("circuitBreaker.failureLimit is \(self.failureLimit): give at least 1, or use .none.")
        }
        if !(.milliseconds(1) ... .minutes(1)).contains(self.pause) {
            problems.append(
                """
                circuitBreaker.pause is \(self.pause): give 1 millisecond to 1 minute, or a store that is back would \
                not be noticed.
                """
            )
        }
        return problems
    }
}
