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
/// A command goes to the primary that has the slot of its ``RedisCommand/key``; one without a key goes to any, each in
/// turn. There is a ``RedisClient`` for each server that was ever needed, and all that is said there of connections,
/// deadlines and failures holds here.
///
/// **How it knows where things are.** The first command asks the seeds for the map of the slots (`CLUSTER SHARDS`, or
/// `CLUSTER SLOTS` of a server from before Redis 7). A server that answers `MOVED` corrects the map for that slot at
/// once, and the whole map is asked for again, by one command for all. `ASK` sends one command to where a slot is
/// moving to. `TRYAGAIN` and `CLUSTERDOWN` are tried again for a moment. When a server cannot be reached, others are
/// asked who has its slots now: after a failover commands find the new primary, and nobody has to start anything anew.
///
/// **What is sent twice.** Only what a server said it did not do: those four answers, and commands that never left
/// because there was no connection. A command whose reply did not come fails, as with a single server.
public final class RedisClusterClient: RedisReplicatedExecutor, Service {
    private let configuration: RedisClusterConfiguration
    private let servers: RedisNodePool
    private let map: RedisTopologyRefresher
    private let clock: SessionClock

    /// Creates a client. It connects when it gets its first command.
    ///
    /// - Parameters:
    ///   - configuration: Where the cluster is.
    ///   - eventLoopGroup: Where the work runs. It must not be shut down before the client. The default is the group
    ///     that all of the process shares.
    ///   - clock: By which pauses are measured and waited for. Deadlines are the event loops' own. The default is the
    ///     system's.
    ///   - random: What makes the pauses of many servers differ. The default is the system's.
    ///   - logger: Where to say that servers failed, and that slots are elsewhere.
    /// - Throws: ``RedisError`` with the code `configuration`, when the configuration cannot be.
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
        self.servers = RedisNodePool(seeds: configuration.seeds) { address in
            RedisClient(
                server.at(address), security: security, eventLoopGroup: eventLoopGroup, clock: clock, random: random,
                logger: logger)
        }
        self.map = RedisTopologyRefresher(configuration, servers: self.servers, clock: clock, logger: logger)
    }

    public var enforcesDeadline: Bool { true }

    /// Sends a command to the server that has its key, and waits for the reply.
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

    /// A client for each primary that has slots, by a map that is not older than the
    /// ``RedisClusterConfiguration/refreshDelay``.
    ///
    /// - Throws: ``RedisError``: ``RedisError/Code/clusterDown`` when there are slots that nobody has.
    public func primaries() async throws -> [any RedisCommandExecutor] {
        let deadline = NIODeadline.now() + TimeAmount(self.configuration.server.commandDeadline)
        await self.map.refresh(by: deadline)
        if let owners = try self.servers.owners() { return owners }
        throw self.map.failure
            ?? RedisError(.clusterDown, "There are slots that no server of the cluster has.", mayHaveRun: false)
    }

    /// The primaries in the order of their addresses, and what tells this distribution of the slots from others.
    func orderedPrimaries() async throws -> (servers: [any RedisCommandExecutor], map: UInt64) {
        let owners = try await self.primaries().compactMap { $0 as? RedisClient }
        let ordered = owners.sorted { "\($0.configuration.address)" < "\($1.configuration.address)" }
        return (ordered, try self.servers.fingerprint())
    }

    /// The number of the primary that has the key's slot; 0 as long as none is known.
    public func failureDomain(of key: @autoclosure () -> RedisArgument) -> Int {
        self.servers.number(of: RedisHashSlot.of(key()))
    }

    private func execute(_ command: RedisCommand, _ company: RedisCommandCompanions) async throws -> RedisReply {
        let slot = command.key.map { RedisHashSlot.of($0) }
        var way = RedisRedirectBudget(
            self.configuration, deadline: .now() + TimeAmount(self.configuration.server.commandDeadline))
        var client = try await self.client(of: slot, by: way.deadline)
        var company = company
        while true {
            do {
                return try await client.execute(command, company, by: way.deadline)
            } catch let error as RedisError where !error.mayHaveRun && way.goesOn() {
                company.isAsking = false
                let asked = client.configuration.address
                switch error.code {
                case .moved:
                    guard let slot, let redirection = RedisRedirection(error, by: asked), redirection.slot == slot
                    else {
                        throw error
                    }
                    client = try self.servers.move(slot, to: redirection.address)
                    await self.map.refresh(from: client, by: way.deadline)
                case .ask:
                    guard let redirection = RedisRedirection(error, by: asked) else { throw error }
                    client = try self.servers.client(at: redirection.address)
                    company.isAsking = true
                case .tryAgain, .clusterDown:
                    guard let pause = way.pause() else { throw error }
                    try await self.clock.sleep(for: pause)
                    if error.code == .clusterDown { await self.map.refresh(by: way.deadline) }
                    client = try await self.client(of: slot, by: way.deadline)
                case .notConnected, .loading, .readOnly, .primaryDown:
                    // Somebody else may have taken its place.
                    await self.map.refresh(without: client, by: way.deadline)
                    guard let other = try self.servers.client(of: slot), other !== client else { throw error }
                    client = other
                default:
                    throw error
                }
            }
        }
    }

    /// The server that has a slot. One that nobody has is somebody's to say so.
    private func client(of slot: Int?, by deadline: NIODeadline) async throws -> RedisClient {
        if let client = try self.servers.client(of: slot) { return client }
        await self.map.refresh(by: deadline)
        if let client = try self.servers.client(of: slot) ?? self.servers.client(of: nil) { return client }
        throw self.map.failure ?? RedisError.noMap(self.configuration)
    }

    /// Waits until the application shuts down, and closes the connections as ``shutdown()`` does.
    public func run() async throws {
        // It throws when the task is cancelled instead, and then it is time as well.
        try? await gracefulShutdown()
        await self.shutdown()
    }

    /// Closes the connections, as ``RedisClient/shutdown()`` does it for each server.
    public func shutdown() async {
        await withTaskGroup(of: Void.self) { group in
            for client in self.servers.shutDown() { group.addTask { await client.shutdown() } }
        }
    }
}

extension RedisClusterClient: CustomStringConvertible, CustomReflectable {
    /// The seeds and the user, and never the password.
    public var description: String { "RedisClusterClient(\(self.configuration))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
