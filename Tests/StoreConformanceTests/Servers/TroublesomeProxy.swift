//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import NIOCore
import NIOPosix
import Synchronization

/// A way to a server that goes wrong on demand: every connection to it becomes one to the server.
///
/// What it does holds for what comes from then on, on old connections and new ones.
final class TroublesomeProxy: Sendable {
    /// What becomes of the bytes.
    enum Trouble: Sendable {
        /// They pass.
        case none
        /// Replies come so much later.
        case slow(Duration)
        /// Half open: what the client says is taken and never answered.
        case halfOpen
        /// Connections are closed as soon as the client says something.
        case cut
        /// Of the next replies only the beginning comes, and then the end of the connection.
        case cutInTheMiddle(after: Int)
        /// One of so many replies is lost, and its connection with it.
        case losing(oneOf: Int)
        /// Something else comes instead of what the server says.
        case instead([UInt8])
        /// What the server says is changed on its way.
        case changed(@Sendable ([UInt8]) -> [UInt8])
    }

    private struct State {
        var trouble = Trouble.none
        var clients: [ObjectIdentifier: any Channel] = [:]
        var replyCount = 0
    }

    private let target: SocketAddress
    private let state = Mutex(State())
    private let listener = Mutex<(any Channel)?>(nil)

    private init(to port: Int) throws {
        self.target = try SocketAddress(ipAddress: "127.0.0.1", port: port)
    }

    /// Runs the body beside a proxy to a port of this machine.
    static func with<Result>(
        to port: Int,
        _ body: (TroublesomeProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try TroublesomeProxy(to: port)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { proxy.accept($0) }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.listener.withLock { $0 = channel }
        do {
            let result = try await body(proxy)
            try await proxy.close()
            return result
        } catch {
            try? await proxy.close()
            throw error
        }
    }

    var port: Int { self.listener.withLock { $0?.localAddress?.port } ?? 0 }

    /// Lets something go wrong from now on.
    func make(_ trouble: Trouble) {
        self.state.withLock { $0.trouble = trouble }
    }

    /// Closes all connections that there are.
    func cutAll() {
        for channel in self.state.withLock({ Array($0.clients.values) }) { channel.close(promise: nil) }
    }

    fileprivate var trouble: Trouble { self.state.withLock { $0.trouble } }

    /// Counts a reply, and answers how many there have been.
    fileprivate func countReply() -> Int {
        self.state.withLock { state in
            state.replyCount += 1
            return state.replyCount
        }
    }

    private func close() async throws {
        self.cutAll()
        try await self.listener.withLock { $0 }?.close()
    }

    /// Connects a client to the server; what either says goes to the other.
    private func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        let id = ObjectIdentifier(client)
        self.state.withLock { $0.clients[id] = client }
        client.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.clients.removeValue(forKey: id) } }
        return ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Side(.server, of: self, to: client))
                }
            }
            .connect(to: self.target)
            .flatMap { server in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(Side(.client, of: self, to: server))
                }.flatMap { client.setOption(.autoRead, value: true) }
            }
            .flatMapError { _ in client.close() }
    }

    /// One end of a connection, which hands on what comes there.
    private final class Side: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        enum End { case client, server }

        private let end: End
        private let proxy: TroublesomeProxy
        private let other: any Channel

        init(_ end: End, of proxy: TroublesomeProxy, to other: any Channel) {
            self.end = end
            self.proxy = proxy
            self.other = other
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = self.unwrapInboundIn(data)
            switch (self.proxy.trouble, self.end) {
            case (.none, _), (.slow, .client), (.cutInTheMiddle, .client), (.instead, .client), (.losing, .client),
                (.changed, .client):
                self.other.writeAndFlush(bytes, promise: nil)
            case (.slow(let delay), .server):
                let other = self.other
                context.eventLoop.scheduleTask(in: TimeAmount(delay)) { other.writeAndFlush(bytes, promise: nil) }
            case (.halfOpen, _):
                break
            case (.cut, _):
                context.close(promise: nil)
            case (.cutInTheMiddle(let count), .server):
                let other = self.other
                other.writeAndFlush(bytes.getSlice(at: bytes.readerIndex, length: min(count, bytes.readableBytes)))
                    .whenComplete { _ in other.close(promise: nil) }
            case (.losing(let count), .server):
                if self.proxy.countReply().isMultiple(of: count) {
                    self.other.close(promise: nil)
                } else {
                    self.other.writeAndFlush(bytes, promise: nil)
                }
            case (.changed(let change), .server):
                self.other.writeAndFlush(ByteBuffer(bytes: change(Array(bytes.readableBytesView))), promise: nil)
            case (.instead(let others), .server):
                self.other.writeAndFlush(ByteBuffer(bytes: others), promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            // A half-open connection has lost its other end without a message.
            if case .halfOpen = self.proxy.trouble, self.end == .server { return }
            self.other.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
#endif
