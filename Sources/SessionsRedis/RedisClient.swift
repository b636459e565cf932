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

/// A client of one Redis or Valkey server. ``RedisClusterClient`` is one of a cluster, ``RedisSentinelClient`` one of
/// servers that Sentinel watches.
///
/// ```swift
/// let redis = try RedisClient(RedisConfiguration(url: "redis://localhost"), logger: logger)
/// let application = Application(router: router, services: [redis])
/// ```
///
/// **Where its work runs.** There is one connection on each event loop of a group. A command goes over that of the
/// caller's event loop, or over each in turn when the caller is on none. It is written together with all others that
/// come before the event loop gets to it, and waits for no other's reply. There are no tasks and no threads of the
/// client's own: connecting, reading, and the timers of deadlines are the event loops' work.
///
/// Because a connection is everybody's, commands that change it or keep it busy do not belong here: `SELECT`, `MULTI`,
/// `SUBSCRIBE`, `MONITOR`, `BLPOP` and their like.
///
/// **When the server fails.** A connection is made when a command needs it, and made again after it was lost. After a
/// failure to connect, to answer in time, or to speak the protocol, commands fail at once, without waiting for
/// anything, until a pause has passed that grows with each failure in a row; then one command tries, and the others go
/// on failing until it has a connection. Nothing is ever sent twice: ``RedisError/mayHaveRun`` says whether a failed
/// command may be sent again without a doubt.
///
/// **How it is closed.** As a service it closes when the application shuts down; put it before whatever uses it,
/// because services end in reverse order. Without services, call ``shutdown()``. A client that nobody has any more
/// closes its connections by itself.
public final class RedisClient: RedisReplicatedExecutor, Service {
    /// One connection and the way to it.
    private struct Line: Sendable {
        let eventLoop: any EventLoop
        let queue: RedisQueue
        let connection: NIOLoopBoundBox<RedisConnection>
    }

    let configuration: RedisConfiguration
    private let lines: [Line]
    private let lineByEventLoop: [ObjectIdentifier: Int]
    private let turn = Atomic<UInt>(0)
    /// Has connections of its own for what the server waits after: everything behind it would wait as well.
    private let waiting: LazyRedisClient

    /// Creates a client. It connects when it gets its first command.
    ///
    /// - Parameters:
    ///   - configuration: Where the server is.
    ///   - eventLoopGroup: Where the work runs. It must not be shut down before the client. The default is the group
    ///     that all of the process shares.
    ///   - clock: By which the pauses after failures are measured. Deadlines are the event loops' own. The default is
    ///     the system's.
    ///   - random: What makes the pauses of many servers differ. The default is the system's.
    ///   - logger: Where to say that the server failed, and is there again.
    /// - Throws: ``RedisError`` with the code `configuration`, when the configuration cannot be.
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

    /// Creates a client of a configuration that was checked, with what TLS needs for it.
    init(
        _ configuration: RedisConfiguration,
        security: NIOSSLContext?,
        eventLoopGroup: any EventLoopGroup,
        clock: SessionClock,
        random: SessionRandom,
        logger: Logger
    ) {
        var lines: [Line] = []
        var lineByEventLoop: [ObjectIdentifier: Int] = [:]
        for eventLoop in eventLoopGroup.makeIterator() where lines.count < configuration.connectionCount ?? .max {
            let queue = RedisQueue(configuration, clock: clock)
            let connection = RedisConnection(
                configuration,
                queue: queue,
                security: security,
                eventLoop: eventLoop,
                random: random,
                logger: logger
            )
            lineByEventLoop[ObjectIdentifier(eventLoop)] = lines.count
            lines.append(
                Line(
                    eventLoop: eventLoop,
                    queue: queue,
                    connection: .makeBoxSendingValue(connection, eventLoop: eventLoop)
                )
            )
        }
        self.configuration = configuration
        self.lines = lines
        self.lineByEventLoop = lineByEventLoop
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
        for line in self.lines where line.queue.shutDown() {
            line.eventLoop.execute { _ = line.connection.value.shutDown(within: limit) }
        }
    }

    public var enforcesDeadline: Bool { true }

    /// Sends a command and waits for its reply.
    ///
    /// When the task is cancelled the call returns. A command that was sent by then may have been done.
    ///
    /// - Throws: ``RedisError``; `CancellationError` when the task is cancelled.
    public func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await self.execute(command, by: self.commandDeadline)
    }

    /// Sends a command and what belongs to it, and waits for the replies until then at most.
    func execute(
        _ command: RedisCommand,
        _ company: RedisCommandCompanions = RedisCommandCompanions(),
        by deadline: NIODeadline
    ) async throws -> RedisReply {
        guard company.wait != nil else { return try await self.run(command, company, deadline) }
        guard let client = self.waiting.client else { throw RedisError.shutDown(self.configuration.address) }
        return try await client.run(command, company, deadline)
    }

    /// When a command that comes now has waited too long.
    var commandDeadline: NIODeadline { .now() + TimeAmount(self.configuration.commandDeadline) }

    private func run(_ command: RedisCommand, _ company: RedisCommandCompanions, _ deadline: NIODeadline) async throws
        -> RedisReply
    {
        let request = RedisRequest(command, company, deadline: deadline)
        // A command that nobody waits for is not sent.
        if Task.isCancelled { request.finish(.failure(CancellationError())) }
        let line = self.line()
        if try line.queue.add(request) {
            line.eventLoop.execute { line.connection.value.drain() }
        }
        return try await request.reply()
    }

    /// The caller's own, or the next one.
    private func line() -> Line {
        if let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop,
            let index = self.lineByEventLoop[ObjectIdentifier(eventLoop)]
        {
            return self.lines[index]
        }
        let turn = self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return self.lines[Int(turn % UInt(self.lines.count))]
    }

    /// Waits until the application shuts down, and closes the connections as ``shutdown()`` does.
    public func run() async throws {
        // It throws when the task is cancelled instead, and then it is time as well.
        try? await gracefulShutdown()
        await self.shutdown()
    }

    /// Closes the connections, once the commands that were given before have their replies, or after the
    /// ``RedisConfiguration/shutdownDeadline``.
    ///
    /// Commands that come from now on fail with ``RedisError/Code/shutDown``.
    public func shutdown() async {
        let limit = self.configuration.shutdownDeadline
        for shutdown in self.lines.map({ Self.shutDown($0, within: limit) }) {
            // It cannot fail, unless the event loops are gone, and then the connections are as well.
            try? await shutdown.get()
        }
        await self.waiting.shutDown()
    }

    private static func shutDown(_ line: Line, within limit: Duration) -> EventLoopFuture<Void> {
        _ = line.queue.shutDown()
        return line.eventLoop.flatSubmit { line.connection.value.shutDown(within: limit) }
    }
}

extension RedisClient: CustomStringConvertible, CustomReflectable {
    /// The address, user and database, and never the password.
    public var description: String { "RedisClient(\(self.configuration))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
