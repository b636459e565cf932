//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions
import SessionsRedis

/// What a Redis or Valkey server says of itself. Nil: it does not say, or the login may not ask.
package struct RedisFacts: Sendable, Equatable {
    package var place: String
    /// `redis` or `valkey`.
    package var program: String?
    package var version: String?
    package var role: String?
    package var isCluster: Bool?
    package var maximumMemory: Int?
    package var usedMemory: Int?
    package var evictionPolicy: String?
    package var evictedKeyCount: Int?
    package var hasAppendOnlyFile: Bool?
    /// `always`, `everysec` or `no`.
    package var appendFsync: String?
    /// Whether snapshots are made by time.
    package var makesSnapshots: Bool?
    /// What the last write to the disk ended with, unless well.
    package var failedWrites: [String] = []
    package var replicaCount: Int?
    /// The largest number of bytes by which a replica is behind.
    package var replicaLag: Int?
    /// The login.
    package var user: String?
    /// Whether this login may read and change the server's settings.
    package var isAdministrator: Bool?
    /// Whether anyone may use the server without a password.
    package var isOpen: Bool?
    /// Whether the connection stays on this machine.
    package var isLocal = false
    package var hasTLS = false
    /// By how much the server's clock is ahead.
    package var clockSkew: Duration?
    /// The time between question and answer, which the skew is uncertain by.
    package var roundTrip: Duration = .zero

    package init(place: String) { self.place = place }

    /// Reads the lines of `INFO`.
    package mutating func read(information: String) {
        var fields: [Substring: Substring] = [:]
        for line in information.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        func number(_ name: Substring) -> Int? { fields[name].flatMap { Int($0) } }
        self.program = fields["valkey_version"] != nil ? "valkey" : fields["redis_version"].map { _ in "redis" }
        self.version = (fields["valkey_version"] ?? fields["redis_version"]).map { String($0) }
        self.role = fields["role"].map { String($0) }
        self.isCluster = number("cluster_enabled").map { $0 == 1 }
        self.maximumMemory = number("maxmemory")
        self.usedMemory = number("used_memory")
        self.evictionPolicy = fields["maxmemory_policy"].map { String($0) }
        self.evictedKeyCount = number("evicted_keys")
        self.hasAppendOnlyFile = number("aof_enabled").map { $0 == 1 }
        self.failedWrites = ["rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"]
            .filter { fields[Substring($0)].map { $0 != "ok" } ?? false }
        self.replicaCount = number("connected_slaves")
        if let offset = number("master_repl_offset") {
            let offsets = (0..<(self.replicaCount ?? 0)).compactMap { index in
                fields[Substring("slave\(index)")]?.split(separator: ",").first { $0.hasPrefix("offset=") }
                    .flatMap { Int($0.dropFirst("offset=".count)) }
            }
            self.replicaLag = offsets.min().map { max(0, offset - $0) }
        }
    }

    /// Asks a server.
    static func measure(_ server: any RedisCommandExecutor, place: String, clock: SessionClock = .system)
        async throws -> RedisFacts
    {
        var facts = RedisFacts(place: place)
        facts.read(information: try await server.execute(RedisCommand("INFO")).text ?? "")
        let settings = await Self.settings(server)
        facts.isAdministrator = settings != nil
        if let settings {
            facts.appendFsync = settings["appendfsync"]
            facts.makesSnapshots = settings["save"].map { !$0.isEmpty }
        }
        facts.user = (try? await server.execute(RedisCommand("ACL", "WHOAMI")))?.text
        let rules = (try? await server.execute(RedisCommand("ACL", "LIST")))?.elements?.compactMap(\.text)
        facts.isOpen = rules.map { rules in
            rules.contains { $0.hasPrefix("user default ") && $0.contains(" on ") && $0.contains(" nopass ") }
        }
        let before = clock.now
        let time = (try? await server.execute(RedisCommand("TIME")))?.elements?.compactMap(\.text).compactMap {
            Int64($0)
        }
        let after = clock.now
        if let time, time.count == 2 {
            let theirs = SessionInstant(millisecondsSince1970: time[0] &* 1_000 &+ time[1] / 1_000)
            facts.roundTrip = after - before
            facts.clockSkew = theirs - (before + facts.roundTrip / 2)
        }
        return facts
    }

    private static func settings(_ server: any RedisCommandExecutor) async -> [String: String]? {
        var settings: [String: String] = [:]
        for name in ["appendfsync", "save"] {
            guard
                let reply = try? await server.execute(RedisCommand("CONFIG", ["GET", RedisArgument(name)])),
                let words = reply.elements?.map({ $0.text ?? "" }), words.count == 2
            else { return nil }
            settings[name] = words[1]
        }
        return settings
    }
}
#endif
