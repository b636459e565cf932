//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension LoginThrottle {
    /// How many logins may fail, and how long the next one then has to wait.
    ///
    /// The first ``freeAttempts`` need no wait. Each further one doubles the wait before the next, from ``firstDelay``
    /// to ``maximumDelay``. While no attempt is made, one is forgotten in every ``recovery``.
    public struct Limit: Sendable, Hashable {
        /// How many attempts need no wait, 1 to 1,000,000.
        public var freeAttempts: Int
        /// The wait after the last free attempt, from a millisecond to ``maximumDelay``.
        public var firstDelay: Duration
        /// The longest wait, at most a day.
        public var maximumDelay: Duration
        /// The time in which one attempt is forgotten, from a millisecond to 30 days.
        public var recovery: Duration

        /// Creates a limit.
        public init(freeAttempts: Int, firstDelay: Duration, maximumDelay: Duration, recovery: Duration) {
            self.freeAttempts = freeAttempts
            self.firstDelay = firstDelay
            self.maximumDelay = maximumDelay
            self.recovery = recovery
        }

        /// For one user: 5 attempts, then 1 second to 15 minutes, and one attempt forgotten in an hour. An attacker who
        /// guesses the password of one user has 5 attempts at once, and about a hundred a day.
        public static let subject = Limit(
            freeAttempts: 5, firstDelay: .seconds(1), maximumDelay: .seconds(15 * 60), recovery: .seconds(3_600))

        /// For one network, which may have many users: 30 failed attempts, then 1 second to 15 minutes, and one attempt
        /// forgotten in a minute.
        public static let network = Limit(
            freeAttempts: 30, firstDelay: .seconds(1), maximumDelay: .seconds(15 * 60), recovery: .seconds(60))

        /// What is wrong, with what to change.
        func problems(_ name: String) -> [String] {
            var problems: [String] = []
            if !(1...1_000_000).contains(self.freeAttempts) {
                problems.append("\(name).freeAttempts is \(self.freeAttempts): give 1 to 1,000,000.")
            }
            if self.firstDelay < .milliseconds(1) || self.firstDelay > self.maximumDelay {
                problems.append(
                    "\(name).firstDelay is \(self.firstDelay): give a millisecond to maximumDelay, \(self.maximumDelay)."
                )
            }
            if self.maximumDelay > .days(1) {
                problems.append("\(name).maximumDelay is \(self.maximumDelay): give at most a day.")
            }
            if self.recovery < .milliseconds(1) || self.recovery > .days(30) {
                problems.append("\(name).recovery is \(self.recovery): give a millisecond to 30 days.")
            }
            return problems
        }
    }
}
