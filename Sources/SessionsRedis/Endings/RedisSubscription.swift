//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging
import NIOCore
import NIOSSL
import Sessions
import Synchronization

/// A client that can receive what servers publish.
protocol RedisSubscribingExecutor: RedisCommandExecutor {
    /// Begins to report the ids that are published on a channel. It connects when there is an observer.
    ///
    /// - Returns: The subscription. It is closed when nothing refers to it, and when the client shuts down.
    func subscribe(to channel: String, reportingTo observers: SessionEndingObservers) -> RedisSubscription
}

/// Reports the endings that servers publish, over a connection of its own.
final class RedisSubscription: Sendable {
    private let eventLoop: any EventLoop
    private let connection: NIOLoopBoundBox<RedisSubscriptionConnection>

    init(
        _ server: @escaping RedisSubscriptionConnection.Server,
        security: NIOSSLContext?,
        channel: String,
        observers: SessionEndingObservers,
        eventLoop: any EventLoop,
        random: SessionRandom,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        let connection = RedisSubscriptionConnection(
            server, security: security, channel: channel, observers: observers, eventLoop: eventLoop, random: random,
            logger: logger)
        self.connection = .makeBoxSendingValue(connection, eventLoop: eventLoop)
    }

    deinit {
        let connection = self.connection
        self.eventLoop.execute { connection.value.shutDown() }
    }

    /// Connects, unless it is connected.
    func wake() {
        let connection = self.connection
        self.eventLoop.execute { connection.value.wake() }
    }

    func shutDown() async {
        let connection = self.connection
        // It fails only if the event loop is gone, and then the connection is gone as well.
        try? await self.eventLoop.submit { connection.value.shutDown() }.get()
    }
}

/// The subscriptions of one client.
final class RedisSubscriptions: Sendable {
    private struct Reference {
        weak var subscription: RedisSubscription?
    }

    private let references = Mutex<[Reference]>([])

    func add(_ subscription: RedisSubscription) {
        self.references.withLock { references in
            references.removeAll { $0.subscription == nil }
            references.append(Reference(subscription: subscription))
        }
    }

    func shutDown() async {
        for subscription in self.references.withLock({ $0.compactMap(\.subscription) }) {
            await subscription.shutDown()
        }
    }
}
#endif
