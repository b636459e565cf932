//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Logging
import ServiceLifecycle
import SessionsRedis

/// The clients of Redis and Valkey by URL.
enum RedisServers {
    private enum Kind: String, CaseIterable {
        case one = ""
        case cluster = "-cluster"
        case sentinel = "-sentinel"
    }

    /// A client, and how to close it.
    struct Connected {
        var client: any RedisReplicatedExecutor & Service
        var close: @Sendable () async -> Void
    }

    /// - Parameter text: The text in lower case.
    static func isURL(_ text: String) -> Bool { self.kind(text) != nil || text.hasPrefix("unix://") }

    /// - Parameter text: The text in lower case.
    static func isSecureURL(_ text: String) -> Bool {
        self.kind(text) != nil && ["rediss", "valkeys"].contains { text.hasPrefix($0) }
    }

    /// Creates a client. It connects on its first command.
    static func connect(_ url: String, authority: String?, logger: Logger) throws(RedisError) -> Connected {
        let tls = authority.map { RedisConfiguration.TLS.on(trusting: $0) }
        switch self.kind(url.lowercased()) {
        case .cluster:
            var cluster = try RedisClusterConfiguration(url: url)
            if let tls { cluster.server.tls = tls }
            let client = try RedisClusterClient(cluster, logger: logger)
            return Connected(client: client) { await client.shutdown() }
        case .sentinel:
            var watched = try RedisSentinelConfiguration(url: url)
            if let tls { (watched.server.tls, watched.sentinel.tls) = (tls, tls) }
            let client = try RedisSentinelClient(watched, logger: logger)
            return Connected(client: client) { await client.shutdown() }
        case .one, nil:
            var server = try RedisConfiguration(url: url)
            if let tls { server.tls = tls }
            let client = try RedisClient(server, logger: logger)
            return Connected(client: client) { await client.shutdown() }
        }
    }

    private static func kind(_ text: String) -> Kind? {
        Kind.allCases.first { kind in
            ["redis", "rediss", "valkey", "valkeys"].contains { text.hasPrefix("\($0)\(kind.rawValue)://") }
        }
    }
}
#endif
