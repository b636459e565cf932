//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The delays of an exponential backoff with jitter: they double with each consecutive failure, up to a maximum.
package struct ExponentialBackoff: Sendable {
    private let first: Duration
    private let maximum: Duration
    private let random: SessionRandom
    private var failureCount = 0

    /// Creates a backoff before the first failure.
    ///
    /// - Parameters:
    ///   - first: The maximum delay after the first failure.
    ///   - maximum: The maximum delay after any failure.
    ///   - random: The source of jitter.
    package init(first: Duration, maximum: Duration, random: SessionRandom) {
        self.first = first
        self.maximum = maximum
        self.random = random
    }

    /// Whether the last attempt failed.
    package var hasFailed: Bool { self.failureCount > 0 }

    /// Records a failure.
    ///
    /// - Returns: A random delay between half and all of the current maximum.
    package mutating func next() -> Duration {
        let doublings = min(self.failureCount, 30)
        self.failureCount += 1
        let whole = min(self.first * (1 << doublings), self.maximum)
        let share = Int(self.random.next() % 1001)
        return whole / 2 + whole / 2 * share / 1000
    }

    /// Records a success.
    package mutating func reset() {
        self.failureCount = 0
    }
}
