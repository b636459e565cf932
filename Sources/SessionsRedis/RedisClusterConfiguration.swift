//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Where a cluster of Redis or Valkey servers is, and how a ``RedisClusterClient`` behaves towards it.
///
/// ```swift
/// var configuration = try RedisClusterConfiguration(url: "rediss-cluster://sessions:secret@a.example,b.example")
/// configuration.server.commandDeadline = .milliseconds(500)
/// ```
public struct RedisClusterConfiguration: Sendable {
    /// Servers that are asked for all the others. One that answers is enough; give several, in case some are down.
    public var seeds: [RedisConfiguration.Address]

    /// How each of the servers is spoken to: the user and the password, TLS, and the deadlines. Its address counts for
    /// nothing, and its database must be 0, the only one that a cluster has. The
    /// ``RedisConfiguration/commandDeadline`` holds for a command with all of its redirections.
    public var server = RedisConfiguration()

    /// How often a command is sent elsewhere, or once more, before it fails: after `MOVED`, `ASK`, `TRYAGAIN` or
    /// `CLUSTERDOWN`, and when the server that took the place of one that is down is found. The default is 6.
    public var maximumRedirections = 6

    /// How long a command waits after `TRYAGAIN` or `CLUSTERDOWN` before it is sent once more; it doubles each time.
    /// The default is 10 milliseconds.
    public var retryDelay: Duration = .milliseconds(10)

    /// For how long the map of the slots is not asked for again after it was, whatever happens. The default is 100
    /// milliseconds.
    public var refreshDelay: Duration = .milliseconds(100)

    /// Creates a configuration with the defaults.
    ///
    /// - Parameter seeds: Servers that are asked for all the others.
    public init(seeds: [RedisConfiguration.Address]) {
        self.seeds = seeds
    }

    /// Creates a configuration from a URL: `redis-cluster://user:password@host:port,host:port`.
    ///
    /// All but one host may be missing. With `rediss-cluster` it is TLS; `valkey-cluster` and `valkeys-cluster` mean
    /// the same. What is said of users, passwords and addresses in ``RedisConfiguration/init(url:)`` holds here.
    ///
    /// - Throws: ``RedisError`` with the code `configuration`, which says what is wrong and repeats nothing of the URL.
    public init(url: String) throws(RedisError) {
        let list = try RedisServerList(url: url, kind: "-cluster", defaultPort: 6379)
        guard list.path.isEmpty else { throw .refusedURL("a cluster has one database, so the URL ends with the hosts") }
        self.init(seeds: list.addresses)
        self.server = list.server
    }

    /// - Throws: ``RedisError`` with the code `configuration` that names everything that cannot be.
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
    /// The seeds and the user, and never the password.
    public var description: String {
        let user = self.server.username.map { "\($0)@" } ?? ""
        return "RedisClusterConfiguration(\(user)\(self.seeds.map(\.description).joined(separator: ",")))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
