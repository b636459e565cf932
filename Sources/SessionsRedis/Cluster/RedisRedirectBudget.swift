//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import Sessions

/// How many more times a command may be redirected.
struct RedisRedirectBudget {
    let deadline: NIODeadline
    /// The deadline of the caller.
    private let callerDeadline: NIODeadline
    private var redirections: Int
    private var delay: Duration

    init(_ configuration: RedisClusterConfiguration, deadline: NIODeadline) {
        self.deadline = deadline
        self.callerDeadline = min(deadline, .ofStoreCall ?? deadline)
        self.redirections = configuration.maximumRedirections
        self.delay = configuration.retryDelay
    }

    /// Consumes one redirection. Returns whether one was left.
    mutating func consume() -> Bool {
        guard self.redirections > 0, NIODeadline.now() < self.callerDeadline else { return false }
        self.redirections -= 1
        return true
    }

    /// The next delay, which doubles each time. Nil if there is no time for it.
    mutating func nextDelay() -> Duration? {
        let delay = self.delay
        self.delay = delay * 2
        return NIODeadline.now() + TimeAmount(delay) < self.callerDeadline ? delay : nil
    }
}
#endif
