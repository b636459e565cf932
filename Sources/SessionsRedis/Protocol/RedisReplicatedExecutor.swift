//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// A ``RedisCommandExecutor`` that can wait until replicas have a write.
///
/// A ``RedisSessionStore`` that is to wait for replicas when a session ends
/// (``RedisStoreConfiguration/logoutReplication``) needs one. ``RedisClient``, ``RedisClusterClient`` and
/// ``RedisSentinelClient`` are.
public protocol RedisReplicatedExecutor: RedisCommandExecutor {
    /// Sends a write and waits for its reply, and then until so many replicas have it.
    ///
    /// `WAIT` does it. It is sent over the connection of the command, directly after it, because it is about what that
    /// connection wrote.
    ///
    /// - Parameters:
    ///   - command: The write.
    ///   - replicas: For how many replicas to wait.
    ///   - limit: For how long to wait for them. A client's own deadline holds for both together.
    /// - Returns: The reply to the command, and how many replicas have it. Fewer than asked for is no error: the
    ///   command was done.
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
    func execute(
        _ command: RedisCommand,
        replicas: Int,
        within limit: Duration
    ) async throws -> RedisReplicatedReply
}

/// The reply to a write, and how many replicas have it.
public struct RedisReplicatedReply: Sendable, Hashable {
    /// The reply to the command.
    public let reply: RedisReply
    /// How many replicas said that they have the write.
    public let replicaCount: Int

    /// Creates a reply.
    public init(reply: RedisReply, replicaCount: Int) {
        self.reply = reply
        self.replicaCount = replicaCount
    }
}
#endif
