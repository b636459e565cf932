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

/// How much further a command may be sent.
struct RedisRedirectBudget {
    let deadline: NIODeadline
    /// Until when its caller waits.
    private let patience: NIODeadline
    private var redirections: Int
    private var delay: Duration

    init(_ configuration: RedisClusterConfiguration, deadline: NIODeadline) {
        self.deadline = deadline
        self.patience = min(deadline, .ofStoreCall ?? deadline)
        self.redirections = configuration.maximumRedirections
        self.delay = configuration.retryDelay
    }

    /// Whether it may be sent once more; that is one less then.
    mutating func goesOn() -> Bool {
        guard self.redirections > 0, NIODeadline.now() < self.patience else { return false }
        self.redirections -= 1
        return true
    }

    /// How long it is to wait, each time twice as long; nil when there is no time for it.
    mutating func pause() -> Duration? {
        let pause = self.delay
        self.delay = pause * 2
        return NIODeadline.now() + TimeAmount(pause) < self.patience ? pause : nil
    }
}
#endif
