//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// What a connection that listens to a server sends, and what it makes of the replies. It does no I/O and reads no
/// clock.
protocol RedisListenerProtocol {
    /// What the server says of its own accord.
    associatedtype Message

    /// Whether a heartbeat may be sent: one at a time.
    var isReady: Bool { get }
    /// When the heartbeat was sent whose replies are missing.
    var pendingSince: ContinuousClock.Instant? { get }

    mutating func begin() -> RedisListenerStep<Message>
    mutating func take(_ reply: RedisReply) -> RedisListenerStep<Message>
    /// The commands of a heartbeat that is being sent.
    mutating func heartbeat(at now: ContinuousClock.Instant) -> [RedisCommand]
    /// Heartbeats begin again after a pause.
    mutating func resume()
}

/// The next action of a connection that listens.
enum RedisListenerStep<Message> {
    case none
    case send(RedisCommand)
    /// Messages are received from now on.
    case listening
    case message(Message)
    /// Another heartbeat has to confirm the one that was answered.
    case sendHeartbeat
    case fail(RedisError)
}
#endif
