//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

extension RedisSessionStore {
    /// Ends a session if it is a user's, or whoever's it is.
    ///
    /// - Returns: Whether it was live.
    func end(_ id: SessionID, of subject: RedisSubject?, markedUntil: Instant, now: Instant) async throws -> Bool {
        let arguments = [
            RedisArgument(RedisSessionEntry.encodeMarker(id, until: markedUntil)),
            RedisArgument(RedisRetention.milliseconds(until: markedUntil, now: now)),
            RedisArgument(subject.map { Array($0.tag) } ?? []),
        ]
        let reply = try await self.ask(about: id) {
            guard self.configuration.endingReplication != .asynchronous,
                let executor = self.executor as? any RedisReplicatedExecutor
            else { return try await self.run(.end, id, arguments, now: now) }
            return try await self.endOnReplicas(id, arguments, now: now, executor)
        }
        return try reply.answer(of: id) == 1
    }

    private func endOnReplicas(
        _ id: SessionID,
        _ arguments: [RedisArgument],
        now: Instant,
        _ executor: any RedisReplicatedExecutor
    ) async throws -> RedisReply {
        let wanted = self.configuration.endingReplication
        let done = try await RedisScript.end.run(
            on: self.keys.session(id),
            [RedisArgument(id.bytes), RedisArgument(now.bytes)] + arguments,
            replicas: wanted.replicaCount,
            within: wanted.limit,
            executor
        )
        guard done.replicaCount >= wanted.replicaCount else {
            throw SessionStoreError(
                .unavailable,
                """
                The session \(id) has ended, and after \(wanted.limit) \(done.replicaCount) replicas know it, not \
                \(wanted.replicaCount): should the primary fail now, the session may live again. End it once more.
                """
            )
        }
        return done.reply
    }
}
#endif
