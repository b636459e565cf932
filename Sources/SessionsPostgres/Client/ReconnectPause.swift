//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// The backoff after a server could not be reached. It grows with each consecutive failure, with jitter.
struct ReconnectPause {
    private let first: Duration
    private let maximum: Duration
    private let clock: SessionClock
    private let random: SessionRandom
    private var failureCount = 0
    private var end = Instant.distantPast

    init(_ configuration: PostgresStoreConfiguration, clock: SessionClock, random: SessionRandom) {
        self.first = configuration.reconnectDelay
        self.maximum = configuration.maximumReconnectDelay
        self.clock = clock
        self.random = random
    }

    /// Whether it is too early to try again.
    var isOn: Bool { self.failureCount > 0 && self.clock.now < self.end }

    /// Whether the last attempt failed.
    var hasFailed: Bool { self.failureCount > 0 }

    /// Records a failure. Concurrent attempts count as one.
    mutating func begin() {
        guard !self.isOn else { return }
        let whole = min(self.first * (1 << min(self.failureCount, 30)), self.maximum)
        self.failureCount += 1
        self.end = self.clock.now + whole / 2 + whole / 2 * Int(self.random.next() % 1001) / 1000
    }

    /// Records that the server was reached.
    mutating func reset() {
        self.failureCount = 0
    }
}
#endif
