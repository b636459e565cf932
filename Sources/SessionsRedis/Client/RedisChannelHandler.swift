//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

/// Encodes the commands and decodes the replies of one connection. Each reply belongs to the oldest command without
/// one.
///
/// Any unexpected input closes the connection and fails all commands in flight: malformed bytes, an unsolicited reply,
/// a push. So no command ever receives another one's reply.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        /// Nothing has been sent.
        case new
        case handshake(RedisHandshake, RedisConnectAttempt)
        case ready(RedisConnection)
        case ended
    }

    /// A pending reply.
    private struct PendingReply {
        /// The command of a request to which the reply belongs.
        enum Part { case asking, command, followUp }

        let request: RedisRequest
        let part: Part

        /// Whether the request is done after this reply.
        var isLast: Bool { self.part == .followUp || (self.part == .command && self.request.companions.wait == nil) }
    }

    private let address: RedisConfiguration.Address
    private var stage = Stage.new
    private var context: ChannelHandlerContext?
    private var parser: RESPParser
    private var received = ByteBuffer()
    private var output = ByteBuffer()
    private var inFlight = CircularBuffer<PendingReply>()
    /// The reply to a command, while the reply to its follow-up is pending.
    private var bufferedReply: RedisReply?

    init(_ configuration: RedisConfiguration) {
        self.address = configuration.address
        self.parser = RESPParser(limits: RESPLimits(byteCount: configuration.maximumReplySize))
    }

    var oldest: RedisRequest? { self.inFlight.first?.request }

    /// The earliest deadline of the commands in flight. The oldest counts even if its caller has given up, because it
    /// blocks the replies of the others.
    var earliestDeadline: NIODeadline? {
        guard let oldest else { return nil }
        return self.inFlight.reduce(oldest.deadline) { earliest, pending in
            pending.request.isFinished ? earliest : min(earliest, pending.request.callerDeadline)
        }
    }

    /// Starts the handshake. The attempt is notified of its result.
    func begin(_ handshake: RedisHandshake, for attempt: RedisConnectAttempt) {
        guard case .new = self.stage else { return attempt.fail(.closedByServer(self.address)) }
        var handshake = handshake
        let step = handshake.begin()
        self.take(step, of: handshake, for: attempt)
    }

    /// Sends commands in one write.
    ///
    /// - Returns: How many were left out because their callers had given up.
    func send(_ requests: some Sequence<RedisRequest>) -> Int {
        self.output.clear()
        var leftOut = 0
        for request in requests {
            if request.isFinished {
                leftOut += 1
                continue
            }
            if request.companions.isAsking {
                self.output.writeCommand(RedisCommandCompanions.asking)
                self.inFlight.append(PendingReply(request: request, part: .asking))
            }
            self.output.writeCommand(request.command)
            self.inFlight.append(PendingReply(request: request, part: .command))
            if let followUp = request.companions.followUp {
                self.output.writeCommand(followUp)
                self.inFlight.append(PendingReply(request: request, part: .followUp))
            }
        }
        self.flush()
        return leftOut
    }

    private func flush() {
        guard self.output.readableBytes > 0 else { return }
        self.context?.writeAndFlush(self.wrapOutboundOut(self.output), promise: nil)
        // A buffer that grew for one large command is not kept.
        if self.output.capacity > 65_536 { self.output = ByteBuffer() }
    }

    /// Fails the commands that have waited too long, and closes the connection if the oldest is one of them: its late
    /// reply would be taken for another command's. A command that had less time than the command deadline, because its
    /// caller gave up earlier or it was sent to another server first, keeps its place in the order.
    func failTimedOut(now: NIODeadline, deadline: Duration) {
        let error = RedisError.noReply(self.address, within: deadline, mayHaveRun: true)
        guard self.inFlight.first.map({ $0.request.deadline <= now }) ?? false else {
            for pending in self.inFlight where pending.request.callerDeadline <= now {
                pending.request.finish(.failure(error))
            }
            return
        }
        self.end(error, overdueAt: now)
    }

    /// Closes the connection for a reason, and fails the commands in flight.
    ///
    /// - Parameter now: Commands whose deadline has passed at this time fail with the reason itself. The default is
    ///   none: all fail because the connection is closed.
    func end(_ reason: RedisError, overdueAt now: NIODeadline? = nil) {
        if case .ended = self.stage { return }
        let stage = self.stage
        let failed = self.inFlight
        self.stage = .ended
        self.inFlight.removeAll()
        self.received = ByteBuffer()
        self.context?.close(promise: nil)
        // First notify the connection, which decides about the next command, then the callers, which may send one.
        switch stage {
        case .handshake(_, let attempt): attempt.fail(reason)
        case .ready(let connection): connection.channelEnded(self, reason, failedCount: failed.count { $0.isLast })
        case .new, .ended: break
        }
        let error: RedisError =
            reason.code == .shutDown ? .shutDown(self.address, mayHaveRun: true) : .closed(self.address, reason)
        for pending in failed {
            let isOverdue = now.map { pending.request.callerDeadline <= $0 } ?? false
            pending.request.finish(.failure(isOverdue ? reason : error))
        }
    }

    private func take(_ reply: RedisReply) {
        switch self.stage {
        case .new, .ended: break
        case .handshake(var handshake, let attempt):
            guard self.received.readableBytes == 0 else {
                return self.end(.violation(self.address, RESPViolation("unexpected data after the reply")))
            }
            let step = handshake.take(reply)
            self.take(step, of: handshake, for: attempt)
        case .ready(let connection):
            if case .push = reply {
                return self.end(.violation(self.address, RESPViolation("unexpected push")))
            }
            guard let pending = self.inFlight.popFirst() else {
                return self.end(.violation(self.address, RESPViolation("unexpected reply")))
            }
            connection.channelAnswered(requestCount: pending.isLast ? 1 : 0)
            self.give(reply, to: pending)
        }
    }

    private func give(_ reply: RedisReply, to pending: PendingReply) {
        switch (pending.part, reply) {
        case (.asking, _):
            // A problem will show in the reply to the command.
            break
        case (.command, .error(let error)):
            self.bufferedReply = nil
            // After a failover, the old primary stays a replica, and the server's name leads to the new one. The
            // connection ends before the caller can try again.
            if error.code == .readOnly { self.end(error) }
            pending.request.finish(.failure(error))
        case (.command, _) where pending.isLast:
            pending.request.finish(.success(reply))
        case (.command, _):
            self.bufferedReply = reply
        case (.followUp, .error(let error)):
            // The command itself was performed.
            pending.request.finish(.failure(RedisError(error.code, error.message, mayHaveRun: true)))
        case (.followUp, _):
            pending.request.finish(.success(.array([self.bufferedReply ?? .null, reply])))
        }
    }

    private func take(_ step: RedisHandshake.Step, of handshake: RedisHandshake, for attempt: RedisConnectAttempt) {
        self.stage = .handshake(handshake, attempt)
        switch step {
        case .send(let command):
            self.output.clear()
            self.output.writeCommand(command)
            self.flush()
        case .ready:
            guard let connection = attempt.succeed() else { return self.end(.shutDown(self.address)) }
            self.stage = .ready(connection)
            connection.attemptSucceeded(attempt, self)
        case .failed(let error):
            self.end(error)
        }
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ended = self.stage { return }
        var bytes = self.unwrapInboundIn(data)
        if self.received.readableBytes == 0 {
            self.received = bytes
        } else {
            self.received.discardReadBytes()
            self.received.writeBuffer(&bytes)
        }
        do {
            while let reply = try self.parser.next(in: &self.received) {
                self.take(reply)
                if case .ended = self.stage { return }
            }
        } catch {
            return self.end(.violation(self.address, error))
        }
        if case .new = self.stage, self.received.readableBytes > 0 {
            self.end(.violation(self.address, RESPViolation("the server speaks first")))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .ready(let connection) = self.stage, self.inFlight.isEmpty { connection.channelIsIdle() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(.closedByServer(self.address))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(.connection(self.address, error))
    }
}
#endif
