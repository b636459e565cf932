//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// The backoff after a server could not be reached, and when it ends.
struct ReconnectBackoff {
    private var delays: ExponentialBackoff
    private let clock: SessionClock
    private var end = SessionInstant.distantPast

    init(_ configuration: PostgresStoreConfiguration, clock: SessionClock, random: SessionRandom) {
        self.delays = ExponentialBackoff(
            first: configuration.reconnectDelay,
            maximum: configuration.maximumReconnectDelay,
            random: random
        )
        self.clock = clock
    }

    /// Whether it is too early to try again.
    var isActive: Bool { self.hasFailed && self.clock.now < self.end }

    /// Whether the last attempt failed.
    var hasFailed: Bool { self.delays.hasFailed }

    /// Records a failure. Concurrent attempts count as one.
    mutating func begin() {
        guard !self.isActive else { return }
        self.end = self.clock.now + self.delays.next()
    }

    /// Records that the server was reached.
    mutating func reset() {
        self.delays.reset()
    }
}
#endif
