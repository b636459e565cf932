//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// Whether a ``RedisSessionStore`` keeps the records that it loads in the memory of the process.
///
/// ```swift
/// let store = try RedisSessionStore(redis, nearCache: .leased(.milliseconds(100), maximumCount: 100_000))
/// ```
///
/// An engine then reads a session that it has read before without asking the server. The server tells the store which
/// records change. <doc:Near-cache> says how, and what it costs.
public struct RedisNearCache: Sendable, Hashable {
    /// Nil when there is no cache.
    let lease: Duration?
    let maximumCount: Int
    let maximumByteCount: Int

    /// Every read asks the server.
    public static let off = RedisNearCache(lease: nil, maximumCount: 0, maximumByteCount: 0)

    /// Records stay in memory until the server says that they have changed, and are used only while the server is known
    /// to be heard.
    ///
    /// - Parameters:
    ///   - lease: How long a record may be used after the last sign of life of the server, and how much longer a logout
    ///     takes. From 10 milliseconds to a second, and several round trips long. It must be the same in all processes
    ///     that use the prefix, and all of them must have a near cache: one without it ends sessions that the others
    ///     accept for up to one lease.
    ///   - maximumCount: The maximum number of records. With 0 no record is kept, and only endings wait: for the
    ///     servers that go first when a running application gets a near cache.
    ///   - maximumByteCount: The maximum size of the records in bytes, with what they take in memory beside their own
    ///     bytes. The default is 256 MiB.
    public static func leased(
        _ lease: Duration,
        maximumCount: Int,
        maximumByteCount: Int = 268_435_456
    ) -> RedisNearCache {
        RedisNearCache(lease: lease, maximumCount: maximumCount, maximumByteCount: maximumByteCount)
    }

    /// Checks the options.
    ///
    /// - Returns: The client that follows the server's invalidations. Nil when there is no cache.
    /// - Throws: `SessionStoreError` with the code `unusable`. Its message says what to change.
    func check(
        _ executor: any RedisCommandExecutor,
        _ configuration: RedisStoreConfiguration
    ) throws(SessionStoreError) -> (any RedisTrackingExecutor)? {
        guard let lease else { return nil }
        if lease < .milliseconds(10) || lease > .seconds(1) {
            throw SessionStoreError(
                .unusable, "The lease of the near cache is \(lease): give 10 milliseconds to a second.")
        }
        if !(0...100_000_000).contains(self.maximumCount) {
            throw SessionStoreError(
                .unusable, "maximumCount of the near cache is \(self.maximumCount): give 0 to 100,000,000.")
        }
        if self.maximumByteCount < 0 {
            throw SessionStoreError(
                .unusable, "maximumByteCount of the near cache is \(self.maximumByteCount): give 0 or more.")
        }
        if configuration.timeToLive.longest != nil {
            throw SessionStoreError(
                .unusable,
                """
                There is a near cache, and timeToLive lets the server forget sessions before their limits, which a \
                cached record would outlive: leave timeToLive at .untilEnd, or the near cache off.
                """
            )
        }
        guard let tracking = executor as? any RedisTrackingExecutor else {
            throw SessionStoreError(
                .unusable,
                """
                There is a near cache, and \(type(of: executor)) cannot follow the invalidations of the server: give a \
                RedisClient or a RedisSentinelClient, or leave the near cache off.
                """
            )
        }
        guard tracking.speaksRESP3 else {
            throw SessionStoreError(
                .unusable,
                """
                There is a near cache, which needs RESP3, and the client speaks RESP2: set protocolVersion to \
                .automatic, or leave the near cache off.
                """
            )
        }
        return tracking
    }
}
#endif
