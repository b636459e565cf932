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

    /// The defaults.
    public init() {}

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
    /// - Throws: `SessionStoreError` with the code `unusable`; its message says what to change.
    func check() throws(SessionStoreError) {
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
    }
}
#endif
