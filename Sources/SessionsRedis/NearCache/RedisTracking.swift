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
import Synchronization

/// Keeps a cache in step with a server, over a connection of its own. The connection is closed when nothing refers to
/// this any more.
final class RedisTracking: Sendable {
    private let eventLoop: any EventLoop
    private let cache: RedisRecordCache
    private let connection: NIOLoopBoundBox<RedisTrackingConnection>

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
        self.eventLoop = eventLoop
        self.cache = cache
        let connection = RedisTrackingConnection(
            configuration, security: security, keys: keys, lease: lease, cache: cache, eventLoop: eventLoop,
            random: random, logger: logger)
        self.connection = .makeBoxSendingValue(connection, eventLoop: eventLoop)
    }

    deinit {
        let connection = self.connection
        self.eventLoop.execute { connection.value.shutDown() }
    }

    /// The cache is in use: connects, or goes on extending the lease.
    func wake() {
        let connection = self.connection
        self.eventLoop.execute { connection.value.wake() }
    }

    /// The server is about to lose its place to another: from now on nothing that it says counts.
    func suspend() { self.cache.suspend() }

    /// Follows another server.
    ///
    /// - Parameter configuration: The server. It is asked for on the event loop, so that of several calls the last one
    ///   decides.
    func follow(_ configuration: @escaping @Sendable () -> RedisConfiguration?) {
        let connection = self.connection
        self.eventLoop.execute {
            if let configuration = configuration() { connection.value.follow(configuration) }
        }
    }

    func shutDown() async {
        let connection = self.connection
        // It fails only if the event loop is gone, and then the connection is gone as well.
        try? await self.eventLoop.submit { connection.value.shutDown() }.get()
    }
}

/// The connections that follow the invalidations of one client's server.
final class RedisTrackings: Sendable {
    private struct Reference {
        weak var tracking: RedisTracking?
    }

    private let references = Mutex<[Reference]>([])

    func add(_ tracking: RedisTracking) {
        self.references.withLock { references in
            references.removeAll { $0.tracking == nil }
            references.append(Reference(tracking: tracking))
        }
    }

    var all: [RedisTracking] { self.references.withLock { $0.compactMap(\.tracking) } }

    func shutDown() async {
        for tracking in self.all { await tracking.shutDown() }
    }
}
#endif
