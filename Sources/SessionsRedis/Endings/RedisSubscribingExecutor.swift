//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A client that can receive what servers publish.
protocol RedisSubscribingExecutor: RedisCommandExecutor {
    /// Begins to report the ids that are published on a channel. It connects when there is an observer.
    ///
    /// - Returns: The subscription. It is closed when nothing refers to it, and when the client shuts down.
    func subscribe(to channel: String, reportingTo observers: SessionEndingObservers) -> RedisSubscription
}

/// A connection over which servers publish which sessions have ended.
typealias RedisSubscription = RedisListenerReference<RedisSubscriptionRole>
#endif
