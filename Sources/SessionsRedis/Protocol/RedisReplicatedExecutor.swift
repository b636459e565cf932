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
/// A ``RedisSessionStore`` needs one if logouts wait for replicas (``RedisStoreConfiguration/logoutReplication``).
/// ``RedisClient``, ``RedisClusterClient`` and ``RedisSentinelClient`` conform.
public protocol RedisReplicatedExecutor: RedisCommandExecutor {
    /// Sends a write, waits for its reply, and then waits until a number of replicas have it.
    ///
    /// It uses `WAIT`, sent directly after the command over the same connection, because `WAIT` concerns the writes of
    /// its connection.
    ///
    /// - Parameters:
    ///   - command: The write.
    ///   - replicas: The number of replicas to wait for.
    ///   - limit: The maximum time to wait for them. The client's own deadline covers both together.
    /// - Returns: The reply to the command, and how many replicas have it. Fewer than requested is not an error: the
    ///   command was performed.
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
    /// How many replicas acknowledged the write.
    public let replicaCount: Int

    /// Creates a reply.
    public init(reply: RedisReply, replicaCount: Int) {
        self.reply = reply
        self.replicaCount = replicaCount
    }
}
#endif
