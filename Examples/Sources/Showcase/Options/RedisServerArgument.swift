//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import ServiceLifecycle
import SessionsRedis

/// Redis or Valkey servers: one (`redis://…`, `rediss://…` with TLS, or `unix://…`), a cluster
/// (`redis-cluster://host:port,host:port`), or the primary that Sentinel names
/// (`redis-sentinel://host:port,host:port/name`).
enum RedisServerArgument {
    private enum Kind: String, CaseIterable {
        case one = ""
        case cluster = "-cluster"
        case sentinel = "-sentinel"
    }

    static func isURL(_ text: String) -> Bool {
        self.kind(text) != nil || text.lowercased().hasPrefix("unix://")
    }

    static func isSecureURL(_ text: String) -> Bool {
        self.kind(text) != nil && ["rediss", "valkeys"].contains { text.lowercased().hasPrefix($0) }
    }

    /// Creates a store with its services. The servers need not be running yet.
    ///
    /// - Parameters:
    ///   - authority: The certificate file of the authority that signed the servers' certificates. Nil for the
    ///     system's.
    ///   - replicas: How many replicas must have a logout before it is acknowledged.
    static func open(
        _ url: String,
        authority: String?,
        replicas: Int,
        logger: Logger
    ) throws -> (store: RedisSessionStore, services: [any Service]) {
        do {
            let client = try self.client(url, authority: authority, logger: logger)
            var configuration = RedisStoreConfiguration()
            configuration.prefix = "showcase:"
            if replicas > 0 { configuration.logoutReplication = .replicas(replicas) }
            let store = try RedisSessionStore(client, configuration: configuration)
            return (store, [client, RedisEvictionCheck(client, logger: logger)])
        } catch let error as RedisError {
            throw ShowcaseFailure(error)
        }
    }

    private static func client(
        _ url: String,
        authority: String?,
        logger: Logger
    ) throws -> any RedisReplicatedExecutor & Service {
        let tls = authority.map { RedisConfiguration.TLS.on(trusting: $0) }
        switch self.kind(url) {
        case .cluster:
            var cluster = try RedisClusterConfiguration(url: url)
            if let tls { cluster.server.tls = tls }
            return try RedisClusterClient(cluster, logger: logger)
        case .sentinel:
            var watched = try RedisSentinelConfiguration(url: url)
            if let tls { (watched.server.tls, watched.sentinel.tls) = (tls, tls) }
            return try RedisSentinelClient(watched, logger: logger)
        case .one, nil:
            var server = try RedisConfiguration(url: url)
            if let tls { server.tls = tls }
            return try RedisClient(server, logger: logger)
        }
    }

    private static func kind(_ text: String) -> Kind? {
        let text = text.lowercased()
        return Kind.allCases.first { kind in
            ["redis", "rediss", "valkey", "valkeys"].contains { text.hasPrefix("\($0)\(kind.rawValue)://") }
        }
    }
}
