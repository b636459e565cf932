//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// The options of a ``RedisSessionStore``.
public struct RedisStoreConfiguration: Sendable {
    /// The prefix of all keys. The default is `sessions:`.
    ///
    /// It separates applications that share a server, so it must not be empty. Braces in it (`{shop}:`) put all keys on
    /// one server of a cluster.
    public var prefix = "sessions:"

    /// The maximum time for which the server keeps a session. The default is as long as the session lives.
    public var timeToLive: TimeToLive = .untilEnd

    /// Whether touches are ignored, so that reading a session never causes a write: `disableTouch` of connect-redis. A
    /// session then ends one idle limit after its last change, even if it is used. The default is false.
    public var ignoresTouches = false

    /// How many keys the server scans in one step while sessions are counted or paged through. The default is 1,000.
    public var scanCount = 1_000

    /// Whether a logout is acknowledged only after replicas have it. The default is ``LogoutReplication/asynchronous``:
    /// after the primary has it.
    public var logoutReplication = LogoutReplication.asynchronous

    /// Creates a configuration with the defaults.
    public init() {}

    /// When a logout is acknowledged on servers with replicas.
    ///
    /// A primary acknowledges a logout when it has it. If a replica takes over a moment later, it may not know of the
    /// logout, and the session is open again. Waiting for replicas makes that unlikely, and adds a round trip to the
    /// logout.
    public struct LogoutReplication: Sendable, Hashable {
        let replicaCount: Int
        let limit: Duration

        /// After the primary has it.
        public static let asynchronous = LogoutReplication(replicaCount: 0, limit: .zero)

        /// After this many replicas have it as well, as the server reports (`WAIT`).
        ///
        /// If fewer replicas have it in time, the call throws an error with the code `unavailable`, so that the user
        /// learns that the logout may not have happened. The logout is still in effect as long as the primary lives.
        /// The executor must be a ``RedisReplicatedExecutor``.
        ///
        /// - Parameters:
        ///   - count: The number of replicas of the primary that has the session.
        ///   - limit: How long to wait for them. It must be less than the client's
        ///     ``RedisConfiguration/commandDeadline``. The default is 500 milliseconds.
        public static func replicas(_ count: Int, within limit: Duration = .milliseconds(500)) -> LogoutReplication {
            LogoutReplication(replicaCount: count, limit: limit)
        }
    }

    /// How long the server keeps a session: `ttl` of connect-redis.
    ///
    /// By default the application's clock enforces the limits of a session, and the server removes it one minute after
    /// its end. A shorter time makes the server forget sessions before their limits. It counts whole seconds, at least
    /// one, and restarts with each write and each touch.
    public struct TimeToLive: Sendable {
        let longest: (@Sendable (SessionRecord) -> Duration)?

        /// As long as the session lives.
        public static let untilEnd = TimeToLive(longest: nil)

        /// At most a duration.
        public static func atMost(_ longest: Duration) -> TimeToLive { TimeToLive { _ in longest } }

        /// At most a duration that depends on the session. The closure is called on each write of the session.
        public static func atMost(_ longest: @escaping @Sendable (SessionRecord) -> Duration) -> TimeToLive {
            TimeToLive(longest: longest)
        }
    }

    /// Checks the configuration.
    ///
    /// - Parameter executor: The client that sends the commands.
    /// - Throws: `SessionStoreError` with the code `unusable`. Its message says what to change.
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
