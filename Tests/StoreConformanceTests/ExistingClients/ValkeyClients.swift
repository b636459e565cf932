//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey && SQLite
import LogAudit
import Sessions
import SessionsValkey
import Testing
import Valkey

@testable import SessionsRedis

/// Clients of valkey-swift, as an application has them.
enum ValkeyClients {
    /// The options of a client whose tests wait for its deadlines: no shorter than a busy machine needs.
    static func configuration(of server: RedisConfiguration? = nil) -> ValkeyClientConfiguration {
        var configuration = ValkeyClientConfiguration(commandTimeout: .seconds(3))
        if let username = server?.username, let password = server?.password {
            configuration.authentication = .init(username: username, password: password)
        }
        return configuration
    }

    /// Runs the body with a client of one server.
    static func withClient<Result>(
        of server: RedisConfiguration,
        commandDeadline: Duration = .seconds(4),
        _ configure: (inout ValkeyClientConfiguration) -> Void = { _ in },
        _ body: (ValkeyClientExecutor) async throws -> Result
    ) async throws -> Result {
        var configuration = Self.configuration(of: server)
        configure(&configuration)
        let client = ValkeyClient(
            try Self.address(server.address), configuration: configuration, logger: LogAudit.logger())
        return try await Self.running({ await client.run() }) {
            try await body(ValkeyClientExecutor(client, commandDeadline: commandDeadline))
        }
    }

    /// Runs the body with a client of a cluster.
    static func withCluster<Result>(
        _ cluster: RedisClusterConfiguration,
        _ configure: (inout ValkeyClientConfiguration) -> Void = { _ in },
        _ body: (ValkeyClusterClient) async throws -> Result
    ) async throws -> Result {
        var configuration = Self.configuration(of: cluster.server)
        configure(&configuration)
        let nodes = try cluster.seeds.map { seed in
            guard case .host(let host, let port) = seed.kind else {
                throw RedisError(.configuration, "", mayHaveRun: false)
            }
            return ValkeyStaticNodeDiscovery.NodeDescription(endpoint: host, port: port)
        }
        let client = ValkeyClusterClient(
            nodeDiscovery: ValkeyStaticNodeDiscovery(nodes),
            configuration: ValkeyClusterClientConfiguration(
                client: configuration, clusterRefreshInterval: .milliseconds(500)),
            logger: LogAudit.logger()
        )
        return try await Self.running({ await client.run() }) { try await body(client) }
    }

    /// Runs the body beside what keeps a client going.
    static func running<Result>(
        _ client: @escaping @Sendable () async -> Void,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await client() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private static func address(_ address: RedisConfiguration.Address) throws -> ValkeyServerAddress {
        switch address.kind {
        case .host(let host, let port): .hostname(host, port: port)
        case .unixSocket(let path): .unixDomainSocket(path: path)
        }
    }
}
#endif
