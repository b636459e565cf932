//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The configuration of a ``RedisClusterClient``: the address and the options of a cluster of Redis or Valkey servers.
///
/// ```swift
/// var configuration = try RedisClusterConfiguration(url: "rediss-cluster://sessions:secret@a.example,b.example")
/// configuration.server.commandDeadline = .milliseconds(500)
/// ```
public struct RedisClusterConfiguration: Sendable {
    /// Servers that are asked for the topology. One that answers is enough. Give several, in case some are down.
    public var seeds: [RedisConfiguration.Address]

    /// The options for each of the servers: the user and the password, TLS, and the deadlines. Its address is ignored,
    /// and its database must be 0, the only one of a cluster. The ``RedisConfiguration/commandDeadline`` covers a
    /// command with all of its redirections.
    public var server = RedisConfiguration()

    /// How many times a command is redirected or retried before it fails: after `MOVED`, `ASK`, `TRYAGAIN` or
    /// `CLUSTERDOWN`, and after the replacement of an unreachable server is found. The default is 6.
    public var maximumRedirections = 6

    /// How long a command waits after `TRYAGAIN` or `CLUSTERDOWN` before it is retried. The delay doubles each time.
    /// The default is 10 milliseconds.
    public var retryDelay: Duration = .milliseconds(10)

    /// The minimum time between two refreshes of the topology. The default is 100 milliseconds.
    public var refreshDelay: Duration = .milliseconds(100)

    /// Creates a configuration with the defaults.
    ///
    /// - Parameter seeds: Servers that are asked for the topology.
    public init(seeds: [RedisConfiguration.Address]) {
        self.seeds = seeds
    }

    /// Creates a configuration from a URL: `redis-cluster://user:password@host:port,host:port`.
    ///
    /// Everything but one host is optional. `rediss-cluster` turns TLS on. `valkey-cluster` and `valkeys-cluster` mean
    /// the same. The rules of ``RedisConfiguration/init(url:)`` for users, passwords and addresses apply.
    ///
    /// - Throws: ``RedisError`` with the code `configuration`, which says what is wrong and repeats nothing of the URL.
    public init(url: String) throws(RedisError) {
        let list = try RedisSeedURL(url: url, kind: "-cluster", defaultPort: 6379)
        guard list.path.isEmpty else { throw .refusedURL("a cluster has one database, so the URL ends with the hosts") }
        self.init(seeds: list.addresses)
        self.server = list.server
    }

    /// - Throws: ``RedisError`` with the code `configuration` that names all problems.
    func check() throws(RedisError) {
        var problems: [String] = []
        if !(1...1_000).contains(self.seeds.count) {
            problems.append("There are \(self.seeds.count) seeds: give 1 to 1,000.")
        }
        if self.server.database != 0 {
            problems.append("The database is \(self.server.database): give 0, the only one that a cluster has.")
        }
        if !(0...100).contains(self.maximumRedirections) {
            problems.append("The maximumRedirections are \(self.maximumRedirections): give 0 to 100.")
        }
        for (name, delay) in [("retryDelay", self.retryDelay), ("refreshDelay", self.refreshDelay)]
        where delay < .zero || delay > .seconds(60) {
            problems.append("The \(name) is \(delay): give 0 to 60 seconds.")
        }
        try RedisError.refuse(problems)
        try self.server.check(at: self.seeds)
    }
}

extension RedisClusterConfiguration: CustomStringConvertible, CustomReflectable {
    /// The seeds and the user. It never shows the password.
    public var description: String {
        let user = self.server.username.map { "\($0)@" } ?? ""
        return "RedisClusterConfiguration(\(user)\(self.seeds.map(\.description).joined(separator: ",")))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
