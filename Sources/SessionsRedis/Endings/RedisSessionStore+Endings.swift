//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions
import Synchronization

/// Each ending is published, by the script that ends the session, on the channel `prefix` and `ended`. A store
/// subscribes over a connection of its own while something listens.
///
/// A server subscribes to the server of its ``RedisClient``, to the primary that Sentinel names, or to any primary of a
/// cluster, which passes messages on to all its servers. With any other client, endings are published and not received,
/// and sessions are polled.
extension RedisSessionStore: SessionEndingNotifier {
    public func addEndingObserver(_ observer: any SessionEndingObserver) {
        self.endings.observers.add(observer)
        self.endings.subscribe(by: self.executor, to: self.keys.endingChannel)
    }
}

/// The observers of a store's endings, and the subscription for them.
final class RedisEndings: Sendable {
    let observers = SessionEndingObservers()
    private let subscription = Mutex<RedisSubscription?>(nil)

    func subscribe(by executor: any RedisCommandExecutor, to channel: String) {
        guard let executor = executor as? any RedisSubscribingExecutor else { return }
        self.subscription.withLock { subscription in
            let current = subscription ?? executor.subscribe(to: channel, reportingTo: self.observers)
            subscription = current
            current.wake()
        }
    }
}
#endif
