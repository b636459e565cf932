//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

/// The bytes of one connection: commands out, replies in, each reply to the oldest command without one.
///
/// Whatever does not fit closes the connection and fails all that is in flight: bytes that are no reply, a reply that
/// nobody asked for, a push. So no command is ever given what belongs to another.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        /// Nothing was said.
        case new
        case handshake(RedisHandshake, RedisConnectAttempt)
        case ready(RedisConnection)
        case ended
    }

    /// A reply that is still to come.
    private struct Awaited {
        /// Which of the commands of a request it is the reply to.
        enum Part { case asking, command, followUp }

        let request: RedisRequest
        let part: Part

        /// Whether the request is over with it.
        var isLast: Bool { self.part == .followUp || (self.part == .command && self.request.company.wait == nil) }
    }

    private let address: RedisConfiguration.Address
    private var stage = Stage.new
    private var context: ChannelHandlerContext?
    private var parser: RESPParser
    private var received = ByteBuffer()
    private var output = ByteBuffer()
    private var inFlight = CircularBuffer<Awaited>()
    /// The reply to a command that another one follows.
    private var held: RedisReply?

    init(_ configuration: RedisConfiguration) {
        self.address = configuration.address
        self.parser = RESPParser(limits: RESPLimits(byteCount: configuration.maximumReplySize))
    }

    var oldest: RedisRequest? { self.inFlight.first?.request }

    /// When one of those in flight has waited too long. The oldest counts even if nobody waits for it any more: it
    /// keeps the others from their replies.
    var earliestDeadline: NIODeadline? {
        guard let oldest else { return nil }
        return self.inFlight.reduce(oldest.deadline) { earliest, awaited in
            awaited.request.isFinished ? earliest : min(earliest, awaited.request.patience)
        }
    }

    /// Says who we are. The attempt hears of the end of it.
    func begin(_ handshake: RedisHandshake, for attempt: RedisConnectAttempt) {
        guard case .new = self.stage else { return attempt.fail(.closedByServer(self.address)) }
        var handshake = handshake
        let step = handshake.begin()
        self.take(step, of: handshake, for: attempt)
    }

    /// Sends commands, all in one write.
    ///
    /// - Returns: How many nobody waits for any more and were left out.
    func send(_ requests: some Sequence<RedisRequest>) -> Int {
        self.output.clear()
        var leftOut = 0
        for request in requests {
            if request.isFinished {
                leftOut += 1
                continue
            }
            if request.company.isAsking {
                self.output.writeCommand(RedisCommandCompanions.asking)
                self.inFlight.append(Awaited(request: request, part: .asking))
            }
            self.output.writeCommand(request.command)
            self.inFlight.append(Awaited(request: request, part: .command))
            if let followUp = request.company.followUp {
                self.output.writeCommand(followUp)
                self.inFlight.append(Awaited(request: request, part: .followUp))
            }
        }
        self.flush()
        return leftOut
    }

    private func flush() {
        guard self.output.readableBytes > 0 else { return }
        self.context?.writeAndFlush(self.wrapOutboundOut(self.output), promise: nil)
        // A buffer that grew with one large command is not kept.
        if self.output.capacity > 65_536 { self.output = ByteBuffer() }
    }

    /// Fails the commands that have waited too long, and closes the connection if the oldest is one of them: a reply
    /// that comes now would be taken for another's. One that had less time than a command has, because its caller waits
    /// no longer or it was sent elsewhere first, keeps its place.
    func endOverdue(now: NIODeadline, deadline: Duration) {
        let error = RedisError.noReply(self.address, within: deadline, mayHaveRun: true)
        guard self.inFlight.first.map({ $0.request.deadline <= now }) ?? false else {
            for awaited in self.inFlight where awaited.request.patience <= now {
                awaited.request.finish(.failure(error))
            }
            return
        }
        self.end(error, overdueAt: now)
    }

    /// Closes the connection, for this reason, and fails what is in flight.
    ///
    /// - Parameter now: Those whose deadline has come by then fail for the reason itself. The default is none: they
    ///   fail because the connection is closed.
    func end(_ reason: RedisError, overdueAt now: NIODeadline? = nil) {
        if case .ended = self.stage { return }
        let stage = self.stage
        let failed = self.inFlight
        self.stage = .ended
        self.inFlight.removeAll()
        self.received = ByteBuffer()
        self.context?.close(promise: nil)
        // First whoever decides about the next command, and then those that might send one.
        switch stage {
        case .handshake(_, let attempt): attempt.fail(reason)
        case .ready(let connection): connection.channelEnded(self, reason, failedCount: failed.count { $0.isLast })
        case .new, .ended: break
        }
        let error: RedisError =
            reason.code == .shutDown ? .shutDown(self.address, mayHaveRun: true) : .closed(self.address, reason)
        for awaited in failed {
            let isOverdue = now.map { awaited.request.patience <= $0 } ?? false
            awaited.request.finish(.failure(isOverdue ? reason : error))
        }
    }

    private func take(_ reply: RedisReply) {
        switch self.stage {
        case .new, .ended: break
        case .handshake(var handshake, let attempt):
            guard self.received.readableBytes == 0 else {
                return self.end(.violation(self.address, RESPViolation("there is more than the reply")))
            }
            let step = handshake.take(reply)
            self.take(step, of: handshake, for: attempt)
        case .ready(let connection):
            if case .push = reply {
                return self.end(.violation(self.address, RESPViolation("a push, which nobody asked for")))
            }
            guard let awaited = self.inFlight.popFirst() else {
                return self.end(.violation(self.address, RESPViolation("a reply, and nobody asked")))
            }
            connection.channelAnswered(requestCount: awaited.isLast ? 1 : 0)
            self.give(reply, to: awaited)
        }
    }

    private func give(_ reply: RedisReply, to awaited: Awaited) {
        switch (awaited.part, reply) {
        case (.asking, _):
            // Whatever is wrong with it shows in the reply to the command.
            break
        case (.command, .error(let error)):
            self.held = nil
            // After a failover the old primary stays a replica, and the name of the server leads to the new one. That
            // is settled before the one who asked can ask again.
            if error.code == .readOnly { self.end(error) }
            awaited.request.finish(.failure(error))
        case (.command, _) where awaited.isLast:
            awaited.request.finish(.success(reply))
        case (.command, _):
            self.held = reply
        case (.followUp, .error(let error)):
            // The command itself was done.
            awaited.request.finish(.failure(RedisError(error.code, error.message, mayHaveRun: true)))
        case (.followUp, _):
            awaited.request.finish(.success(.array([self.held ?? .null, reply])))
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
