//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging

/// Keeps a cache in step with a server, which says what records have changed.
///
/// While the cache is used, there are three heartbeats in a lease. Otherwise the connection only listens.
final class RedisTrackingRole: RedisListenerRole {
    private static let heartbeatsPerLease = 3

    private let keys: RedisSessionKeys
    private let lease: Duration
    private let cache: RedisRecordCache
    /// The server. Nil while it is unknown.
    var configuration: RedisConfiguration?
    private var epoch: UInt64 = 0
    /// How many heartbeats have passed without a use of the cache.
    private var unusedCount = 0

    init(_ configuration: RedisConfiguration?, keys: RedisSessionKeys, lease: Duration, cache: RedisRecordCache) {
        self.configuration = configuration
        self.keys = keys
        self.lease = lease
        self.cache = cache
    }

    var heartbeatInterval: Duration { self.lease / Self.heartbeatsPerLease }

    var listeningMessage: Logger.Message { "The near cache follows Redis" }
    var failureMessage: Logger.Message { "The near cache does not follow Redis, and every read asks the server" }

    func server(after current: RedisConfiguration.Address?) -> RedisConfiguration? { self.configuration }
    func wake() { self.unusedCount = 0 }

    func need() -> RedisListenerNeed {
        self.unusedCount = self.cache.takeUse() ? 0 : self.unusedCount + 1
        guard self.unusedCount > Self.heartbeatsPerLease else { return .heartbeats }
        self.cache.sleep()
        return .pause
    }

    func conversation(with configuration: RedisConfiguration) -> RedisTrackingProtocol {
        self.epoch = self.cache.suspend()
        return RedisTrackingProtocol(configuration, prefix: self.keys.prefix, lease: self.lease)
    }

    func listening() { self.cache.track(in: self.epoch) }
    func lost() { self.cache.suspend() }

    func received(_ message: RedisTrackingProtocol.Message) {
        switch message {
        case .changed(let keys):
            for key in keys {
                // The prefix has other keys besides sessions.
                if let id = self.keys.id(of: key) { self.cache.invalidate(id) }
            }
        case .allChanged: self.cache.invalidateAll()
        case .leaseExtended(let end): self.cache.extendLease(to: end, in: self.epoch)
        }
    }
}
#endif
