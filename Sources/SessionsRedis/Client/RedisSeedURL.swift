//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The parts of a URL with several hosts: `redis-cluster://user:password@host:port,host:port/path`.
struct RedisSeedURL {
    /// The user, the password, and whether TLS is on.
    let server: RedisConfiguration
    let addresses: [RedisConfiguration.Address]
    /// The path after the hosts, without the slash.
    let path: Substring

    /// - Parameter kind: The suffix of the scheme.
    init(url: String, kind: String, defaultPort: Int) throws(RedisError) {
        let schemes = ["redis", "rediss", "valkey", "valkeys"]
        guard let separator = url.firstRange(of: "://"),
            let scheme = schemes.first(where: { url[..<separator.lowerBound].lowercased() == $0 + kind })
        else {
            throw .refusedURL("its scheme is none of \(schemes.map { $0 + kind }.joined(separator: ", "))")
        }
        let rest = url[separator.upperBound...]
        let authorityEnd = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        self.path = rest[authorityEnd...].dropFirst()
        let hostsStart = authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex
        let credentials = authority[..<hostsStart]
        let hosts = authority[hostsStart...].split(separator: ",", omittingEmptySubsequences: false)
        var server: RedisConfiguration?
        var addresses: [RedisConfiguration.Address] = []
        for host in hosts {
            let hasPort = host.hasPrefix("[") ? host.contains("]:") : host.contains(":")
            let one = try RedisConfiguration(
                url: "\(scheme)://\(credentials)\(host)\(hasPort ? "" : ":\(defaultPort)")")
            server = server ?? one
            addresses.append(one.address)
        }
        guard let server else { throw .refusedURL("it has no host") }
        self.server = server
        self.addresses = addresses
    }
}

extension RedisConfiguration {
    /// The same configuration for another server.
    func at(_ address: Address) -> RedisConfiguration {
        var configuration = self
        configuration.address = address
        return configuration
    }

    /// - Throws: ``RedisError`` with the code `configuration` when the configuration is invalid for one of the servers.
    func check(at addresses: [Address]) throws(RedisError) {
        for address in addresses {
            guard case .host = address.kind else {
                try RedisError.refuse([
                    "\(address) is a Unix socket, which leads to no other server: give a host and a port."
                ])
                continue
            }
            try self.at(address).check()
        }
    }
}
#endif
