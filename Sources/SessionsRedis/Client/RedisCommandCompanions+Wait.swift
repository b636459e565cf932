//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

extension RedisCommandCompanions {
    /// Makes the server wait for replicas. The time is at least one millisecond, because 0 makes the server wait
    /// forever.
    init(replicas: Int, within limit: Duration) {
        self.wait = (Int64(max(0, replicas)), max(1, limit.wholeMilliseconds))
    }
}

extension RedisReplicatedReply {
    /// Splits the replies to a command and to the `WAIT` after it.
    init(_ replies: RedisReply) throws(RedisError) {
        guard let parts = replies.elements, parts.count == 2, let count = parts[1].integer else {
            throw RedisError(.protocolViolation, "The reply to WAIT is \(replies).", mayHaveRun: true)
        }
        self.init(reply: parts[0], replicaCount: Int(clamping: count))
    }
}

extension RedisClient {
    public func execute(
        _ command: RedisCommand,
        replicas: Int,
        within limit: Duration
    ) async throws -> RedisReplicatedReply {
        let companions = RedisCommandCompanions(replicas: replicas, within: limit)
        return try RedisReplicatedReply(try await self.execute(command, companions, by: self.commandDeadline))
    }
}
#endif
