//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Limits the rate of an action for each network address, in constant memory.
///
/// An IPv4 address counts by itself, and an IPv6 address by its /64 network, which is what one customer has. The
/// limiter belongs to one process: with several servers, each allows the full rate.
///
/// Each address has a bucket that refills evenly: it allows one burst of the whole limit, and then one action for each
/// share of the period. Addresses are hashed with a key of the process into a fixed number of buckets. Addresses that
/// collide share a bucket.
public final class RateLimiter: Sendable {
    private struct Bucket {
        /// The remaining level, in billionths of an action.
        var level: Int64
        var filledAt: SessionInstant
    }

    private static let unit: Int64 = 1_000_000_000

    private let capacity: Int64
    /// The billionths that are refilled in a millisecond, at least 1.
    private let rate: Int64
    private let clock: SessionClock
    private let buckets: Mutex<[Bucket]>

    /// Creates a limiter.
    ///
    /// - Parameters:
    ///   - limit: The number of actions, 1 to 1,000,000.
    ///   - period: The period, from a millisecond to a day.
    ///   - bucketCount: The number of buckets, 16 bytes each. The default is 65,536, which is 1 MiB.
    ///   - clock: The clock. The default is the system's.
    public init(_ limit: Int, per period: Duration, bucketCount: Int = 65_536, clock: SessionClock = .system) {
        let limit = Int64(min(max(1, limit), 1_000_000))
        let milliseconds = min(max(1, period.wholeMilliseconds), 86_400_000)
        self.capacity = limit * Self.unit
        self.rate = max(1, self.capacity / milliseconds)
        self.clock = clock
        let full = Bucket(level: self.capacity, filledAt: clock.now)
        self.buckets = Mutex(Array(repeating: full, count: min(max(1, bucketCount), 1 << 24)))
    }

    /// Whether the client of a request may act once more. If so, the action is counted.
    ///
    /// Requests without an address share a bucket.
    public func allows(_ request: SessionRequest) -> Bool {
        self.allows(address: request.clientAddress)
    }

    /// Whether an address may act once more. If so, the action is counted.
    ///
    /// - Parameter address: An IPv4 or IPv6 address. Nil and invalid addresses share a bucket.
    public func allows(address: String?) -> Bool {
        let now = self.clock.now
        var hasher = Hasher()
        let address = address.flatMap { IPAddress($0) }
        hasher.combine(address.map { Array($0.isIPv4 ? $0.bytes[...] : $0.bytes.prefix(8)) })
        let hash = UInt(bitPattern: hasher.finalize())
        return self.buckets.withLock { buckets in
            let index = Int(hash % UInt(buckets.count))
            var bucket = buckets[index]
            let passed = max(0, now.milliseconds(since: bucket.filledAt))
            let (gain, isLong) = passed.multipliedReportingOverflow(by: self.rate)
            bucket.level =
                isLong ? self.capacity : min(self.capacity, bucket.level.addingReportingOverflow(gain).partialValue)
            bucket.filledAt = max(now, bucket.filledAt)
            let isAllowed = bucket.level >= Self.unit
            if isAllowed { bucket.level -= Self.unit }
            buckets[index] = bucket
            return isAllowed
        }
    }
}
