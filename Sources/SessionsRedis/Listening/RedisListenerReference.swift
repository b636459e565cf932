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

/// A connection that listens, for any thread. It is closed when nothing refers to this any more.
final class RedisListenerReference<Role: RedisListenerRole>: RedisListening {
    private let eventLoop: any EventLoop
    private let listener: NIOLoopBoundBox<RedisListener<Role>>

    init(
        _ role: sending Role,
        security: NIOSSLContext?,
        eventLoop: any EventLoop,
        random: SessionRandom,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        let listener = RedisListener(
            role, security: security, eventLoop: eventLoop, random: random, logger: logger)
        self.listener = .makeBoxSendingValue(listener, eventLoop: eventLoop)
    }

    deinit {
        self.perform { $0.shutDown() }
    }

    /// Connects, or goes on sending heartbeats.
    func wake() { self.perform { $0.wake() } }

    /// Runs on the event loop, after what was given before.
    func perform(_ body: @escaping @Sendable (RedisListener<Role>) -> Void) {
        let listener = self.listener
        self.eventLoop.execute { body(listener.value) }
    }

    func shutDown() async {
        let listener = self.listener
        // It fails only if the event loop is gone, and then the connection is gone as well.
        try? await self.eventLoop.submit { listener.value.shutDown() }.get()
    }
}
#endif
