//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

/// Encodes and decodes what a tracking connection sends and receives, and applies it to the cache in the order in which
/// it arrives.
///
/// Anything unexpected closes the connection, which empties the cache.
final class RedisTrackingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    weak var owner: RedisTrackingConnection?
    private let address: RedisConfiguration.Address
    private let keys: RedisSessionKeys
    private let cache: RedisRecordCache
    private let epoch: UInt64
    private var state: RedisTrackingProtocol
    private var parser: RESPParser
    private var received = ByteBuffer()
    private var channel: (any Channel)?
    private var hasEnded = false

    init(
        _ configuration: RedisConfiguration,
        keys: RedisSessionKeys,
        lease: Duration,
        cache: RedisRecordCache,
        epoch: UInt64
    ) {
        self.address = configuration.address
        self.keys = keys
        self.cache = cache
        self.epoch = epoch
        self.state = RedisTrackingProtocol(configuration, prefix: keys.prefix, lease: lease)
        self.parser = RESPParser(limits: RESPLimits(byteCount: configuration.maximumReplySize))
    }

    var isReady: Bool { self.state.isReady }
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

    /// Heartbeats begin again after a pause.
    func resume() { self.state.resume() }

    func sendHeartbeat() {
        guard !self.hasEnded else { return }
        // The time before the sending: the lease must not be longer than what is known.
        self.state.sendHeartbeat(at: .now)
        self.send(RedisTrackingProtocol.heartbeat)
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

    private func perform(_ step: RedisTrackingProtocol.Step) {
        switch step {
        case .none: break
        case .send(let command): self.send([command])
        case .track:
            self.cache.track(in: self.epoch)
            self.owner?.tracks(self)
        case .invalidate(let keys):
            for key in keys {
                // The prefix has other keys besides sessions.
                if let id = self.keys.id(of: key) { self.cache.invalidate(id) }
            }
        case .invalidateAll: self.cache.invalidateAll()
        case .sendHeartbeat: self.sendHeartbeat()
        case .extendLease(let end): self.cache.extendLease(to: end, in: self.epoch)
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
