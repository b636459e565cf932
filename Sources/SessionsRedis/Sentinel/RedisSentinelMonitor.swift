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

/// Asks the Sentinel servers for the primary, and owns the primary's client.
///
/// They learn of a failover one after another. So all are asked, and the configuration with the highest epoch wins.
final class RedisSentinelMonitor: Sendable {
    private struct State {
        var client: RedisClient?
        /// The epoch of the configuration that named the primary. Nil if it is unknown.
        var epoch: Int64?
        var failure: RedisError?
        var isShutDown = false
    }

    /// The answer of a Sentinel server.
    private struct Answer {
        let address: RedisConfiguration.Address
        /// Nil if the server does not report it.
        let epoch: Int64?
    }

    private enum Outcome {
        case answer(Answer), failure, timeIsUp
    }

    /// How long to wait for the other Sentinel servers after the first answer.
    private static let remainingAnswersTimeout = Duration.milliseconds(100)

    /// The Sentinel servers.
    let sentinels: [RedisClient]
    /// The connections of near caches, which follow the primary.
    let trackings = RedisListeners<RedisTracking>()
    private let name: String
    private let clock: SessionClock
    private let make: @Sendable (RedisConfiguration.Address) -> RedisClient
    private let singleFlight: RedisSingleFlight
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameter make: Creates the client of a primary.
    init(
        _ configuration: RedisSentinelConfiguration,
        sentinels: [RedisClient],
        clock: SessionClock,
        logger: Logger,
        _ make: @escaping @Sendable (RedisConfiguration.Address) -> RedisClient
    ) {
        self.sentinels = sentinels
        self.name = configuration.name
        self.clock = clock
        self.make = make
        self.singleFlight = RedisSingleFlight(pause: configuration.refreshDelay, clock: clock)
        self.logger = logger
        self.state = Mutex(State())
    }

    /// The client of the known primary, if there is one.
    var client: RedisClient? { self.state.withLock { $0.client } }

    /// Why no primary is known. Nil if one is.
    var failure: RedisError? { self.state.withLock { $0.failure } }

    /// Asks for the primary, or waits for the lookup in progress. Does neither shortly after a lookup.
    func refresh(by deadline: NIODeadline) async {
        await self.singleFlight.run { await self.querySentinels(by: deadline) }
    }

    /// Asks one Sentinel server, and switches to the primary that it names if its configuration is newer than the known
    /// one.
    func watch(_ sentinel: RedisClient, by deadline: NIODeadline) async {
        guard let answer = await self.answer(of: sentinel, by: deadline) else { return }
        guard let epoch = answer.epoch else { return await self.refresh(by: deadline) }
        guard self.state.withLock({ ($0.epoch ?? .min) < epoch }) else { return }
        self.adopt(answer)
    }

    private func querySentinels(by deadline: NIODeadline) async {
        let known = self.state.withLock { $0.epoch } ?? .min
        let answers = await withTaskGroup(of: Outcome.self) { group in
            for sentinel in self.sentinels {
                group.addTask { await self.answer(of: sentinel, by: deadline).map { .answer($0) } ?? .failure }
            }
            var answers: [Answer] = []
            var missing = self.sentinels.count
            while missing > 0, let outcome = await group.next() {
                switch outcome {
                case .answer(let answer):
                    if answers.isEmpty {
                        group.addTask {
                            try? await self.clock.sleep(for: Self.remainingAnswersTimeout)
                            return .timeIsUp
                        }
                    }
                    answers.append(answer)
                    missing -= 1
                    let isNew = answers.contains { $0.epoch.map { $0 >= known } ?? true }
                    if isNew, answers.count > self.sentinels.count / 2 { missing = 0 }
                case .failure: missing -= 1
                case .timeIsUp: missing = 0
                }
            }
            group.cancelAll()
            return answers
        }
        guard let newest = Self.newest(of: answers) else { return }
        // Epochs restart only if all Sentinel servers do.
        let isBehind = newest.epoch.map { $0 < known } ?? false
        guard !isBehind || answers.count == self.sentinels.count || self.client == nil else { return }
        self.adopt(newest)
    }

    /// The answer with the highest epoch. If no answer has one, the most frequent answer.
    private static func newest(of answers: [Answer]) -> Answer? {
        if let newest = answers.filter({ $0.epoch != nil }).max(by: { ($0.epoch ?? 0) < ($1.epoch ?? 0) }) {
            return newest
        }
        return answers.max { one, other in
            answers.count { $0.address == one.address } < answers.count { $0.address == other.address }
        }
    }

    private func answer(of sentinel: RedisClient, by deadline: NIODeadline) async -> Answer? {
        do {
            // The epoch first, so that the address is at least as new.
            let epoch = try await self.epoch(by: sentinel, deadline)
            let command = RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisArgument(self.name))
            let reply = try await sentinel.execute(command, by: deadline)
            return Answer(address: try self.address(reply, by: sentinel.configuration.address), epoch: epoch)
        } catch {
            if let error = error as? RedisError { self.state.withLock { $0.failure = error } }
            return nil
        }
    }

    /// The configuration epoch of a Sentinel server. Nil if this user may not ask for it.
    private func epoch(by sentinel: RedisClient, _ deadline: NIODeadline) async throws -> Int64? {
        do {
            let command = RedisCommand("SENTINEL", "MASTER", RedisArgument(self.name))
            let reply = try await sentinel.execute(command, by: deadline)
            return reply.fields["config-epoch"]?.text.flatMap { Int64($0) }
        } catch let error as RedisError where [.noPermission, .server].contains(error.code) && !error.mayHaveRun {
            return nil
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
                .protocolViolation, "The reply of the Sentinel at \(asked) is not the address of a primary.",
                mayHaveRun: false)
        }
        return address
    }

    private func adopt(_ answer: Answer) {
        let address = answer.address
        let (former, isNew) = self.state.withLock { state -> (RedisClient?, Bool) in
            (state.failure, state.epoch) = (nil, answer.epoch)
            let former = state.client
            guard !state.isShutDown, former?.configuration.address != address else { return (nil, false) }
            // Before any command can reach the new primary.
            for tracking in self.trackings.all { tracking.suspend() }
            state.client = self.make(address)
            return (former, true)
        }
        guard isNew else { return }
        for tracking in self.trackings.all { self.follow(with: tracking) }
        self.logger.info(
            "Sentinel says who the primary of Redis is",
            metadata: [
                "redis.server": "\(address)", "redis.former": "\(former?.configuration.address.description ?? "none")",
            ]
        )
    }

    /// Adds a connection of a near cache. It follows the primary, as soon as that is known.
    func add(_ tracking: RedisTracking) {
        self.trackings.add(tracking)
        self.follow(with: tracking)
    }

    private func follow(with tracking: RedisTracking) {
        tracking.follow { self.client?.configuration }
    }

    /// Stops switching to other primaries.
    ///
    /// - Returns: All clients.
    func shutDown() -> [RedisClient] {
        self.state.withLock { state in
            state.isShutDown = true
            return (state.client.map { [$0] } ?? []) + self.sentinels
        }
    }
}
#endif
