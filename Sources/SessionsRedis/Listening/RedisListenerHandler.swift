//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

/// Encodes and decodes what a connection that listens sends and receives, in the order in which it arrives.
///
/// Anything unexpected closes the connection.
final class RedisListenerHandler<Role: RedisListenerRole>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    weak var owner: RedisListener<Role>?
    let address: RedisConfiguration.Address
    private var conversation: Role.Conversation
    private var parser: RESPParser
    private var received = ByteBuffer()
    private var channel: (any Channel)?
    private var hasEnded = false

    init(_ configuration: RedisConfiguration, _ conversation: Role.Conversation) {
        self.address = configuration.address
        self.conversation = conversation
        self.parser = RESPParser(limits: RESPLimits(byteCount: configuration.maximumReplySize))
    }

    var isReady: Bool { self.conversation.isReady }
    var pendingSince: ContinuousClock.Instant? { self.conversation.pendingSince }

    /// Starts the handshake on a connected channel.
    func begin(on channel: any Channel) {
        guard !self.hasEnded else { return channel.close(promise: nil) }
        self.channel = channel
        do {
            try channel.pipeline.syncOperations.addHandler(self)
            self.perform(self.conversation.begin())
        } catch {
            self.end(.connection(self.address, error))
        }
    }

    /// Heartbeats begin again after a pause.
    func resume() { self.conversation.resume() }

    func sendHeartbeat() {
        guard !self.hasEnded else { return }
        // The time before the sending: a lease must not be longer than what is known.
        self.send(self.conversation.heartbeat(at: .now))
    }

    /// Closes the connection for a reason.
    func end(_ reason: RedisError) {
        if self.hasEnded { return }
        self.hasEnded = true
        self.channel?.close(promise: nil)
        self.owner?.ended(self, reason)
    }

    private func send(_ commands: [RedisCommand]) {
        var output = ByteBuffer()
        for command in commands { output.writeCommand(command) }
        self.channel?.writeAndFlush(output, promise: nil)
    }

    private func perform(_ step: RedisListenerStep<Role.Conversation.Message>) {
        switch step {
        case .none: break
        case .send(let command): self.send([command])
        case .listening: self.owner?.isListening(self)
        case .message(let message): self.owner?.received(message, from: self)
        case .sendHeartbeat: self.sendHeartbeat()
        case .fail(let error): self.end(error)
        }
    }

    // MARK: The channel

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if self.hasEnded { return }
        var bytes = self.unwrapInboundIn(data)
        if self.received.readableBytes == 0 {
            self.received = bytes
        } else {
            self.received.discardReadBytes()
            self.received.writeBuffer(&bytes)
        }
        do {
            while !self.hasEnded, let reply = try self.parser.next(in: &self.received) {
                self.perform(self.conversation.take(reply))
            }
        } catch {
            self.end(.violation(self.address, error))
        }
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
