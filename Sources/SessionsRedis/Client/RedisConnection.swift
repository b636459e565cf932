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

/// A connection that is opened when a command needs it and reopened after a failure.
///
/// It lives on one event loop. It only reacts to commands, to the network, and to its timer, which is set for the
/// earliest deadline.
final class RedisConnection {
    private enum Stage {
        case idle
        case connecting(RedisConnectAttempt)
        case ready(RedisChannelHandler)
    }

    private let eventLoop: any EventLoop
    private let queue: RedisQueue
    private let configuration: RedisConfiguration
    private let security: NIOSSLContext?
    private let logger: Logger
    private var stage = Stage.idle
    private var backoff: ExponentialBackoff
    /// Whether the current connection has received a reply yet.
    private var hasReceivedReply = false
    /// Commands that wait for a connection.
    private var waiting = CircularBuffer<RedisRequest>()
    private var deadlineTimer: (timer: Scheduled<Void>, deadline: NIODeadline)?
    private var shutdown: (done: EventLoopPromise<Void>, timer: Scheduled<Void>)?

    init(
        _ configuration: RedisConfiguration,
        queue: RedisQueue,
        security: NIOSSLContext?,
        eventLoop: any EventLoop,
        random: SessionRandom,
        logger: Logger
    ) {
        self.configuration = configuration
        self.queue = queue
        self.security = security
        self.eventLoop = eventLoop
        self.backoff = ExponentialBackoff(configuration, random: random)
        self.logger = logger
    }

    private var address: RedisConfiguration.Address { self.configuration.address }

    /// Takes the commands from the queue.
    func drain() {
        let (requests, refusal) = self.queue.take()
        if let refusal { return self.fail(requests, refusal) }
        guard !requests.isEmpty else { return }
        switch self.stage {
        case .ready(let handler):
            self.send(requests, through: handler)
        case .connecting:
            self.waiting.append(contentsOf: requests)
        case .idle:
            self.waiting.append(contentsOf: requests)
            self.connect()
        }
        if let deadline = requests.lazy.map(\.callerDeadline).min() { self.armDeadline(for: deadline) }
    }

    private func send(_ requests: some Sequence<RedisRequest>, through handler: RedisChannelHandler) {
        let leftOut = handler.send(requests)
        if leftOut > 0 { self.queue.release(leftOut) }
    }

    private func fail(_ requests: some Collection<RedisRequest>, _ error: RedisError) {
        // Free the places before notifying the callers, which may use them.
        self.queue.release(requests.count)
        for request in requests { request.finish(.failure(error)) }
    }

    private func failWaiting(_ error: RedisError) {
        let requests = self.waiting
        self.waiting.removeAll()
        self.fail(requests, error)
    }

    // MARK: Connecting

    private func connect() {
        let attempt = RedisConnectAttempt(self.configuration, security: self.security, on: self.eventLoop)
        self.stage = .connecting(attempt)
        attempt.begin(for: self)
    }

    /// The server could not be reached, did not answer in time, or rejected the login.
    func attemptFailed(_ attempt: RedisConnectAttempt, _ error: RedisError) {
        guard case .connecting(let current) = self.stage, current === attempt else { return }
        self.stage = .idle
        self.backOff(after: error)
        self.failWaiting(.notConnected(self.address, error))
        self.continueShutdown()
    }

    /// The handshake is done, and the server accepts commands.
    func attemptSucceeded(_ attempt: RedisConnectAttempt, _ handler: RedisChannelHandler) {
        guard case .connecting(let current) = self.stage, current === attempt else {
            return handler.end(.shutDown(self.address))
        }
        self.stage = .ready(handler)
        self.hasReceivedReply = false
        self.queue.open()
        self.logger.debug("Connected to Redis", metadata: ["redis.server": "\(self.address)"])
        let requests = self.waiting
        self.waiting.removeAll()
        self.send(requests, through: handler)
        self.continueShutdown()
    }

    /// Starts the backoff, during which commands fail at once.
    private func backOff(after error: RedisError) {
        let isFirst = !self.backoff.hasFailed
        let pause = self.backoff.next()
        self.queue.fail(for: pause, .notConnected(self.address, error))
        self.logger.log(
            level: isFirst ? .warning : .debug,
            "Redis failed, and is tried again after a pause",
            metadata: ["redis.server": "\(self.address)", "error": "\(error)", "pause": "\(pause)"]
        )
    }

    // MARK: What a ready connection says

    /// A command was answered.
    func channelAnswered(requestCount: Int) {
        self.queue.release(requestCount)
        if self.hasReceivedReply { return }
        self.hasReceivedReply = true
        if self.backoff.hasFailed {
            self.logger.notice("Reconnected to Redis", metadata: ["redis.server": "\(self.address)"])
        }
        self.backoff.reset()
    }

    /// All commands were answered.
    func channelIsIdle() {
        self.continueShutdown()
    }

    /// The connection was closed, and `failedCount` commands failed with it.
    func channelEnded(_ handler: RedisChannelHandler, _ reason: RedisError, failedCount: Int) {
        self.queue.release(failedCount)
        guard case .ready(let current) = self.stage, current === handler else { return }
        self.stage = .idle
        // A server that closes an idle connection or restarts is tried again at once.
        if [.deadlineExceeded, .protocolViolation, .readOnly].contains(reason.code)
            || !self.hasReceivedReply && failedCount > 0
        {
            self.backOff(after: reason)
        }
        self.continueShutdown()
    }

    // MARK: Deadlines

    private func armDeadline(for deadline: NIODeadline) {
        if let deadlineTimer {
            guard deadline < deadlineTimer.deadline else { return }
            deadlineTimer.timer.cancel()
        }
        let timer = self.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.deadlineTimer = nil
            self.failOverdue()
            var next = self.waiting.lazy.map(\.callerDeadline).min()
            if case .ready(let handler) = self.stage { next = handler.earliestDeadline }
            if let next { self.armDeadline(for: next) }
        }
        self.deadlineTimer = (timer, deadline)
    }

    private func failOverdue() {
        let now = NIODeadline.now()
        let deadline = self.configuration.commandDeadline
        let overdue = self.waiting.filter { $0.callerDeadline <= now }
        if !overdue.isEmpty {
            self.waiting.removeAll { $0.callerDeadline <= now }
            self.fail(overdue, .noReply(self.address, within: deadline, mayHaveRun: false))
        }
        if case .ready(let handler) = self.stage { handler.failTimedOut(now: now, deadline: deadline) }
    }

    // MARK: Shutting down

    /// Waits for pending commands and closes the connection. The queue accepts no more commands at this point.
    func shutDown(within limit: Duration) -> EventLoopFuture<Void> {
        if let shutdown { return shutdown.done.futureResult }
        self.drain()
        let done = self.eventLoop.makePromise(of: Void.self)
        let timer = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { self.giveUp() }
        self.shutdown = (done, timer)
        self.continueShutdown()
        return done.futureResult
    }

    private func continueShutdown() {
        guard let shutdown, self.waiting.isEmpty else { return }
        switch self.stage {
        case .connecting:
            self.giveUp()
        case .ready(let handler):
            if handler.oldest == nil { handler.end(.shutDown(self.address)) }
        case .idle:
            shutdown.timer.cancel()
            self.deadlineTimer?.timer.cancel()
            shutdown.done.succeed()
        }
    }

    /// Closes the connection in any state.
    private func giveUp() {
        self.failWaiting(.shutDown(self.address))
        switch self.stage {
        case .connecting(let attempt): attempt.fail(.shutDown(self.address))
        case .ready(let handler): handler.end(.shutDown(self.address))
        case .idle: break
        }
    }
}
#endif
