//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
extension RedisClusterTopology {
    /// The command whose reply ``init(shards:by:isEncrypted:)`` parses.
    static let shards = RedisCommand("CLUSTER", "SHARDS")
    /// The equivalent command for servers older than Redis 7.
    static let slots = RedisCommand("CLUSTER", "SLOTS")

    /// Parses the reply to `CLUSTER SHARDS`.
    ///
    /// - Parameters:
    ///   - asked: The server that replied.
    ///   - isEncrypted: Whether to use the TLS ports.
    init(
        shards reply: RedisReply,
        by asked: RedisConfiguration.Address,
        isEncrypted: Bool
    ) throws(RESPViolation) {
        guard let elements = reply.elements else { throw RESPViolation("shards are no list") }
        var shards: [Shard] = []
        for element in elements {
            let fields = element.fields
            let bounds = (fields["slots"]?.elements ?? []).map { Int(clamping: $0.integer ?? -1) }
            var shard = Shard()
            for start in stride(from: 0, to: bounds.count, by: 2) {
                shard.ranges.append(try Self.range(bounds[start], bounds[min(start + 1, bounds.count - 1)]))
            }
            var failing: [RedisConfiguration.Address] = []
            for server in fields["nodes"]?.elements ?? [] {
                let facts = server.fields
                guard let port = (isEncrypted ? facts["tls-port"] : facts["port"])?.integer,
                    let address = Self.address(facts["endpoint"], facts["ip"], port: port, by: asked)
                else { continue }
                let isPrimary = ["master", "primary"].contains(facts["role"]?.text ?? "")
                switch (isPrimary, facts["health"]?.text) {
                case (true, "fail"?): failing.append(address)
                case (true, _) where shard.primary == nil: shard.primary = address
                default: shard.replicas.append(address)
                }
            }
            // A failing primary owns its slots until another server takes them over.
            shard.primary = shard.primary ?? failing.first
            shards.append(shard)
        }
        try self.init(shards)
    }

    /// Parses the reply to `CLUSTER SLOTS`. Its ports are for the same kind of connection: TLS or plain.
    init(slots reply: RedisReply, by asked: RedisConfiguration.Address) throws(RESPViolation) {
        guard let elements = reply.elements else { throw RESPViolation("slots are no list") }
        var shards: [Shard] = []
        for element in elements {
            guard let parts = element.elements, parts.count >= 2, let first = parts[0].integer,
                let last = parts[1].integer
            else { throw RESPViolation("slots have no bounds") }
            let addresses = parts.dropFirst(2).map { server -> RedisConfiguration.Address? in
                guard let facts = server.elements, facts.count >= 2, let port = facts[1].integer else { return nil }
                let others = facts.count >= 4 ? facts[3].fields : [:]
                return Self.address(facts[0], others["ip"], port: port, by: asked)
            }
            shards.append(
                Shard(
                    ranges: [try Self.range(Int(clamping: first), Int(clamping: last))],
                    primary: addresses.first ?? nil,
                    replicas: addresses.dropFirst().compactMap { $0 }
                ))
        }
        try self.init(shards)
    }

    private static func range(_ first: Int, _ last: Int) throws(RESPViolation) -> ClosedRange<Int> {
        guard first <= last else { throw RESPViolation("there are no slots \(first) to \(last)") }
        return first...last
    }

    /// A server that should have a host name and has none still has an address.
    private static func address(
        _ endpoint: RedisReply?,
        _ ip: RedisReply?,
        port: Int64,
        by asked: RedisConfiguration.Address
    ) -> RedisConfiguration.Address? {
        let name = endpoint?.text ?? ""
        return RedisConfiguration.Address(
            host: name == "?" ? ip?.text ?? "" : name, port: Int(clamping: port), by: asked)
    }
}

extension RedisReply {
    /// The values of a map by key. In RESP2 it is an array of alternating keys and values. The first value of a key
    /// counts.
    var fields: [String: RedisReply] {
        guard let elements = self.elements else { return [:] }
        var fields: [String: RedisReply] = [:]
        for place in stride(from: 0, to: elements.count - 1, by: 2) {
            if let key = elements[place].text, fields[key] == nil { fields[key] = elements[place + 1] }
        }
        return fields
    }
}
#endif
