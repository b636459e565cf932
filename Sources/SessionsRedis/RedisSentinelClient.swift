//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Logging
public import NIOCore
public import NIOPosix
public import ServiceLifecycle
public import Sessions

/// A client of the current primary of the Redis or Valkey servers that Sentinel monitors.
///
/// ```swift
/// let redis = try RedisSentinelClient(RedisSentinelConfiguration(url: "redis-sentinel://a,b,c/main"), logger: logger)
/// let store = try RedisSessionStore(redis)
/// let application = Application(router: router, services: [redis])
/// ```
///
/// There is a ``RedisClient`` for the primary, and its rules apply.
///
/// **Failover.** All Sentinel servers are asked for the primary's address, and the newest configuration wins. Sentinel
/// may be behind, so every connection begins by asking the server itself (`ROLE`), and rejects a replica. When a
/// connection is lost or refused, or a server replies `READONLY`, one command asks Sentinel again for all. As a
/// service, the client also asks each Sentinel server every ``RedisSentinelConfiguration/interval``: during a failover,
/// and when it is isolated, a former primary keeps accepting writes that will be lost. Run the client as a service.
///
/// **Retries.** Only commands that were not sent because there was no connection, or that a replica rejected, are sent
/// again.
public final class RedisSentinelClient: RedisReplicatedExecutor, Service {
    private let configuration: RedisSentinelConfiguration
    private let sentinels: RedisSentinelMonitor
    private let clock: SessionClock
    private let subscriptions = RedisListeners<RedisSubscription>()
    private let makeSubscription:
        @Sendable (
            @escaping RedisSubscriptionRole.Server, _ channel: String, SessionEndingObservers
        ) -> RedisSubscription
    private let makeTracking:
        @Sendable (_ keys: RedisSessionKeys, _ lease: Duration, _ cache: RedisRecordCache) -> RedisTracking

    /// Creates a client. It connects on its first command.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of Sentinel and the servers.
    ///   - eventLoopGroup: The event loops to use. They must not be shut down before the client. The default is the
    ///     shared group of the process.
    ///   - clock: The clock for backoff and polling. Deadlines use the event loops' own clock. The default is the
    ///     system clock.
    ///   - random: The source of the backoff's jitter. The default is the system's.
    ///   - logger: Logs failures of servers and changes of the primary.
    /// - Throws: ``RedisError`` with the code `configuration` when the configuration is invalid.
    public init(
        _ configuration: RedisSentinelConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        clock: SessionClock = .system,
        random: SessionRandom = .system,
        logger: Logger
    ) throws(RedisError) {
        try configuration.check()
        var server = configuration.server
        server.requiresPrimary = true
        var sentinel = configuration.sentinel
        sentinel.database = 0
        // Occasional requests need one connection.
        sentinel.connectionCount = 1
        let security = try server.makeSecurity(logger: logger)
        let sentinelSecurity = try sentinel.makeSecurity(logger: logger)
        let (primary, watcher) = (server, sentinel)
        self.configuration = configuration
        self.clock = clock
        self.makeTracking = { keys, lease, cache in
            RedisTracking(
                nil, security: security, keys: keys, lease: lease, cache: cache, eventLoop: eventLoopGroup.any(),
                random: random, logger: logger)
        }
        self.makeSubscription = { server, channel, observers in
            RedisSubscription(
                RedisSubscriptionRole(server, channel: channel, observers: observers),
                security: security, eventLoop: eventLoopGroup.any(), random: random, logger: logger)
        }
        self.sentinels = RedisSentinelMonitor(
            configuration,
            sentinels: configuration.sentinels.map { address in
                RedisClient(
                    watcher.at(address), security: sentinelSecurity, eventLoopGroup: eventLoopGroup, clock: clock,
                    random: random, logger: logger)
            },
            clock: clock,
            logger: logger
        ) { address in
            RedisClient(
                primary.at(address), security: security, eventLoopGroup: eventLoopGroup, clock: clock, random: random,
                logger: logger)
        }
    }

    public var enforcesDeadline: Bool { true }

    /// Sends a command to the primary, and waits for the reply.
    ///
    /// - Throws: ``RedisError``; `CancellationError` when the task is cancelled.
    public func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await self.execute(command, RedisCommandCompanions())
    }

    public func execute(
        _ command: RedisCommand,
        replicas: Int,
        within limit: Duration
    ) async throws -> RedisReplicatedReply {
        try RedisReplicatedReply(
            try await self.execute(command, RedisCommandCompanions(replicas: replicas, within: limit)))
    }

    private func execute(_ command: RedisCommand, _ companions: RedisCommandCompanions) async throws -> RedisReply {
        let deadline = NIODeadline.now() + TimeAmount(self.configuration.server.commandDeadline)
        if self.sentinels.client == nil { await self.sentinels.refresh(by: deadline) }
        guard let client = self.sentinels.client else {
            throw self.sentinels.failure ?? RedisError.noSentinel(self.configuration)
        }
        do {
            return try await client.execute(command, companions, by: deadline)
        } catch let error as RedisError
            where !error.mayHaveRun && [.notConnected, .readOnly, .primaryDown].contains(error.code)
        {
            await self.sentinels.refresh(by: deadline)
            guard let other = self.sentinels.client, other !== client else { throw error }
            return try await other.execute(command, companions, by: deadline)
        }
    }

    /// Polls Sentinel for the primary until the application shuts down. Then closes the connections as ``shutdown()``
    /// does.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            // Each Sentinel server is polled independently: one that does not answer must not delay the others.
            await withTaskGroup(of: Void.self) { group in
                for sentinel in self.sentinels.sentinels { group.addTask { await self.watch(sentinel) } }
            }
        }
        await self.shutdown()
    }

    private func watch(_ sentinel: RedisClient) async {
        while (try? await self.clock.sleep(for: self.configuration.interval)) != nil {
            await self.sentinels.watch(sentinel, by: .now() + TimeAmount(self.configuration.sentinel.commandDeadline))
        }
    }

    /// Closes the connections of all servers, as ``RedisClient/shutdown()`` does.
    public func shutdown() async {
        await withTaskGroup(of: Void.self) { group in
            for client in self.sentinels.shutDown() { group.addTask { await client.shutdown() } }
        }
        await self.sentinels.trackings.shutDown()
        await self.subscriptions.shutDown()
    }
}

extension RedisSentinelClient: RedisTrackingExecutor {
    var speaksRESP3: Bool { self.configuration.server.protocolVersion.triesRESP3 }

    func track(_ keys: RedisSessionKeys, lease: Duration, in cache: RedisRecordCache) -> RedisTracking {
        let tracking = self.makeTracking(keys, lease, cache)
        self.sentinels.add(tracking)
        return tracking
    }
}

extension RedisSentinelClient: RedisSubscribingExecutor {
    func subscribe(to channel: String, reportingTo observers: SessionEndingObservers) -> RedisSubscription {
        let sentinels = self.sentinels
        let subscription = self.makeSubscription({ _ in sentinels.client?.configuration }, channel, observers)
        self.subscriptions.add(subscription)
        return subscription
    }
}

extension RedisError {
    fileprivate static func noSentinel(_ configuration: RedisSentinelConfiguration) -> RedisError {
        RedisError(
            .notConnected,
            "None of the \(configuration.sentinels.count) sentinels says who the primary is.",
            mayHaveRun: false)
    }
}

extension RedisSentinelClient: CustomStringConvertible, CustomReflectable {
    /// The Sentinel servers and the name. It never shows a password.
    public var description: String { "RedisSentinelClient(\(self.configuration))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
