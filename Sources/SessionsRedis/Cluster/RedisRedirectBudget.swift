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
    private let patience: NIODeadline
    private var redirections: Int
    private var delay: Duration

    init(_ configuration: RedisClusterConfiguration, deadline: NIODeadline) {
        self.deadline = deadline
        self.patience = min(deadline, .ofStoreCall ?? deadline)
        self.redirections = configuration.maximumRedirections
        self.delay = configuration.retryDelay
    }

    /// Consumes one redirection. Returns whether one was left.
    mutating func goesOn() -> Bool {
        guard self.redirections > 0, NIODeadline.now() < self.patience else { return false }
        self.redirections -= 1
        return true
    }

    /// The next delay, which doubles each time. Nil if there is no time for it.
    mutating func pause() -> Duration? {
        let pause = self.delay
        self.delay = pause * 2
        return NIODeadline.now() + TimeAmount(pause) < self.patience ? pause : nil
    }
}
#endif
