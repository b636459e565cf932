//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging
import NIOCore
import NIOSSL

extension RedisConfiguration {
    /// The TLS context for all connections. Nil without TLS.
    func makeSecurity(logger: Logger) throws(RedisError) -> NIOSSLContext? {
        guard let tls = self.tls.configuration else { return nil }
        if tls.certificateVerification != .fullVerification {
            logger.warning(
                "The certificate of Redis is not fully verified: an attacker on the network can read all sessions",
                metadata: ["redis.server": "\(self.address)"]
            )
        }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw RedisError(
                .configuration,
                "The TLS configuration for the Redis server at \(self.address) is refused: check its files.",
                mayHaveRun: false,
                underlying: error
            )
        }
    }

    /// The name that the server's certificate must have. Nil for an IP address, which the certificate must then
    /// contain.
    var serverName: String? {
        if let name = self.tls.serverName { return name }
        guard case .host(let host, _) = self.address.kind else { return nil }
        return (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}
#endif
