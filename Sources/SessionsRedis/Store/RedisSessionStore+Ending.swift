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
    /// A session that a call ended, as far as its index needs it.
    struct EndedSession: Sendable {
        let id: SessionID
        /// Nil if it had no user, or is unreadable.
        let subject: String?
        /// The absolute end of the session.
        let end: SessionInstant
    }

    /// The length of the start of an entry that contains even the longest subject.
    private static let beginningLength: Int64 = 2_048

    /// Ends a session, of a given user or of any user.
    ///
    /// Its entry in the index stays. The caller removes it, and waits for the leases of near caches.
    ///
    /// - Returns: The session if it was live, or nil.
    func end(_ id: SessionID, of subject: String?, tombstoneUntil: SessionInstant, now: SessionInstant) async throws
        -> EndedSession?
    {
        let owner = subject.map { RedisSubject($0) }
        let arguments = [
            RedisArgument(RedisSessionEntry.encodeTombstone(id, until: tombstoneUntil)),
            RedisArgument(RedisExpiry.milliseconds(until: tombstoneUntil, now: now)),
            RedisArgument(owner.map { Array($0.tag) } ?? []),
            RedisArgument(owner == nil ? Self.beginningLength : Int64(RedisSessionEntry.Offset.recordEnd)),
            RedisArgument(self.keys.endingChannel),
        ]
        let reply = try await self.writing(id) {
            try await self.translatingErrors(for: id) {
                guard self.configuration.logoutReplication != .asynchronous,
                    let executor = self.executor as? any RedisReplicatedExecutor
                else { return try await self.run(.end, id, arguments, now: now) }
                return try await self.endOnReplicas(id, arguments, now: now, executor)
            }
        }
        if let integer = reply.integer {
            return integer == 1 ? EndedSession(id: id, subject: nil, end: .distantPast) : nil
        }
        guard let bytes = reply.bytes, let header = RedisSessionEntry.header(of: bytes) else {
            throw SessionStoreError.unexpected(reply)
        }
        return EndedSession(
            id: id, subject: subject ?? RedisSessionEntry.subject(of: bytes), end: header.absoluteExpiresAt)
    }

    private func endOnReplicas(
        _ id: SessionID,
        _ arguments: [RedisArgument],
        now: SessionInstant,
        _ executor: any RedisReplicatedExecutor
    ) async throws -> RedisReply {
        let wanted = self.configuration.logoutReplication
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
