//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// The backoff after a server failed. It grows with each consecutive failure, with jitter.
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

    /// Records a failure.
    ///
    /// - Returns: A random delay between half and all of the current maximum.
    mutating func next() -> Duration {
        let doublings = min(self.failureCount, 30)
        self.failureCount += 1
        let whole = min(self.first * (1 << doublings), self.maximum)
        let share = Int(self.random.next() % 1001)
        return whole / 2 + whole / 2 * share / 1000
    }

    /// Whether the server has failed since its last success.
    var hasFailed: Bool { self.failureCount > 0 }

    /// Records a success.
    mutating func reset() {
        self.failureCount = 0
    }
}
#endif
