//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Testing

@testable import SessionsRedis

@Suite("The map of a cluster")
struct RedisClusterTopologyTests {
    private static let asked = RedisConfiguration.Address.host("asked.example", port: 7000)

    private static func text(_ text: String) -> RedisReply { .bulkString(Array(text.utf8)) }

    private static func node(
        _ endpoint: RedisReply,
        port: Int64 = 6379,
        role: String = "master",
        health: String = "online",
        ip: String = "10.0.0.9"
    ) -> RedisReply {
        .map([
            self.text("id"), self.text("1"), self.text("port"), .integer(port), self.text("tls-port"),
            .integer(port + 1),
            self.text("ip"), self.text(ip), self.text("endpoint"), endpoint, self.text("role"), self.text(role),
            self.text("health"), self.text(health),
        ])
    }

    private static func shard(_ bounds: [Int64], _ nodes: [RedisReply]) -> RedisReply {
        // RESP2 has an array where RESP3 has a map.
        .array([self.text("slots"), .array(bounds.map { .integer($0) }), self.text("nodes"), .array(nodes)])
    }

    private static func read(_ shards: [RedisReply], isEncrypted: Bool = false) throws -> RedisClusterTopology {
        try RedisClusterTopology(shards: .array(shards), by: self.asked, isEncrypted: isEncrypted)
    }

    @Test(
        "a server is where the map says; one that says nothing is where the one that was asked is",
        arguments: [
            (RedisReply.bulkString(Array("10.0.0.1".utf8)), "10.0.0.1:6379"),
            (.bulkString(Array("node-1.example".utf8)), "node-1.example:6379"),
            (.bulkString(Array("fd00::1".utf8)), "[fd00::1]:6379"),
            (.null, "asked.example:6379"), (.bulkString([]), "asked.example:6379"),
            (.bulkString(Array("?".utf8)), "10.0.0.9:6379"),
        ])
    func endpoints(endpoint: RedisReply, address: String) throws {
        let topology = try Self.read([Self.shard([0, 16_383], [Self.node(endpoint)])])
        #expect(topology.primaries.map(\.description) == [address])
        #expect(topology.owners.allSatisfy { $0 == 0 })
        let range: RedisReply = .array([
            .integer(0), .integer(16_383), .array([endpoint, .integer(6379), Self.text("1")]),
        ])
        let slots = try RedisClusterTopology(slots: .array([range]), by: Self.asked)
        let isUnnamed = endpoint == Self.text("?")
        #expect(slots.primaries.map(\.description) == [isUnnamed ? "asked.example:6379" : address])
    }

    @Test("with TLS the ports are those that speak it; one that does not speak it is not there")
    func encrypted() throws {
        let plain: RedisReply = .map([
            Self.text("port"), .integer(1), Self.text("endpoint"), Self.text("a"), Self.text("role"),
            Self.text("master"),
        ])
        let shards = [Self.shard([0, 1], [Self.node(Self.text("b"))]), Self.shard([2, 3], [plain])]
        let topology = try Self.read(shards, isEncrypted: true)
        #expect(topology.primaries.map(\.description) == ["b:6380"])
        #expect(topology.owners[1] == 0 && topology.owners[2] == RedisClusterTopology.noOwner)
    }

    @Test("a primary that failed has its slots only until another one has them, and replicas have none")
    func failover() throws {
        let failed = Self.node(Self.text("failed"), health: "fail")
        let replica = Self.node(Self.text("replica"), role: "slave")
        let next = Self.node(Self.text("next"))
        let alone = try Self.read([Self.shard([0, 9], [failed, replica])])
        #expect(alone.primaries.map(\.description) == ["failed:6379"])
        #expect(alone.replicas.map(\.description) == ["replica:6379"])
        let replaced = try Self.read([Self.shard([0, 9], [failed, replica, next])])
        #expect(replaced.primaries.map(\.description) == ["next:6379"])
    }

    @Test("slots that no one has are no one's, and of two that claim a slot it is the first one's")
    func gapsAndOverlaps() throws {
        let topology = try Self.read([
            Self.shard([0, 99, 200, 299], [Self.node(Self.text("a"))]),
            Self.shard([50, 249], [Self.node(Self.text("b"))]),
            Self.shard([], [Self.node(Self.text("c"))]),
        ])
        #expect(topology.primaries.map(\.description) == ["a:6379", "b:6379"])
        #expect([0, 99, 100, 199, 200, 299].map { topology.owners[$0] } == [0, 0, 1, 1, 0, 0])
        #expect(topology.owners[300] == RedisClusterTopology.noOwner)
    }

    @Test("a map that no cluster can have is refused, whatever it claims, and does no work for it")
    func hostile() {
        let a = Self.node(Self.text("a"))
        let hostile: [[RedisReply]] = [
            [], [.null], [.integer(1)], [Self.shard([0, 16_384], [a])], [Self.shard([-1, 3], [a])],
            [Self.shard([.max - 1, .max], [a])], [Self.shard([.min, .max], [a])], [Self.shard([3, 1], [a])],
            [Self.shard([0, 16_383], [Self.node(Self.text("a"), port: 70_000)])],
            [Self.shard([0, 16_383], [Self.node(Self.text("a"), port: .min)])],
            [Self.shard([0, 16_383], [Self.node(Self.text("a b"))])],
            [Self.shard([0, 16_383], [Self.node(Self.text("user@evil"))])],
            [Self.shard([0, 16_383], [])],
            (0..<5_000).map { Self.shard([0, 0], [Self.node(Self.text("host-\($0)"))]) },
            [Self.shard([0, 16_383], [a] + (0..<5_000).map { Self.node(Self.text("r\($0)"), role: "slave") })],
            (0..<100).map { _ in Self.shard([0, 16_383], [a]) },
        ]
        for shards in hostile { #expect(throws: RESPViolation.self) { try Self.read(shards) } }
        for reply in [
            RedisReply.null, .integer(1), .array([.array([.integer(0)])]),
            .array([.array([.integer(5), .integer(1)])]),
        ] {
            #expect(throws: RESPViolation.self) { try RedisClusterTopology(slots: reply, by: Self.asked) }
        }
    }

    @Test(
        "a redirection is read, whatever the server calls the other one",
        arguments: [
            ("MOVED 3999 127.0.0.1:6381", "127.0.0.1:6381"), ("ASK 3999 fd00::1:6381", "[fd00::1]:6381"),
            ("MOVED 3999 node.example:6381", "node.example:6381"), ("MOVED 3999 :6381", "asked.example:6381"),
            ("ASK 3999 ?:6381", "asked.example:6381"), ("MOVED 3999 [fd00::1]:6381", "[fd00::1]:6381"),
        ])
    func redirections(text: String, address: String) throws {
        let redirection = try #require(RedisRedirection(RedisError(reply: text), by: Self.asked))
        #expect(redirection.slot == 3999)
        #expect(redirection.address.description == address)
    }

    @Test(
        "what is no redirection leads nowhere",
        arguments: [
            "MOVED", "MOVED 1", "MOVED x 127.0.0.1:1", "MOVED 16384 127.0.0.1:1", "MOVED -1 127.0.0.1:1",
            "MOVED 1 127.0.0.1", "MOVED 1 127.0.0.1:0", "MOVED 1 127.0.0.1:65536", "MOVED 1 127.0.0.1:x",
            "MOVED 1 a/b:1", "MOVED 1 \(String(repeating: "x", count: 256)):1",
        ])
    func noRedirections(text: String) {
        #expect(RedisRedirection(RedisError(reply: text), by: Self.asked) == nil)
    }
}
#endif
