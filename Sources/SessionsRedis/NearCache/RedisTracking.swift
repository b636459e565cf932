//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging
import NIOCore
import NIOSSL
import Sessions

/// Keeps a cache in step with a server, over a connection of its own. The connection is closed when nothing refers to
/// this any more.
final class RedisTracking: RedisListening {
    private let cache: RedisRecordCache
    private let listener: RedisListenerReference<RedisTrackingRole>

    /// - Parameter configuration: The server. Nil while it is unknown.
    init(
        _ configuration: RedisConfiguration?,
        security: NIOSSLContext?,
        keys: RedisSessionKeys,
        lease: Duration,
        cache: RedisRecordCache,
        eventLoop: any EventLoop,
        random: SessionRandom,
        logger: Logger
    ) {
        self.cache = cache
        self.listener = RedisListenerReference(
            RedisTrackingRole(configuration, keys: keys, lease: lease, cache: cache),
            security: security, eventLoop: eventLoop, random: random, logger: logger)
    }

    /// The cache is in use: connects, or goes on extending the lease.
    func wake() { self.listener.wake() }

    /// The server is about to lose its place to another: from now on nothing that it says counts.
    func suspend() { self.cache.suspend() }

    /// Follows another server.
    ///
    /// - Parameter configuration: The server. It is asked for on the event loop, so that of several calls the last one
    ///   decides.
    func follow(_ configuration: @escaping @Sendable () -> RedisConfiguration?) {
        self.listener.perform { listener in
            guard let configuration = configuration() else { return }
            listener.role.configuration = configuration
            listener.reconnect()
        }
    }

    func shutDown() async { await self.listener.shutDown() }
}
#endif
