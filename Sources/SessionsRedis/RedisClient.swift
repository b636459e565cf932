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
import NIOSSL
public import ServiceLifecycle
public import Sessions
import Synchronization

/// A client of one Redis or Valkey server. Use ``RedisClusterClient`` for a cluster, and ``RedisSentinelClient`` for
/// servers that Sentinel monitors.
///
/// ```swift
/// let redis = try RedisClient(RedisConfiguration(url: "redis://localhost"), logger: logger)
/// let application = Application(router: router, services: [redis])
/// ```
///
/// **Event loops.** There is one connection on each event loop of a group. A command uses the connection of the
/// caller's event loop, or each connection in turn if the caller is on none. Commands that arrive before the event loop
/// gets to them are written together, and no command waits for another one's reply. The client has no tasks or threads
/// of its own: connecting, reading, and deadline timers run on the event loops.
///
/// All callers share a connection, so do not send commands that change or block it: `SELECT`, `MULTI`, `SUBSCRIBE`,
/// `MONITOR`, `BLPOP` and the like.
///
/// **Failures.** A connection is made when a command needs it, and made again after it was lost. After a failure to
/// connect, to answer in time, or to follow the protocol, commands fail at once until a backoff ends that grows with
/// each consecutive failure. Then one command tries, and the others keep failing until it has a connection. No command
/// is ever sent twice: ``RedisError/mayHaveRun`` says whether a failed command can safely be sent again.
///
/// **Shutdown.** As a service it closes when the application shuts down. Put it before the services that use it,
/// because services end in reverse order. Without services, call ``shutdown()``. A client without references closes its
/// connections by itself.
public final class RedisClient: RedisReplicatedExecutor, Service {
    /// One connection and its queue.
    private struct ConnectionSlot: Sendable {
        let eventLoop: any EventLoop
        let queue: RedisQueue
        let connection: NIOLoopBoundBox<RedisConnection>
    }

    let configuration: RedisConfiguration
    private let slots: [ConnectionSlot]
    private let slotByEventLoop: [ObjectIdentifier: Int]
    private let nextIndex = Atomic<UInt>(0)
    /// A client with separate connections for commands that make the server wait, because the commands behind them
    /// would wait as well.
    private let waiting: LazyRedisClient
    /// The connections of near caches.
    private let trackings = RedisListeners<RedisTracking>()
    private let subscriptions = RedisListeners<RedisSubscription>()
    private let makeSubscription: @Sendable (_ channel: String, SessionEndingObservers) -> RedisSubscription
    private let makeTracking:
        @Sendable (_ keys: RedisSessionKeys, _ lease: Duration, _ cache: RedisRecordCache) -> RedisTracking

    /// Creates a client. It connects on its first command.
    ///
    /// - Parameters:
    ///   - configuration: The configuration of the server.
    ///   - eventLoopGroup: The event loops to use. They must not be shut down before the client. The default is the
    ///     shared group of the process.
    ///   - clock: The clock for the backoff after failures. Deadlines use the event loops' own clock. The default is
    ///     the system clock.
    ///   - random: The source of the backoff's jitter. The default is the system's.
    ///   - logger: Logs failures of the server and reconnections.
    /// - Throws: ``RedisError`` with the code `configuration` when the configuration is invalid.
    public convenience init(
        _ configuration: RedisConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        clock: SessionClock = .system,
        random: SessionRandom = .system,
        logger: Logger
    ) throws(RedisError) {
        try configuration.check()
        self.init(
            configuration,
            security: try configuration.makeSecurity(logger: logger),
            eventLoopGroup: eventLoopGroup,
            clock: clock,
            random: random,
            logger: logger
        )
    }

    /// Creates a client from a valid configuration and its TLS context.
    init(
        _ configuration: RedisConfiguration,
        security: NIOSSLContext?,
        eventLoopGroup: any EventLoopGroup,
        clock: SessionClock,
        random: SessionRandom,
        logger: Logger
    ) {
        var slots: [ConnectionSlot] = []
        var slotByEventLoop: [ObjectIdentifier: Int] = [:]
        for eventLoop in eventLoopGroup.makeIterator() where slots.count < configuration.connectionCount ?? .max {
            let queue = RedisQueue(configuration, clock: clock)
            let connection = RedisConnection(
                configuration,
                queue: queue,
                security: security,
                eventLoop: eventLoop,
                random: random,
                logger: logger
            )
            slotByEventLoop[ObjectIdentifier(eventLoop)] = slots.count
            slots.append(
                ConnectionSlot(
                    eventLoop: eventLoop,
                    queue: queue,
                    connection: .makeBoxSendingValue(connection, eventLoop: eventLoop)
                )
            )
        }
        self.configuration = configuration
        self.makeTracking = { keys, lease, cache in
            RedisTracking(
                configuration, security: security, keys: keys, lease: lease, cache: cache,
                eventLoop: eventLoopGroup.any(), random: random, logger: logger)
        }
        self.makeSubscription = { channel, observers in
            RedisSubscription(
                RedisSubscriptionRole({ _ in configuration }, channel: channel, observers: observers),
                security: security, eventLoop: eventLoopGroup.any(), random: random, logger: logger)
        }
        self.slots = slots
        self.slotByEventLoop = slotByEventLoop
        self.waiting = LazyRedisClient {
            RedisClient(
                configuration,
                security: security,
                eventLoopGroup: eventLoopGroup,
                clock: clock,
                random: random,
                logger: logger
            )
        }
    }

    deinit {
        let limit = self.configuration.shutdownDeadline
        for slot in self.slots where slot.queue.shutDown() {
            slot.eventLoop.execute { _ = slot.connection.value.shutDown(within: limit) }
        }
    }

    public var enforcesDeadline: Bool { true }

    /// Sends a command and waits for its reply.
    ///
    /// When the task is cancelled, the call returns. A command that was already sent may have been performed.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
    public func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await self.execute(command, by: self.commandDeadline)
    }

    /// Sends a command with its companions, and waits for the replies until a deadline.
    func execute(
        _ command: RedisCommand,
        _ companions: RedisCommandCompanions = RedisCommandCompanions(),
        by deadline: NIODeadline
    ) async throws -> RedisReply {
        guard companions.wait != nil else { return try await self.run(command, companions, deadline) }
        guard let client = self.waiting.client else { throw RedisError.shutDown(self.configuration.address) }
        return try await client.run(command, companions, deadline)
    }

    /// The deadline of a command that is sent now.
    var commandDeadline: NIODeadline { .now() + TimeAmount(self.configuration.commandDeadline) }

    private func run(_ command: RedisCommand, _ companions: RedisCommandCompanions, _ deadline: NIODeadline)
        async throws
        -> RedisReply
    {
        let request = RedisRequest(command, companions, deadline: deadline)
        // A cancelled command is not sent.
        if Task.isCancelled { request.finish(.failure(CancellationError())) }
        let slot = self.slot()
        if try slot.queue.add(request) {
            slot.eventLoop.execute { slot.connection.value.drain() }
        }
        return try await request.reply()
    }

    /// The connection of the caller's event loop, or the next one.
    private func slot() -> ConnectionSlot {
        if let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop,
            let index = self.slotByEventLoop[ObjectIdentifier(eventLoop)]
        {
            return self.slots[index]
        }
        let nextIndex = self.nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
        return self.slots[Int(nextIndex % UInt(self.slots.count))]
    }

    /// Waits until the application shuts down, and then closes the connections as ``shutdown()`` does.
    public func run() async throws {
        // It throws when the task is cancelled, which also means a shutdown.
        try? await gracefulShutdown()
        await self.shutdown()
    }

    /// Closes the connections after earlier commands have their replies, or after the
    /// ``RedisConfiguration/shutdownDeadline``.
    ///
    /// Later commands fail with ``RedisError/Code/shutDown``.
    public func shutdown() async {
        let limit = self.configuration.shutdownDeadline
        for shutdown in self.slots.map({ Self.shutDown($0, within: limit) }) {
            // It fails only if the event loops are gone, and then the connections are gone as well.
            try? await shutdown.get()
        }
        await self.waiting.shutDown()
        await self.trackings.shutDown()
        await self.subscriptions.shutDown()
    }

    private static func shutDown(_ slot: ConnectionSlot, within limit: Duration) -> EventLoopFuture<Void> {
        _ = slot.queue.shutDown()
        return slot.eventLoop.flatSubmit { slot.connection.value.shutDown(within: limit) }
    }
}

extension RedisClient: RedisTrackingExecutor {
    var speaksRESP3: Bool { self.configuration.protocolVersion.triesRESP3 }

    func track(_ keys: RedisSessionKeys, lease: Duration, in cache: RedisRecordCache) -> RedisTracking {
        let tracking = self.makeTracking(keys, lease, cache)
        self.trackings.add(tracking)
        return tracking
    }
}

extension RedisClient: RedisSubscribingExecutor {
    func subscribe(to channel: String, reportingTo observers: SessionEndingObservers) -> RedisSubscription {
        let subscription = self.makeSubscription(channel, observers)
        self.subscriptions.add(subscription)
        return subscription
    }
}

extension RedisClient: CustomStringConvertible, CustomReflectable {
    /// The address, user and database. It never shows the password.
    public var description: String { "RedisClient(\(self.configuration))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
