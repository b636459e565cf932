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

/// A client of the Redis or Valkey server that is the primary at the moment, by the word of Sentinel.
///
/// ```swift
/// let redis = try RedisSentinelClient(RedisSentinelConfiguration(url: "redis-sentinel://a,b,c/main"), logger: logger)
/// let store = try RedisSessionStore(redis)
/// let application = Application(router: router, services: [redis])
/// ```
///
/// There is a ``RedisClient`` for the primary, and all that is said there holds here.
///
/// **How it follows the primary.** All servers of Sentinel are asked for its address, and the newest configuration
/// counts. They may be behind, so every connection begins by asking the server itself (`ROLE`), and goes no further
/// with a replica. When a connection is lost or refused, or a server says that it is `READONLY`, Sentinel is asked
/// again, by one command for all. As a service the client also asks each of them every
/// ``RedisSentinelConfiguration/interval``: during a failover, and when it is cut off, a former primary goes on
/// accepting writes that are lost. Run it as a service.
///
/// **What is sent twice.** Only commands that never left because there was no connection, or that a replica refused.
public final class RedisSentinelClient: RedisReplicatedExecutor, Service {
    private let configuration: RedisSentinelConfiguration
    private let sentinels: RedisSentinelMonitor
    private let clock: SessionClock

    /// Creates a client. It connects when it gets its first command.
    ///
    /// - Parameters:
    ///   - configuration: Where Sentinel is.
    ///   - eventLoopGroup: Where the work runs. It must not be shut down before the client. The default is the group
    ///     that all of the process shares.
    ///   - clock: By which pauses are measured and waited for. Deadlines are the event loops' own. The default is the
    ///     system's.
    ///   - random: What makes the pauses of many servers differ. The default is the system's.
    ///   - logger: Where to say that servers failed, and who the primary is.
    /// - Throws: ``RedisError`` with the code `configuration`, when the configuration cannot be.
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
        // What is asked once in a while needs one connection.
        sentinel.connectionCount = 1
        let security = try server.makeSecurity(logger: logger)
        let sentinelSecurity = try sentinel.makeSecurity(logger: logger)
        let (primary, watcher) = (server, sentinel)
        self.configuration = configuration
        self.clock = clock
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

    private func execute(_ command: RedisCommand, _ company: RedisCommandCompanions) async throws -> RedisReply {
        let deadline = NIODeadline.now() + TimeAmount(self.configuration.server.commandDeadline)
        if self.sentinels.client == nil { await self.sentinels.refresh(by: deadline) }
        guard let client = self.sentinels.client else {
            throw self.sentinels.failure ?? RedisError.noSentinel(self.configuration)
        }
        do {
            return try await client.execute(command, company, by: deadline)
        } catch let error as RedisError
            where !error.mayHaveRun && [.notConnected, .readOnly, .primaryDown].contains(error.code)
        {
            await self.sentinels.refresh(by: deadline)
            guard let other = self.sentinels.client, other !== client else { throw error }
            return try await other.execute(command, company, by: deadline)
        }
    }

    /// Asks from time to time who the primary is, until the application shuts down; then closes the connections as
    /// ``shutdown()`` does.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            // Each at its own pace: one that does not answer keeps the others from nothing.
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

    /// Closes the connections, as ``RedisClient/shutdown()`` does it for each server.
    public func shutdown() async {
        await withTaskGroup(of: Void.self) { group in
            for client in self.sentinels.shutDown() { group.addTask { await client.shutdown() } }
        }
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
    /// The servers of Sentinel and the name, and never a password.
    public var description: String { "RedisSentinelClient(\(self.configuration))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
