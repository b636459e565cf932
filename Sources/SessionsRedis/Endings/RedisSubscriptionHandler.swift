//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import Sessions

/// Encodes and decodes what a subscribed connection sends and receives.
///
/// Anything unexpected closes the connection.
final class RedisSubscriptionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    weak var owner: RedisSubscriptionConnection?
    let address: RedisConfiguration.Address
    private var state: RedisSubscriptionProtocol
    private var parser: RESPParser
    private var received = ByteBuffer()
    private var channel: (any Channel)?
    private var hasEnded = false

    init(_ configuration: RedisConfiguration, channel: String) {
        self.address = configuration.address
        self.state = RedisSubscriptionProtocol(configuration, channel: channel)
        self.parser = RESPParser(limits: RESPLimits(byteCount: configuration.maximumReplySize))
    }

    var isSubscribed: Bool { self.state.isSubscribed }
    var pendingSince: ContinuousClock.Instant? { self.state.pendingSince }

    /// Starts the handshake on a connected channel.
    func begin(on channel: any Channel) {
        guard !self.hasEnded else { return channel.close(promise: nil) }
        self.channel = channel
        do {
            try channel.pipeline.syncOperations.addHandler(self)
            self.perform(self.state.begin())
        } catch {
            self.end(.connection(self.address, error))
        }
    }

    func sendHeartbeat() {
        if let command = self.state.heartbeat(at: .now) { self.send(command) }
    }

    /// Closes the connection for a reason.
    func end(_ reason: RedisError) {
        if self.hasEnded { return }
        self.hasEnded = true
        self.channel?.close(promise: nil)
        self.owner?.ended(self, reason)
    }

    private func send(_ command: RedisCommand) {
        var output = ByteBuffer()
        output.writeCommand(command)
        self.channel?.writeAndFlush(output, promise: nil)
    }

    private func perform(_ step: RedisSubscriptionProtocol.Step) {
        switch step {
        case .none: break
        case .send(let command): self.send(command)
        case .subscribed: self.owner?.subscribed(self)
        case .message(let bytes): self.owner?.received(bytes)
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
                self.perform(self.state.take(reply))
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
