//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// When a store that keeps failing is left alone, and when it is tried again.
///
/// A store that is down or frozen would otherwise cost every request the whole of
/// ``SessionConfiguration/storeDeadline``. Once several calls in a row have failed, the others fail at once, until one
/// call at a time has been let through and has got an answer. One record that cannot be read is an answer, and a
/// request that its client gave up says nothing about the store.
public struct SessionCircuitBreaker: Sendable, Hashable {
    /// How many calls in a row must fail. The default is 5.
    public var failureLimit: Int

    /// How long the store is left alone before a call tries it again. The default is 1 second.
    public var pause: Duration

    let isOff: Bool

    /// Creates a rule. The default is 5 failures and a pause of 1 second.
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

    /// The store is always called.
    ///
    /// - Warning: While the store is frozen, every request that has a token waits for the whole deadline, and so many
    ///   requests wait at once that the server may run out of what they hold.
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
