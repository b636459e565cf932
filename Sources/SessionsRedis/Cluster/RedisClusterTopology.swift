//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Which primary owns which slots, according to one server of a cluster.
struct RedisClusterTopology {
    /// Limits on a server's reply. A cluster has at most a thousand servers, and each slot once.
    private enum Limit {
        static let servers = 4_096
        static let slots = 4 * RedisHashSlot.count
    }

    /// Slots that belong together, and the servers that own them.
    struct Shard {
        var ranges: [ClosedRange<Int>] = []
        var primary: RedisConfiguration.Address?
        var replicas: [RedisConfiguration.Address] = []
    }

    /// The value in ``owners`` of a slot without a primary.
    static let noOwner = UInt16.max

    private(set) var primaries: [RedisConfiguration.Address] = []
    private(set) var replicas: [RedisConfiguration.Address] = []
    /// The index of each slot's primary in ``primaries``.
    private(set) var owners = [UInt16](repeating: noOwner, count: RedisHashSlot.count)

    /// - Throws: A violation when the shards are impossible for a cluster.
    init(_ shards: [Shard]) throws(RESPViolation) {
        var places: [RedisConfiguration.Address: UInt16] = [:]
        var (claimed, serverCount) = (0, 0)
        for shard in shards {
            serverCount += 1 + shard.replicas.count
            guard serverCount <= Self.Limit.servers else {
                throw RESPViolation("a cluster has more than \(Self.Limit.servers) servers")
            }
            self.replicas += shard.replicas
            guard let primary = shard.primary, !shard.ranges.isEmpty else { continue }
            let place = places[primary] ?? UInt16(self.primaries.count)
            if places.updateValue(place, forKey: primary) == nil { self.primaries.append(primary) }
            for range in shard.ranges {
                guard range.lowerBound >= 0, range.upperBound < RedisHashSlot.count else {
                    throw RESPViolation("there are no slots \(range.lowerBound) to \(range.upperBound)")
                }
                claimed += range.count
                guard claimed <= Self.Limit.slots else { throw RESPViolation("slots are claimed over and over") }
                // If two servers claim a slot, the wrong one redirects when it is asked.
                for slot in range where self.owners[slot] == Self.noOwner { self.owners[slot] = place }
            }
        }
        guard !self.primaries.isEmpty else { throw RESPViolation("no server has any slots") }
    }
}
#endif
