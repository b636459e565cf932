//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Synchronization

/// The known servers of a cluster: a client for each contacted server, and which server owns which slot.
final class RedisNodePool: Sendable {
    private struct State {
        var clients: [RedisConfiguration.Address: RedisClient] = [:]
        var primaries: [RedisConfiguration.Address] = []
        var replicas: [RedisConfiguration.Address] = []
        var owners = [UInt16](repeating: RedisClusterTopology.noOwner, count: RedisHashSlot.count)
        var numbers = RedisServerNumbers()
        var nextIndex = 0
        var isShutDown = false
    }

    private let seeds: [RedisConfiguration.Address]
    private let make: @Sendable (RedisConfiguration.Address) -> RedisClient
    private let state = Mutex(State())

    init(
        seeds: [RedisConfiguration.Address],
        _ make: @escaping @Sendable (RedisConfiguration.Address) -> RedisClient
    ) {
        self.seeds = seeds
        self.make = make
    }

    /// The server that owns a slot. Nil if none is known. Without a slot, any primary, in turn.
    func client(of slot: Int?) throws(RedisError) -> RedisClient? {
        try self.locked { state throws(RedisError) in
            if let slot {
                let owner = state.owners[slot]
                guard owner != RedisClusterTopology.noOwner else { return nil }
                return try self.client(at: state.primaries[Int(owner)], &state)
            }
            guard !state.primaries.isEmpty else { return nil }
            state.nextIndex = (state.nextIndex + 1) % state.primaries.count
            return try self.client(at: state.primaries[state.nextIndex], &state)
        }
    }

    /// The server that passes on what all of them publish: the current one as long as it is a primary, or any. Nil
    /// after a shutdown.
    func subscriptionAddress(_ current: RedisConfiguration.Address?) -> RedisConfiguration.Address? {
        self.state.withLock { state in
            if state.isShutDown { return nil }
            if let current, state.primaries.isEmpty || state.primaries.contains(current) { return current }
            let addresses = state.primaries.isEmpty ? self.seeds : state.primaries
            state.nextIndex = (state.nextIndex + 1) % 1_000_000
            return addresses[state.nextIndex % addresses.count]
        }
    }

    /// The server at an address from a redirection.
    func client(at address: RedisConfiguration.Address) throws(RedisError) -> RedisClient {
        try self.locked { state throws(RedisError) in try self.client(at: address, &state) }
    }

    /// The servers that can be asked for the topology, each once, in an order that differs from call to call: primaries
    /// first, then replicas, then the seeds.
    func candidates(without failed: RedisClient?) throws(RedisError) -> [RedisConfiguration.Address] {
        try self.locked { state throws(RedisError) in
            state.nextIndex = (state.nextIndex + 1) % 1_000_000
            var known: Set<RedisConfiguration.Address> = []
            if let failed { known.insert(failed.configuration.address) }
            return [state.primaries, state.replicas, self.seeds].flatMap { addresses in
                let first = addresses.isEmpty ? 0 : state.nextIndex % addresses.count
                return (addresses[first...] + addresses[..<first]).filter { known.insert($0).inserted }
            }
        }
    }

    /// All servers that own slots, ordered by their first slot: servers list each other in any order, and a scan of all
    /// of them must find the next one at the same position. Nil if a slot has no owner.
    func owners() throws(RedisError) -> [RedisClient]? {
        try self.locked { state throws(RedisError) in
            var known: Set<UInt16> = []
            let places = state.owners.filter { known.insert($0).inserted }
            guard !known.contains(RedisClusterTopology.noOwner) else { return nil }
            return try places.map { place throws(RedisError) in
                try self.client(at: state.primaries[Int(place)], &state)
            }
        }
    }

    /// The number of the server that owns a slot. 0 if none is known.
    func number(of slot: Int) -> Int {
        self.state.withLock { state in
            let owner = state.owners[slot]
            return owner == RedisClusterTopology.noOwner ? 0 : state.numbers[Int(owner)]
        }
    }

    /// A value that identifies the current distribution of the slots.
    func fingerprint() throws(RedisError) -> UInt64 {
        try self.locked { state throws(RedisError) in
            var former = RedisClusterTopology.noOwner
            var bytes: [UInt8] = []
            for (slot, owner) in state.owners.enumerated() where owner != former {
                former = owner
                let address = owner == RedisClusterTopology.noOwner ? "" : "\(state.primaries[Int(owner)])"
                bytes += Array("\(slot)=\(address);".utf8)
            }
            return bytes.fingerprint
        }
    }

    /// Records that a slot has moved to another server.
    func move(_ slot: Int, to address: RedisConfiguration.Address) throws(RedisError) -> RedisClient {
        try self.locked { state throws(RedisError) in
            var place = state.primaries.firstIndex(of: address)
            // A server that redirects everything must not make this list grow without limit.
            if place == nil, state.primaries.count < 8_192 {
                place = state.primaries.count
                state.primaries.append(address)
                state.numbers.assign(to: state.primaries)
            }
            if let place { state.owners[slot] = UInt16(place) }
            return try self.client(at: address, &state)
        }
    }

    /// Replaces the topology. Clients of servers that it no longer contains close their connections after the last
    /// command has its reply.
    ///
    /// - Returns: Whether anything changed.
    func adopt(_ topology: RedisClusterTopology) -> Bool {
        let (dropped, isNew) = self.state.withLock { state -> ([RedisClient], Bool) in
            let isNew = state.primaries != topology.primaries || state.owners != topology.owners
            (state.primaries, state.replicas) = (topology.primaries, topology.replicas)
            state.owners = topology.owners
            state.numbers.assign(to: topology.primaries)
            let known = Set(topology.primaries + topology.replicas)
            let dropped = state.clients.filter { !known.contains($0.key) }
            for address in dropped.keys { state.clients[address] = nil }
            return (Array(dropped.values), isNew)
        }
        // Released outside the lock, because the deinitialization of a client does work.
        withExtendedLifetime(dropped) {}
        return isNew
    }

    /// Accepts no more commands.
    ///
    /// - Returns: All clients.
    func shutDown() -> [RedisClient] {
        self.state.withLock { state in
            state.isShutDown = true
            defer { state.clients = [:] }
            return Array(state.clients.values)
        }
    }

    private func client(
        at address: RedisConfiguration.Address,
        _ state: inout State
    ) throws(RedisError) -> RedisClient {
        if let client = state.clients[address] { return client }
        // A cluster has no more servers than this. Clients of servers that left it are dropped with the next topology.
        guard state.clients.count < 8_192 else {
            throw RedisError(
                .protocolViolation, "The cluster sends commands to more than 8,192 servers.", mayHaveRun: false)
        }
        let client = self.make(address)
        state.clients[address] = client
        return client
    }

    private func locked<Value: Sendable>(
        _ body: (inout sending State) throws(RedisError) -> sending Value
    ) throws(RedisError) -> Value {
        try self.state.withLock { state throws(RedisError) in
            if state.isShutDown, let seed = self.seeds.first { throw RedisError.shutDown(seed) }
            return try body(&state)
        }
    }
}
#endif
