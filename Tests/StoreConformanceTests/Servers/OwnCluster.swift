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
import Sessions
import Synchronization
import TestSupport
import Testing

@testable import SessionsRedis

/// A cluster that one test has for itself: three primaries, and a replica of each after them unless there are to be
/// none. They notice within about a second that one of them is gone.
final class OwnCluster: Sendable {
    static let primaryCount = 3

    let servers: [OwnServer]
    private let folder: TemporaryFolder
    /// Servers that were started after the cluster was formed.
    private let added = Mutex<[OwnServer]>([])

    private init(_ servers: [OwnServer], in folder: TemporaryFolder) {
        self.servers = servers
        self.folder = folder
    }

    /// Runs the body beside a cluster.
    ///
    /// - Parameters:
    ///   - hasReplicas: Whether there are replicas. By default there are.
    ///   - ports: The port of a server, by its number, if it must be one. The default is any.
    ///   - options: More options of a server, by its number. The default is none.
    static func with<Result>(
        hasReplicas: Bool = true,
        port ports: (Int) -> Int? = { _ in nil },
        options: (Int) -> [String] = { _ in [] },
        _ body: (OwnCluster) async throws -> Result
    ) async throws -> Result {
        try await TemporaryFolder.with { folder in
            var servers: [OwnServer] = []
            defer { for server in servers { server.kill() } }
            for number in 0..<(hasReplicas ? 2 : 1) * self.primaryCount {
                let port = if let port = ports(number) { port } else { try await OwnServer.freePort() }
                let server = try self.server(number, port, in: folder, options(number))
                servers.append(server)
                try await server.start()
            }
            let cluster = OwnCluster(servers, in: folder)
            defer { for server in cluster.added.withLock({ $0 }) { server.kill() } }
            try await cluster.form()
            return try await body(cluster)
        }
    }

    private static func server(
        _ number: Int,
        _ port: Int,
        in folder: TemporaryFolder,
        _ options: [String] = []
    ) throws -> OwnServer {
        let own = TemporaryFolder(url: folder.url.appending(path: "server-\(number)"))
        try FileManager.default.createDirectory(at: own.url, withIntermediateDirectories: true)
        return try OwnServer(
            SharedServer.clusterEngine,
            in: own,
            port: port,
            options: [
                "--appendfsync", "no", "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
                "--cluster-node-timeout", "1000", "--cluster-replica-validity-factor", "0",
                "--repl-diskless-sync-delay", "0",
            ] + options
        )
    }

    private func form() async throws {
        for (number, server) in self.servers.enumerated() {
            try await server.tell("CLUSTER", "SET-CONFIG-EPOCH", "\(number + 1)")
            for other in self.servers[..<number] {
                try await server.tell("CLUSTER", "MEET", "127.0.0.1", "\(other.port)")
            }
        }
        for (number, bounds) in [(0, 5460), (5461, 10_922), (10_923, 16_383)].enumerated() {
            try await self.servers[number].tell("CLUSTER", "ADDSLOTSRANGE", "\(bounds.0)", "\(bounds.1)")
        }
        for server in self.servers {
            await server.hasSaid("cluster_known_nodes:\(self.servers.count)", "CLUSTER", "INFO")
        }
        for (replica, primary) in zip(self.servers.dropFirst(Self.primaryCount), self.servers) {
            try await self.replicate(primary, by: replica)
        }
        await self.isWhole()
    }

    /// Makes a server the replica of another, and waits until it has all that the other has.
    func replicate(_ primary: OwnServer, by replica: OwnServer) async throws {
        let id = try #require(try await primary.tell("CLUSTER", "MYID").text)
        await replica.hasSaid("OK", "CLUSTER", "REPLICATE", id)
        await replica.hasSaid("master_link_status:up", "INFO", "replication")
    }

    /// Waits until every one of these servers says that all slots are served.
    func isWhole(without missing: [OwnServer] = []) async {
        for server in self.servers where !missing.contains(where: { $0 === server }) {
            await server.hasSaid("cluster_state:ok", "CLUSTER", "INFO")
        }
    }

    /// Starts one more server, which knows the others and has nothing.
    func add() async throws -> OwnServer {
        let port = try await OwnServer.freePort()
        let server = try Self.server(self.servers.count, port, in: self.folder)
        self.added.withLock { $0.append(server) }
        try await server.start()
        for other in self.servers { try await server.tell("CLUSTER", "MEET", "127.0.0.1", "\(other.port)") }
        for one in self.servers + [server] {
            await one.hasSaid("cluster_known_nodes:\(self.servers.count + 1)", "CLUSTER", "INFO")
        }
        return server
    }

    /// The number of the primary that had a slot when the cluster was formed.
    static func number(of slot: Int) -> Int { slot <= 5460 ? 0 : slot <= 10_922 ? 1 : 2 }

    var seeds: [RedisConfiguration.Address] { self.servers.map { .host("127.0.0.1", port: $0.port) } }

    /// A client, as an application has it, but for deadlines that a busy machine needs.
    func client(
        clock: SessionClock = .system,
        _ change: (inout RedisClusterConfiguration) -> Void = { _ in }
    ) throws -> RedisClusterClient {
        var configuration = RedisClusterConfiguration(seeds: self.seeds)
        configuration.server.connectDeadline = .milliseconds(1500)
        configuration.server.commandDeadline = .milliseconds(2500)
        change(&configuration)
        return try RedisClusterClient(configuration, clock: clock, logger: LogAudit.logger())
    }
}

extension OwnServer {
    /// Waits until a reply of the server has something in it.
    func hasSaid(_ words: String, _ command: String, _ arguments: String...) async {
        while true {
            let reply = try? await self.tell(RedisCommand(command, arguments.map { RedisArgument($0) }))
            if reply?.text?.contains(words) == true { return }
            await Task.yield()
        }
    }
}
#endif
