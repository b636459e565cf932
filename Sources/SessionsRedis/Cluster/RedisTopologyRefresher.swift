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
import Sessions
import Synchronization

/// Asks the servers of a cluster for the slot topology.
final class RedisTopologyRefresher: Sendable {
    /// How many servers are asked concurrently: several, because one that does not answer uses up the deadline.
    private static let width = 3

    private let configuration: RedisClusterConfiguration
    private let servers: RedisNodePool
    private let singleFlight: RedisSingleFlight
    private let logger: Logger
    private let lastFailure = Mutex<RedisError?>(nil)

    init(
        _ configuration: RedisClusterConfiguration,
        servers: RedisNodePool,
        clock: SessionClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.servers = servers
        self.singleFlight = RedisSingleFlight(pause: configuration.refreshDelay, clock: clock)
        self.logger = logger
    }

    /// Why the last refresh failed. Nil if it succeeded.
    var failure: RedisError? { self.lastFailure.withLock { $0 } }

    /// Refreshes the topology, or waits for the refresh in progress. Does neither shortly after a refresh.
    ///
    /// - Parameter failed: A server that does not answer. It is not asked.
    func refresh(without failed: RedisClient? = nil, by deadline: NIODeadline) async {
        await self.singleFlight.run { await self.queryServers(without: failed, by: deadline) }
    }

    /// Asks a server that has just redirected a command. Does not wait for a refresh in progress.
    func refresh(from client: RedisClient, by deadline: NIODeadline) async {
        await self.singleFlight.runUnlessInProgress {
            do {
                self.adopt(try await self.topology(from: client, by: deadline))
            } catch {
                // The redirection itself is known. The rest can wait.
                self.logger.debug("The Redis cluster topology could not be read", metadata: ["error": "\(error)"])
            }
        }
    }

    private func queryServers(without failed: RedisClient?, by deadline: NIODeadline) async {
        do {
            var rest = try self.servers.candidates(without: failed)[...]
            while !rest.isEmpty, NIODeadline.now() < deadline, !Task.isCancelled {
                let clients = try rest.prefix(Self.width).map { try self.servers.client(at: $0) }
                rest = rest.dropFirst(Self.width)
                if let topology = await self.first(of: clients, by: deadline) { return self.adopt(topology) }
            }
        } catch {
            self.note(error as? RedisError)
        }
    }

    /// The topology of the first server that answers.
    private func first(of clients: [RedisClient], by deadline: NIODeadline) async -> RedisClusterTopology? {
        await withTaskGroup(of: Result<RedisClusterTopology, any Error>.self) { group in
            for client in clients {
                group.addTask {
                    do {
                        return .success(try await self.topology(from: client, by: deadline))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            for await result in group {
                switch result {
                case .success(let topology):
                    group.cancelAll()
                    return topology
                case .failure(let error): self.note(error as? RedisError)
                }
            }
            return nil
        }
    }

    private func topology(from client: RedisClient, by deadline: NIODeadline) async throws -> RedisClusterTopology {
        let address = client.configuration.address
        do {
            do {
                let reply = try await client.execute(RedisClusterTopology.shards, by: deadline)
                let isEncrypted = self.configuration.server.tls.configuration != nil
                return try RedisClusterTopology(shards: reply, by: address, isEncrypted: isEncrypted)
            } catch let error as RedisError where [.server, .noPermission].contains(error.code) && !error.mayHaveRun {
                // The server does not know the command, or this user may not run it.
                let reply = try await client.execute(RedisClusterTopology.slots, by: deadline)
                return try RedisClusterTopology(slots: reply, by: address)
            }
        } catch let violation as RESPViolation {
            throw RedisError.noCluster(address, violation.description)
        } catch let error as RedisError where error.message.contains("cluster support disabled") {
            throw RedisError.noCluster(address, "it is a server by itself, for which there is RedisClient")
        }
    }

    private func adopt(_ topology: RedisClusterTopology) {
        self.note(nil)
        guard self.servers.adopt(topology) else { return }
        let covered = topology.owners.count { $0 != RedisClusterTopology.noOwner }
        self.logger.log(
            level: covered == RedisHashSlot.count ? .info : .warning,
            "The Redis cluster topology has changed",
            metadata: [
                "redis.primaries": "\(topology.primaries.map(\.description).joined(separator: " "))",
                "redis.slots": "\(covered)",
            ]
        )
    }

    private func note(_ failure: RedisError?) {
        self.lastFailure.withLock { $0 = failure }
    }
}

extension RedisError {
    static func noMap(_ configuration: RedisClusterConfiguration) -> RedisError {
        RedisError(
            .notConnected,
            "No server of the cluster says who has which slots; \(configuration.seeds.count) seeds were given.",
            mayHaveRun: false)
    }

    static func noCluster(_ address: RedisConfiguration.Address, _ reason: String) -> RedisError {
        RedisError(
            .protocolViolation, "The server at \(address) does not say who has which slots: \(reason).",
            mayHaveRun: false)
    }
}
#endif
