//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// How a ``RedisSessionStore`` behaves.
public struct RedisStoreConfiguration: Sendable {
    /// What the names of all keys begin with. The default is `sessions:`.
    ///
    /// Applications that share a server are told apart by it, so it must not be empty. Braces in it (`{shop}:`) put all
    /// of them on one server of a cluster.
    public var prefix = "sessions:"

    /// How long the server keeps a session at the most. The default is as long as the session lives.
    public var timeToLive: TimeToLive = .untilEnd

    /// Whether sessions are left to expire although they are used, so that reading never costs a write; `disableTouch`
    /// of connect-redis. A session then lives for its idle limit after it was last changed. The default is false.
    public var ignoresTouches = false

    /// How many keys the server looks at in one step while sessions are counted or paged through. The default is 1,000.
    public var scanCount = 1_000

    /// Whether an ending is acknowledged only when replicas have it. The default is ``EndingReplication/asynchronous``:
    /// when the primary has it.
    public var logoutReplication = EndingReplication.asynchronous

    /// The defaults.
    public init() {}

    /// When an ending is acknowledged, where servers have replicas.
    ///
    /// A primary acknowledges what it has itself, and a replica that takes its place a moment later may not know of it:
    /// who was logged out is logged in again. To wait for replicas makes that unlikely, and an ending as slow as the
    /// way there and back.
    public struct EndingReplication: Sendable, Hashable {
        let replicaCount: Int
        let limit: Duration

        /// When the primary has it.
        public static let asynchronous = EndingReplication(replicaCount: 0, limit: .zero)

        /// When so many replicas have it as well, which the server says (`WAIT`).
        ///
        /// Fewer in time and the ending is thrown, with the code `unavailable`, so that the user is told that the
        /// logout may not have happened. It holds all the same, as long as the primary lives. The executor must be a
        /// ``RedisReplicatedExecutor``.
        ///
        /// - Parameters:
        ///   - count: How many replicas, of the one primary that has the session.
        ///   - limit: How long to wait for them; less than the client's ``RedisConfiguration/commandDeadline``. The
        ///     default is 500 milliseconds.
        public static func replicas(_ count: Int, within limit: Duration = .milliseconds(500)) -> EndingReplication {
            EndingReplication(replicaCount: count, limit: limit)
        }
    }

    /// How long the server keeps a session: `ttl` of connect-redis.
    ///
    /// The limits of a session hold by the clock of the application, and the server removes what is over by itself, a
    /// minute later. A shorter time lets it forget sessions before their limits, with whole seconds counted and one at
    /// the least. It begins anew with each write and each touch.
    public struct TimeToLive: Sendable {
        let longest: (@Sendable (SessionRecord) -> Duration)?

        /// As long as the session lives.
        public static let untilEnd = TimeToLive(longest: nil)

        /// No longer than a duration.
        public static func atMost(_ longest: Duration) -> TimeToLive { TimeToLive { _ in longest } }

        /// No longer than a duration that depends on the session; asked whenever the session is written.
        public static func atMost(_ longest: @escaping @Sendable (SessionRecord) -> Duration) -> TimeToLive {
            TimeToLive(longest: longest)
        }
    }

    /// Refuses what cannot work.
    ///
    /// - Parameter executor: What is to send the commands.
    /// - Throws: `SessionStoreError` with the code `unusable`; its message says what to change.
    func check(_ executor: any RedisCommandExecutor) throws(SessionStoreError) {
        if !(1...256).contains(self.prefix.utf8.count) {
            throw SessionStoreError(
                .unusable,
                """
                The prefix of the keys takes \(self.prefix.utf8.count) bytes: give 1 to 256, which no other application \
                on the server uses.
                """
            )
        }
        if !(1...1_000_000).contains(self.scanCount) {
            throw SessionStoreError(.unusable, "scanCount is \(self.scanCount): give 1 to 1,000,000.")
        }
        guard self.logoutReplication != .asynchronous else { return }
        let (count, limit) = (self.logoutReplication.replicaCount, self.logoutReplication.limit)
        if !(1...1_000).contains(count) || limit < .milliseconds(1) || limit > .seconds(60) {
            throw SessionStoreError(
                .unusable,
                """
                logoutReplication waits \(limit) for \(count) replicas: give 1 to 1,000 replicas, and a millisecond to a \
                minute.
                """
            )
        }
        if !(executor is any RedisReplicatedExecutor) {
            throw SessionStoreError(
                .unusable,
                """
                logoutReplication waits for replicas, which \(type(of: executor)) cannot: give a RedisReplicatedExecutor \
                such as RedisClient, or let endings be asynchronous.
                """
            )
        }
    }
}
#endif
