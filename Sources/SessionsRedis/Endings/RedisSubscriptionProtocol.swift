//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// What a connection that receives the endings of sessions sends, and what it makes of the replies. It does no I/O.
///
/// After the handshake it subscribes to one channel. Then each heartbeat is a `PING`. It works with RESP2 and RESP3,
/// whose replies to a subscriber differ.
struct RedisSubscriptionProtocol: RedisListenerProtocol {
    /// What is published on the channel.
    typealias Message = [UInt8]
    typealias Step = RedisListenerStep<Message>

    private enum Stage {
        case handshake(RedisHandshake)
        case subscribing
        case subscribed
    }

    private let address: RedisConfiguration.Address
    private let channel: String
    private var stage: Stage
    private(set) var pendingSince: ContinuousClock.Instant?

    init(_ configuration: RedisConfiguration, channel: String) {
        self.address = configuration.address
        self.channel = channel
        self.stage = .handshake(RedisHandshake(configuration))
    }

    var isReady: Bool {
        if case .subscribed = self.stage { self.pendingSince == nil } else { false }
    }

    mutating func begin() -> Step {
        guard case .handshake(var handshake) = self.stage else { return .none }
        let step = handshake.begin()
        return self.take(step, of: handshake)
    }

    mutating func heartbeat(at now: ContinuousClock.Instant) -> [RedisCommand] {
        self.pendingSince = now
        return [RedisCommand("PING")]
    }

    mutating func resume() {}

    mutating func take(_ reply: RedisReply) -> Step {
        switch self.stage {
        case .handshake(var handshake):
            let step = handshake.take(reply)
            return self.take(step, of: handshake)
        case .subscribing:
            if case .error(let error) = reply { return .fail(.subscriptionRefused(self.address, error)) }
            guard self.parts(of: reply)?.first?.text == "subscribe" else { return self.fail("unexpected reply") }
            self.stage = .subscribed
            return .listening
        case .subscribed:
            return self.take(message: reply)
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
            self.stage = .subscribing
            return .send(RedisCommand("SUBSCRIBE", RedisArgument(self.channel)))
        }
    }

    private mutating func take(message reply: RedisReply) -> Step {
        if reply == .simpleString("PONG") {
            self.pendingSince = nil
            return .none
        }
        guard let parts = self.parts(of: reply), let kind = parts.first?.text else {
            return self.fail("unexpected reply")
        }
        switch (kind, parts.count) {
        case ("pong", 2):
            self.pendingSince = nil
            return .none
        case ("message", 3):
            guard let bytes = parts[2].bytes else { return self.fail("a message without text") }
            return .message(bytes)
        default:
            return self.fail("unexpected message")
        }
    }

    private func parts(of reply: RedisReply) -> [RedisReply]? {
        if case .push(let parts) = reply { parts } else { reply.elements }
    }

    private func fail(_ text: String) -> Step { .fail(.violation(self.address, RESPViolation(text))) }
}

extension RedisError {
    fileprivate static func subscriptionRefused(_ address: RedisConfiguration.Address, _ reply: RedisError)
        -> RedisError
    {
        RedisError(
            .noPermission,
            """
            The Redis server at \(address) refuses the channel on which endings are published: give the user the \
            rights +subscribe, +publish and +ping, and the channel with the prefix of the keys, as &session:*.
            """,
            mayHaveRun: false, underlying: reply)
    }
}
#endif
