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

/// A Redis or Valkey server: `redis://…`, `rediss://…` with TLS, or `unix://…`.
enum RedisServerArgument {
    private static let schemes = ["redis", "rediss", "valkey", "valkeys", "unix"]

    static func isURL(_ text: String) -> Bool {
        self.schemes.contains { text.lowercased().hasPrefix("\($0)://") }
    }

    static func isSecureURL(_ text: String) -> Bool {
        ["rediss", "valkeys"].contains { text.lowercased().hasPrefix("\($0)://") }
    }

    /// Makes a store, with what must run beside it. The server need not be there yet.
    ///
    /// - Parameter authority: The file of the authority that signed the server's certificate; nil for the system's.
    static func open(
        _ url: String,
        authority: String?,
        logger: Logger
    ) throws -> (store: RedisSessionStore, services: [any Service]) {
        do {
            var server = try RedisConfiguration(url: url)
            if let authority { server.tls = .on(trusting: authority) }
            let client = try RedisClient(server, logger: logger)
            var configuration = RedisStoreConfiguration()
            configuration.prefix = "showcase:"
            let store = try RedisSessionStore(client, configuration: configuration)
            return (store, [client, RedisEvictionCheck(client, logger: logger)])
        } catch let error as RedisError {
            throw ShowcaseFailure(error)
        }
    }
}
