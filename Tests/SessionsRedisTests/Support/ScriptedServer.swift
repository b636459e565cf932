//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import SessionsRedis

/// A server that does what a test says, and nothing of what a good one does.
///
/// It knows one command by itself, `HELLO`, which every connection begins with.
struct ScriptedServer: Sendable {
    /// What happens at the server. Connections are numbered from 0.
    enum Event: Equatable {
        case opened(Int)
        case command(Int, [String])
        case closed(Int)
    }

    /// A connection that a test may speak to.
    struct Connection: Sendable {
        let number: Int
        let channel: any Channel

        func send(_ text: String) { self.channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
        func close() { self.channel.close(promise: nil) }
    }

    /// Answers a command.
    typealias Script = @Sendable (_ command: [String], _ connection: Connection) -> Void

    let port: Int
    /// What happened, except for `HELLO`.
    let events: AsyncStream<Event>

    /// Runs a body beside a server.
    ///
    /// - Parameters:
    ///   - greeting: The answer to `HELLO`; nil to treat it as any other command.
    ///   - security: What a server that speaks TLS needs.
    static func with<Result>(
        greeting: String? = "%1\r\n+server\r\n+redis\r\n",
        security: NIOSSLContext? = nil,
        _ script: @escaping Script,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let counter = Counter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let connection = Connection(number: counter.next(), channel: channel)
                return channel.eventLoop.makeCompletedFuture {
                    if let security {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: security))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(connection, greeting: greeting, script: script) { continuation.yield($0) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        do {
            let result = try await body(ScriptedServer(port: port, events: events))
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// A configuration for one connection to it, with deadlines that nothing reaches on a busy machine.
    var configuration: RedisConfiguration {
        var configuration = RedisConfiguration(address: .host("127.0.0.1", port: self.port))
        configuration.connectionCount = 1
        configuration.connectDeadline = .seconds(20)
        configuration.commandDeadline = .seconds(20)
        return configuration
    }

    private final class Counter: Sendable {
        private let count = Atomic<Int>(0)

        func next() -> Int { self.count.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let connection: Connection
        private let greeting: String?
        private let script: Script
        private let report: (Event) -> Void
        private var received = ByteBuffer()
        private var parser = RESPParser()

        init(_ connection: Connection, greeting: String?, script: @escaping Script, report: @escaping (Event) -> Void) {
            self.connection = connection
            self.greeting = greeting
            self.script = script
            self.report = report
        }

        func channelActive(context: ChannelHandlerContext) {
            self.report(.opened(self.connection.number))
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = self.unwrapInboundIn(data)
            self.received.writeBuffer(&bytes)
            do {
                // A command is written as a reply would be.
                while let command = try self.parser.next(in: &self.received) {
                    self.take((command.elements ?? []).map { $0.text ?? "" })
                }
            } catch {
                self.connection.close()
            }
        }

        private func take(_ command: [String]) {
            if command.first == "HELLO", let greeting { return self.connection.send(greeting) }
            self.report(.command(self.connection.number, command))
            self.script(command, self.connection)
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.report(.closed(self.connection.number))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
#endif
