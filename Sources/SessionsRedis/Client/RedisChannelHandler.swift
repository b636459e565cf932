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

    private let address: RedisConfiguration.Address
    private var stage = Stage.new
    private var context: ChannelHandlerContext?
    private var parser: RESPParser
    private var received = ByteBuffer()
    private var output = ByteBuffer()
    private var inFlight = CircularBuffer<RedisRequest>()

    init(_ configuration: RedisConfiguration) {
        self.address = configuration.address
        self.parser = RESPParser(limits: RESPLimits(byteCount: configuration.maximumReplySize))
    }

    var oldest: RedisRequest? { self.inFlight.first }

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
            self.output.writeCommand(request.command)
            self.inFlight.append(request)
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

    /// Closes the connection because the oldest command has waited too long. A reply that comes now would be taken for
    /// another's.
    func endOverdue(now: NIODeadline, deadline: Duration) {
        let overdueCount = self.inFlight.prefix { $0.deadline <= now }.count
        self.end(.noReply(self.address, within: deadline, mayHaveRun: true), overdueCount: overdueCount)
    }

    /// Closes the connection, for this reason, and fails what is in flight.
    ///
    /// - Parameter overdueCount: How many, the oldest, fail for the reason itself. The default is none: they fail because
    ///   the connection is closed.
    func end(_ reason: RedisError, overdueCount: Int = 0) {
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
        case .ready(let connection): connection.channelEnded(self, reason, failedCount: failed.count)
        case .new, .ended: break
        }
        let error: RedisError =
            reason.code == .shutDown ? .shutDown(self.address, mayHaveRun: true) : .closed(self.address, reason)
        for (index, request) in failed.enumerated() {
            request.finish(.failure(index < overdueCount ? reason : error))
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
            guard let request = self.inFlight.popFirst() else {
                return self.end(.violation(self.address, RESPViolation("a reply, and nobody asked")))
            }
            connection.channelAnswered()
            guard case .error(let error) = reply else { return request.finish(.success(reply)) }
            request.finish(.failure(error))
            // After a failover the old primary stays a replica, and the name of the server leads to the new one.
            if error.code == .readOnly { self.end(error) }
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
