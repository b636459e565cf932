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

/// A client of a cluster of Redis or Valkey servers.
///
/// ```swift
/// let redis = try RedisClusterClient(RedisClusterConfiguration(url: "redis-cluster://a,b,c"), logger: logger)
/// let store = try RedisSessionStore(redis)
/// let application = Application(router: router, services: [redis])
/// ```
///
/// A command goes to the primary that owns the slot of its ``RedisCommand/key``. One without a key goes to each primary
/// in turn. There is a ``RedisClient`` for each contacted server, and its rules for connections, deadlines and failures
/// apply.
///
/// **Topology.** The first command asks the seeds for the slot topology (`CLUSTER SHARDS`, or `CLUSTER SLOTS` on a
/// server older than Redis 7). A `MOVED` reply corrects the slot at once, and one command refreshes the whole topology
/// for all. `ASK` redirects one command to the server that a slot is moving to. Commands are retried for a moment after
/// `TRYAGAIN` and `CLUSTERDOWN`. When a server cannot be reached, other servers are asked for the new owner of its
/// slots: after a failover, commands find the new primary without a restart.
///
/// **Retries.** Only commands that were certainly not performed are sent again: after one of those four replies, or if
/// they were not sent because there was no connection. A command whose reply did not arrive fails, as with a single
/// server.
public final class RedisClusterClient: RedisReplicatedExecutor, Service {
    private let configuration: RedisClusterConfiguration
    private let servers: RedisNodePool
    private let refresher: RedisTopologyRefresher
    private let clock: SessionClock
    private let subscriptions = RedisListeners<RedisSubscription>()
    private let makeSubscription:
        @Sendable (
            @escaping RedisSubscriptionRole.Server, _ channel: String, SessionEndingObservers
        ) -> RedisSubscription

    /// Creates a client. It connects on its first command.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the cluster.
    ///   - eventLoopGroup: The event loops to use. They must not be shut down before the client. The default is the
    ///     shared group of the process.
    ///   - clock: The clock for backoff and retry delays. Deadlines use the event loops' own clock. The default is the
    ///     system clock.
    ///   - random: The source of the backoff's jitter. The default is the system's.
    ///   - logger: Logs failures of servers and moved slots.
    /// - Throws: ``RedisError`` with the code `configuration` when the configuration is invalid.
    public init(
        _ configuration: RedisClusterConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        clock: SessionClock = .system,
        random: SessionRandom = .system,
        logger: Logger
    ) throws(RedisError) {
        try configuration.check()
        let server = configuration.server
        let security = try server.makeSecurity(logger: logger)
        self.configuration = configuration
        self.clock = clock
        self.makeSubscription = { server, channel, observers in
            RedisSubscription(
                RedisSubscriptionRole(server, channel: channel, observers: observers),
                security: security, eventLoop: eventLoopGroup.any(), random: random, logger: logger)
        }
        self.servers = RedisNodePool(seeds: configuration.seeds) { address in
            RedisClient(
                server.at(address), security: security, eventLoopGroup: eventLoopGroup, clock: clock, random: random,
                logger: logger)
        }
        self.refresher = RedisTopologyRefresher(configuration, servers: self.servers, clock: clock, logger: logger)
    }

    public var enforcesDeadline: Bool { true }

    /// Sends a command to the server that owns its key, and waits for the reply.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
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

    /// A client for each primary that owns slots, according to a topology that is not older than the
    /// ``RedisClusterConfiguration/refreshDelay``.
    ///
    /// - Throws: ``RedisError``: ``RedisError/Code/clusterDown`` when a slot has no owner.
    public func primaries() async throws -> [any RedisCommandExecutor] {
        let deadline = NIODeadline.now() + TimeAmount(self.configuration.server.commandDeadline)
        await self.refresher.refresh(by: deadline)
        if let owners = try self.servers.owners() { return owners }
        throw self.refresher.failure
            ?? RedisError(.clusterDown, "There are slots that no server of the cluster has.", mayHaveRun: false)
    }

    /// The primaries in a stable order, and a value that identifies this distribution of the slots.
    func orderedPrimaries() async throws -> (servers: [any RedisCommandExecutor], map: UInt64) {
        let owners = try await self.primaries().compactMap { $0 as? RedisClient }
        let ordered = owners.sorted { "\($0.configuration.address)" < "\($1.configuration.address)" }
        return (ordered, try self.servers.fingerprint())
    }

    /// The number of the primary that owns the key's slot. 0 while none is known.
    public func failureDomain(of key: @autoclosure () -> RedisArgument) -> Int {
        self.servers.number(of: RedisHashSlot.of(key()))
    }

    private func execute(_ command: RedisCommand, _ companions: RedisCommandCompanions) async throws -> RedisReply {
        let slot = command.key.map { RedisHashSlot.of($0) }
        var budget = RedisRedirectBudget(
            self.configuration, deadline: .now() + TimeAmount(self.configuration.server.commandDeadline))
        var client = try await self.client(of: slot, by: budget.deadline)
        var companions = companions
        while true {
            do {
                return try await client.execute(command, companions, by: budget.deadline)
            } catch let error as RedisError where !error.mayHaveRun && budget.consume() {
                companions.isAsking = false
                let asked = client.configuration.address
                switch error.code {
                case .moved:
                    guard let slot, let redirection = RedisRedirection(error, by: asked), redirection.slot == slot
                    else {
                        throw error
                    }
                    client = try self.servers.move(slot, to: redirection.address)
                    await self.refresher.refresh(from: client, by: budget.deadline)
                case .ask:
                    guard let redirection = RedisRedirection(error, by: asked) else { throw error }
                    client = try self.servers.client(at: redirection.address)
                    companions.isAsking = true
                case .tryAgain, .clusterDown:
                    guard let delay = budget.nextDelay() else { throw error }
                    try await self.clock.sleep(for: delay)
                    if error.code == .clusterDown { await self.refresher.refresh(by: budget.deadline) }
                    client = try await self.client(of: slot, by: budget.deadline)
                case .notConnected, .loading, .readOnly, .primaryDown:
                    // Another server may have taken its place.
                    await self.refresher.refresh(without: client, by: budget.deadline)
                    guard let other = try self.servers.client(of: slot), other !== client else { throw error }
                    client = other
                default:
                    throw error
                }
            }
        }
    }

    /// The server that owns a slot. If no owner is known, any server, which replies with an error or a redirection.
    private func client(of slot: Int?, by deadline: NIODeadline) async throws -> RedisClient {
        if let client = try self.servers.client(of: slot) { return client }
        await self.refresher.refresh(by: deadline)
        if let client = try self.servers.client(of: slot) ?? self.servers.client(of: nil) { return client }
        throw self.refresher.failure ?? RedisError.noMap(self.configuration)
    }

    /// Waits until the application shuts down, and then closes the connections as ``shutdown()`` does.
    public func run() async throws {
        // It throws when the task is cancelled, which also means a shutdown.
        try? await gracefulShutdown()
        await self.shutdown()
    }

    /// Closes the connections of all servers, as ``RedisClient/shutdown()`` does.
    public func shutdown() async {
        await withTaskGroup(of: Void.self) { group in
            for client in self.servers.shutDown() { group.addTask { await client.shutdown() } }
        }
        await self.subscriptions.shutDown()
    }
}

extension RedisClusterClient: RedisSubscribingExecutor {
    func subscribe(to channel: String, reportingTo observers: SessionEndingObservers) -> RedisSubscription {
        let (servers, server) = (self.servers, self.configuration.server)
        let subscription = self.makeSubscription(
            { current in servers.subscriptionAddress(current).map { server.at($0) } }, channel, observers)
        self.subscriptions.add(subscription)
        return subscription
    }
}

extension RedisClusterClient: CustomStringConvertible, CustomReflectable {
    /// The seeds and the user. It never shows the password.
    public var description: String { "RedisClusterClient(\(self.configuration))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
