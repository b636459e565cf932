//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The configuration of a ``RedisSentinelClient``: the addresses of Sentinel, and the options of the servers it
/// monitors.
///
/// ```swift
/// var configuration = try RedisSentinelConfiguration(url: "redis-sentinel://sessions:secret@a,b,c/main")
/// configuration.sentinel.password = "another secret"
/// ```
public struct RedisSentinelConfiguration: Sendable {
    /// The Sentinel servers. One that answers is enough.
    public var sentinels: [RedisConfiguration.Address]

    /// Sentinel's name for the primary and its replicas: the name in `sentinel monitor`.
    public var name: String

    /// The options for the primary: the user and the password, the database, TLS, and the deadlines. Its address is
    /// ignored. The ``RedisConfiguration/commandDeadline`` covers a command together with the lookup of the primary.
    public var server = RedisConfiguration()

    /// The options for Sentinel. Its address and database are ignored. The default is no login and no TLS.
    public var sentinel = RedisConfiguration()

    /// How often ``RedisSentinelClient/run()`` polls each Sentinel server for the primary, even without failures. The
    /// default is 250 milliseconds.
    ///
    /// It limits how long writes still go to a former primary, during a failover and after it. Those writes are lost.
    public var interval: Duration = .milliseconds(250)

    /// The minimum time between two lookups of the primary. The default is 100 milliseconds.
    public var refreshDelay: Duration = .milliseconds(100)

    /// Creates a configuration with the defaults.
    ///
    /// - Parameters:
    ///   - sentinels: The Sentinel servers.
    ///   - name: Sentinel's name for the primary and its replicas.
    public init(sentinels: [RedisConfiguration.Address], name: String) {
        self.sentinels = sentinels
        self.name = name
    }

    /// Creates a configuration from a URL: `redis-sentinel://user:password@host:port,host:port/name/database`.
    ///
    /// The hosts are Sentinel servers, by default on port 26379. The user, the password and the optional database are
    /// for the primary. `rediss-sentinel` turns TLS on for both. `valkey-sentinel` and `valkeys-sentinel` mean the
    /// same. The rules of ``RedisConfiguration/init(url:)`` for users, passwords and addresses apply.
    ///
    /// - Throws: ``RedisError`` with the code `configuration`, which says what is wrong and repeats nothing of the URL.
    public init(url: String) throws(RedisError) {
        let list = try RedisSeedURL(url: url, kind: "-sentinel", defaultPort: 26_379)
        let parts = list.path.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let name = parts.first, !name.isEmpty, Self.isName(name) else {
            throw .refusedURL(
                """
                it does not end with /name, the name that Sentinel has for the primary: letters, digits, periods, hyphens \
                and underscores; write %2F for a / in a user or a password, and %40 for an @
                """)
        }
        self.init(sentinels: list.addresses, name: String(name))
        self.server = list.server
        self.sentinel.tls = list.server.tls
        guard parts.count == 2 else { return }
        guard let database = Int(parts[1]), (0...1_000_000).contains(database) else {
            throw .refusedURL("its database is not a number such as 0")
        }
        self.server.database = database
    }

    /// Whether Sentinel accepts the text as a name.
    private static func isName(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || ".-_".utf8.contains(byte)
        }
    }

    /// - Throws: ``RedisError`` with the code `configuration` that names all problems.
    func check() throws(RedisError) {
        var problems: [String] = []
        if !(1...1_000).contains(self.sentinels.count) {
            problems.append("There are \(self.sentinels.count) sentinels: give 1 to 1,000.")
        }
        if self.name.isEmpty {
            problems.append("The name is empty: give the one in Sentinel's own configuration, sentinel monitor.")
        }
        if self.interval < .milliseconds(10) || self.interval > .seconds(3600) {
            problems.append("The interval is \(self.interval): give 10 milliseconds to an hour.")
        }
        if self.refreshDelay < .zero || self.refreshDelay > .seconds(60) {
            problems.append("The refreshDelay is \(self.refreshDelay): give 0 to 60 seconds.")
        }
        try RedisError.refuse(problems)
        try self.server.check(at: [.host("localhost")])
        try self.sentinel.check(at: self.sentinels)
    }
}

extension RedisSentinelConfiguration: CustomStringConvertible, CustomReflectable {
    /// The Sentinel servers and the name. It never shows a password.
    public var description: String {
        "RedisSentinelConfiguration(\(self.sentinels.map(\.description).joined(separator: ","))/\(self.name))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
