//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import LogAudit
import NIOCore
import NIOPosix
import Sessions
import SessionsRedis
import Synchronization
import TestSupport
import Testing

/// A server that one test has for itself, and may freeze, kill and start again. It keeps what it acknowledged.
final class OwnServer: Sendable {
    let port: Int
    private let server: ServerProcess
    private let arguments: [String]

    init(_ server: SharedServer, in folder: TemporaryFolder, port: Int, options: [String]) throws {
        self.server = ServerProcess(try server.variable("_PROGRAM"))
        self.port = port
        self.arguments =
            [
                "--bind", "127.0.0.1", "--port", "\(port)", "--dir", folder.path(""),
                "--appendonly", "yes", "--appendfsync", "always", "--save", "",
            ] + options
    }

    /// A server of Sentinel, with a file of its own.
    init(sentinelOf server: SharedServer, configuration path: String, port: Int) throws {
        self.server = ServerProcess(try server.variable("_PROGRAM"))
        self.port = port
        self.arguments = [path, "--sentinel"]
    }

    /// Runs the body beside a server.
    static func with<Result>(
        _ server: SharedServer,
        options: [String] = [],
        _ body: (OwnServer) async throws -> Result
    ) async throws -> Result {
        try await TemporaryFolder.with { folder in
            let own = try OwnServer(server, in: folder, port: try await Self.freePort(), options: options)
            defer { own.kill() }
            try await own.start()
            return try await body(own)
        }
    }

    /// Starts it, and returns when it listens; when it still reads its data, if it is to do that slowly.
    func start(_ more: [String] = [], until line: String = "Ready to accept connections") async throws {
        try await self.server.start(self.arguments + more, until: line)
    }

    func kill() { self.server.kill() }
    func freeze() { self.server.freeze() }
    func thaw() { self.server.thaw() }

    /// Tells it something, as its administrator.
    @discardableResult
    func tell(_ command: String, _ arguments: String...) async throws -> RedisReply {
        try await self.tell(RedisCommand(command, arguments.map { RedisArgument($0) }))
    }

    func tell(_ command: RedisCommand) async throws -> RedisReply {
        let client = try RedisClient(
            RedisConfiguration(url: "redis://127.0.0.1:\(self.port)"), logger: LogAudit.logger())
        let reply = try await client.execute(command)
        await client.shutdown()
        return reply
    }

    private static let givenPorts = Mutex<Set<Int>>([])

    /// A port that was free a moment ago, and with it the one that servers of a cluster speak to each other at, which
    /// is 10,000 higher. No test gets one twice, and both are below those that connections out of this machine get.
    static func freePort() async throws -> Int {
        while true {
            let port = Int.random(in: 10_500..<20_500)
            guard Self.givenPorts.withLock({ $0.insert(port).inserted }) else { continue }
            if try await Self.isFree(port), try await Self.isFree(port + 10_000) { return port }
        }
    }

    /// Takes a port for a moment.
    private static func isFree(_ port: Int) async throws -> Bool {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { return false }
        try await channel.close()
        return true
    }
}
#endif
