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

/// Asks the servers of Sentinel who the primary is, and has the client of it.
final class RedisSentinels: Sendable {
    private struct State {
        var client: RedisClient?
        var failure: RedisError?
        /// The servers of Sentinel, the one that answered last first.
        var sentinels: [RedisClient]
        var isShutDown = false
    }

    private let name: String
    private let make: @Sendable (RedisConfiguration.Address) -> RedisClient
    private let look: SharedLook
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameter make: Makes the client of a primary.
    init(
        _ configuration: RedisSentinelConfiguration,
        sentinels: [RedisClient],
        clock: SessionClock,
        logger: Logger,
        _ make: @escaping @Sendable (RedisConfiguration.Address) -> RedisClient
    ) {
        self.name = configuration.name
        self.make = make
        self.look = SharedLook(pause: configuration.refreshDelay, clock: clock)
        self.logger = logger
        self.state = Mutex(State(sentinels: sentinels))
    }

    /// The primary as far as it is known.
    var client: RedisClient? { self.state.withLock { $0.client } }

    /// Why nobody knows the primary; nil when somebody does.
    var failure: RedisError? { self.state.withLock { $0.failure } }

    /// Asks, or waits for whoever asks; does neither when somebody has just asked.
    func refresh(by deadline: NIODeadline) async {
        await self.look.look { await self.ask(by: deadline) }
    }

    private func ask(by deadline: NIODeadline) async {
        for sentinel in self.state.withLock({ $0.sentinels }) where NIODeadline.now() < deadline {
            do {
                let command = RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisArgument(self.name))
                let reply = try await sentinel.execute(command, by: deadline)
                let address = try self.address(reply, by: sentinel.configuration.address)
                return self.adopt(address, from: sentinel)
            } catch {
                if Task.isCancelled { return }
                self.state.withLock { $0.failure = error as? RedisError }
            }
        }
    }

    private func address(
        _ reply: RedisReply,
        by asked: RedisConfiguration.Address
    ) throws(RedisError) -> RedisConfiguration.Address {
        guard !reply.isNull else {
            throw RedisError(
                .configuration,
                "The Sentinel at \(asked) watches nothing with the configured name; it is in its sentinel monitor.",
                mayHaveRun: false)
        }
        guard let parts = reply.elements, parts.count == 2, let host = parts[0].text,
            let port = parts[1].text.flatMap({ Int($0) }),
            let address = RedisConfiguration.Address(host: host, port: port, by: asked)
        else {
            throw RedisError(
                .protocolViolation, "What the Sentinel at \(asked) replies is no address of a primary.",
                mayHaveRun: false)
        }
        return address
    }

    private func adopt(_ address: RedisConfiguration.Address, from sentinel: RedisClient) {
        let (former, isNew) = self.state.withLock { state -> (RedisClient?, Bool) in
            state.failure = nil
            if let place = state.sentinels.firstIndex(where: { $0 === sentinel }), place > 0 {
                state.sentinels.insert(state.sentinels.remove(at: place), at: 0)
            }
            let former = state.client
            guard !state.isShutDown, former?.configuration.address != address else { return (nil, false) }
            state.client = self.make(address)
            return (former, true)
        }
        guard isNew else { return }
        self.logger.info(
            "Sentinel says who the primary of Redis is",
            metadata: [
                "redis.server": "\(address)", "redis.former": "\(former?.configuration.address.description ?? "none")",
            ]
        )
    }

    /// Looks for no other primary.
    ///
    /// - Returns: All clients that there are.
    func shutDown() -> [RedisClient] {
        self.state.withLock { state in
            state.isShutDown = true
            return (state.client.map { [$0] } ?? []) + state.sentinels
        }
    }
}
#endif
