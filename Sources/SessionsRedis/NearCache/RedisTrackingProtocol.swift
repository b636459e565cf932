//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// What a tracking connection sends, and what it makes of the replies. It does no I/O and reads no clock.
///
/// After the handshake it turns on `CLIENT TRACKING` for a prefix. Then each heartbeat is a `PING` and a `ROLE`,
/// because only a primary may extend the lease.
struct RedisTrackingProtocol: RedisListenerProtocol {
    enum Message {
        /// These keys of the server have changed.
        case changed([[UInt8]])
        /// All keys of the server may have changed.
        case allChanged
        /// Cached records may be used until then.
        case leaseExtended(ContinuousClock.Instant)
    }

    typealias Step = RedisListenerStep<Message>

    private enum Stage {
        case handshake(RedisHandshake)
        case turningOn
        case ready
        case pinged(at: ContinuousClock.Instant)
        case answered(isPong: Bool, pingedAt: ContinuousClock.Instant)
    }

    private let address: RedisConfiguration.Address
    private let prefix: String
    private var stage: Stage
    private var lease: RedisLease

    init(_ configuration: RedisConfiguration, prefix: String, lease: Duration) {
        var configuration = configuration
        configuration.requiresPrimary = true
        self.address = configuration.address
        self.prefix = prefix
        self.stage = .handshake(RedisHandshake(configuration))
        self.lease = RedisLease(length: lease)
    }

    var pendingSince: ContinuousClock.Instant? {
        switch self.stage {
        case .pinged(let sent), .answered(_, let sent): sent
        case .handshake, .turningOn, .ready: nil
        }
    }

    var isReady: Bool {
        if case .ready = self.stage { true } else { false }
    }

    /// The next two heartbeats give a lease.
    mutating func resume() { self.lease.refused() }

    mutating func begin() -> Step {
        guard case .handshake(var handshake) = self.stage else { return .none }
        let step = handshake.begin()
        return self.take(step, of: handshake)
    }

    mutating func heartbeat(at now: ContinuousClock.Instant) -> [RedisCommand] {
        self.stage = .pinged(at: now)
        return [RedisCommand("PING"), RedisCommand("ROLE")]
    }

    mutating func take(_ reply: RedisReply) -> Step {
        if case .push(let message) = reply { return self.take(push: message) }
        switch self.stage {
        case .handshake(var handshake):
            let step = handshake.take(reply)
            return self.take(step, of: handshake)
        case .turningOn:
            if case .error(let error) = reply { return .fail(.trackingRefused(self.address, error)) }
            self.stage = .ready
            return .listening
        case .ready:
            return self.fail("unexpected reply")
        case .pinged(let sent):
            self.stage = .answered(isPong: reply == .simpleString("PONG"), pingedAt: sent)
            return .none
        case .answered(let isPong, let sent):
            self.stage = .ready
            return self.take(role: reply, isPong: isPong, pingedAt: sent)
        }
    }

    private mutating func take(_ step: RedisHandshake.Step, of handshake: RedisHandshake) -> Step {
        self.stage = .handshake(handshake)
        switch step {
        case .send(let command):
            return .send(command)
        case .failed(let error):
            return .fail(error)
        case .ready:
            guard handshake.speaksRESP3 else { return .fail(.noRESP3(self.address)) }
            self.stage = .turningOn
            return .send(RedisCommand("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", RedisArgument(self.prefix)))
        }
    }

    private mutating func take(role: RedisReply, isPong: Bool, pingedAt sent: ContinuousClock.Instant) -> Step {
        switch role {
        case .error(let error) where error.code == .noPermission:
            return .fail(.trackingRefused(self.address, error))
        case .error:
            // It loads its data, or runs a slow script.
            self.lease.refused()
            return .none
        default:
            guard role.elements?.first?.text == "master" else { return .fail(.replica(self.address)) }
            guard isPong else {
                self.lease.refused()
                return .none
            }
            guard self.lease.answered(pingSentAt: sent), let end = self.lease.end else { return .sendHeartbeat }
            return .message(.leaseExtended(end))
        }
    }

    private func take(push message: [RedisReply]) -> Step {
        guard message.count == 2, message[0].text == "invalidate" else { return self.fail("unexpected push") }
        if message[1].isNull { return .message(.allChanged) }
        guard let keys = message[1].elements else { return self.fail("a push without keys") }
        return .message(.changed(keys.compactMap(\.bytes)))
    }

    private func fail(_ text: String) -> Step { .fail(.violation(self.address, RESPViolation(text))) }
}

extension RedisError {
    fileprivate static func noRESP3(_ address: RedisConfiguration.Address) -> RedisError {
        RedisError(
            .configuration,
            "The near cache needs RESP3, which the Redis server at \(address) does not speak: Redis 6 and Valkey do.",
            mayHaveRun: false)
    }

    fileprivate static func trackingRefused(_ address: RedisConfiguration.Address, _ reply: RedisError) -> RedisError {
        RedisError(
            .noPermission,
            """
            The Redis server at \(address) refuses what the near cache needs: give the user the rights +ping, +role and \
            +client|tracking.
            """,
            mayHaveRun: false, underlying: reply)
    }
}
#endif
