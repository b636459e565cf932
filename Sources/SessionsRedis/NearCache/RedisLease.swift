//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Until when cached records may be used: a number of milliseconds from the sending of a `PING` that was answered.
///
/// The server queues an invalidation before it sends the reply to the write. A `PING` that is sent after that reply is
/// answered after the invalidation. So after a `PONG`, all invalidations of writes that were acknowledged before its
/// `PING` was sent have been received.
///
/// The `PONG` of the next `PING` must have arrived as well. A server that has just run a slow script may answer one
/// `PING` in front of an invalidation, but not two in a row.
struct RedisLease: Sendable, Equatable {
    let length: Duration
    /// When the last `PING` was sent, if it was answered.
    private var candidate: ContinuousClock.Instant?
    /// The end of the lease. Nil before the first one.
    private(set) var end: ContinuousClock.Instant?

    init(length: Duration) {
        self.length = length
    }

    /// The `PING` that was sent at an instant was answered with `PONG`. No other is under way.
    ///
    /// - Returns: Whether that confirms the `PING` before it, from which the lease counts.
    mutating func answered(pingSentAt sent: ContinuousClock.Instant) -> Bool {
        let confirmed = self.candidate
        self.candidate = sent
        guard let confirmed else { return false }
        self.end = confirmed + self.length
        return true
    }

    /// A `PING` was answered with something else, such as `BUSY` or `LOADING`, or the last one was long ago: the next
    /// `PONG` counts as the first.
    ///
    /// The current lease goes on, because what it is based on has been received.
    mutating func refused() {
        self.candidate = nil
    }
}
#endif
