//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// For how long a server that failed is left alone: longer with each failure in a row, and never for all clients of it
/// the same time.
struct ReconnectDelay {
    private let first: Duration
    private let maximum: Duration
    private let random: SessionRandom
    private var failureCount = 0

    init(_ configuration: RedisConfiguration, random: SessionRandom) {
        self.first = configuration.reconnectDelay
        self.maximum = configuration.maximumReconnectDelay
        self.random = random
    }

    /// Notes a failure.
    ///
    /// - Returns: Between half and all of what the delay has grown to.
    mutating func next() -> Duration {
        let doublings = min(self.failureCount, 30)
        self.failureCount += 1
        let whole = min(self.first * (1 << doublings), self.maximum)
        let share = Int(self.random.next() % 1001)
        return whole / 2 + whole / 2 * share / 1000
    }

    /// Whether the server failed since it last did what it was asked.
    var hasFailed: Bool { self.failureCount > 0 }

    /// Notes that the server did what it was asked.
    mutating func reset() {
        self.failureCount = 0
    }
}
#endif
