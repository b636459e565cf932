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
import NIOPosix
import NIOSSL
import Sessions

/// A connection that listens to what a server says of its own accord.
///
/// It lives on one event loop. It opens when it is woken, and opens again after a failure and a backoff. While it is
/// needed, a timer sends heartbeats.
final class RedisListener<Role: RedisListenerRole> {
    private typealias Handler = RedisListenerHandler<Role>

    private enum Stage {
        case idle
        case open(Handler, RedisConfiguration, since: NIODeadline)
        case shutDown
    }

    let role: Role
    private let security: NIOSSLContext?
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let random: SessionRandom
    private var stage = Stage.idle
    private var backoff: ExponentialBackoff?
    private var nextAttempt = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?

    init(_ role: Role, security: NIOSSLContext?, eventLoop: any EventLoop, random: SessionRandom, logger: Logger) {
        self.role = role
        self.security = security
        self.eventLoop = eventLoop
        self.random = random
        self.logger = logger
    }

    // MARK: The timer

    /// Connects, or goes on sending heartbeats.
    func wake() {
        self.role.wake()
        guard self.timer == nil else { return }
        if case .open(let handler, _, _) = self.stage { handler.resume() }
        self.beat()
    }

    private func beat() {
        self.timer = nil
        if case .shutDown = self.stage { return }
        switch self.role.need() {
        case .heartbeats: break
        case .pause: return
        case .close: return self.close(.idle)
        }
        switch self.stage {
        case .idle: if self.nextAttempt <= .now() { self.connect() }
        case .open(let handler, let configuration, let since): self.check(handler, configuration, since: since)
        case .shutDown: break
        }
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(self.role.heartbeatInterval)) {
            self.beat()
        }
    }

    private func check(_ handler: Handler, _ configuration: RedisConfiguration, since: NIODeadline) {
        if let server = self.role.server(after: configuration.address), server.address != configuration.address {
            self.reconnect()
            self.connect()
        } else if handler.isReady {
            handler.sendHeartbeat()
        } else if let pending = handler.pendingSince {
            guard ContinuousClock.now - pending > configuration.commandDeadline else { return }
            handler.end(.noReply(configuration.address, within: configuration.commandDeadline, mayHaveRun: false))
        } else if NIODeadline.now() - since > TimeAmount(configuration.connectDeadline) {
            handler.end(.notInTime(configuration.address, connectDeadline: configuration.connectDeadline))
        }
    }

    // MARK: Connecting

    private func connect() {
        // Nil while no server is known. The next heartbeat asks again.
        guard let configuration = self.role.server(after: nil) else { return }
        let handler = Handler(configuration, self.role.conversation(with: configuration))
        handler.owner = self
        self.stage = .open(handler, configuration, since: .now())
        configuration.connect(on: self.eventLoop, security: self.security).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): handler.begin(on: channel)
            case .failure(let error): handler.end(.connection(configuration.address, error))
            }
        }
    }

    /// Another server is the primary now. Within a heartbeat the caller connects.
    func reconnect() {
        if case .shutDown = self.stage { return }
        self.backoff = nil
        self.nextAttempt = .now()
        self.close(.idle)
        // A connection that is not needed opens when it is woken.
        if self.timer != nil { self.connect() }
    }

    func isListening(_ handler: RedisListenerHandler<Role>) {
        guard self.isCurrent(handler) else { return }
        self.logger.log(
            level: self.backoff?.hasFailed ?? false ? .notice : .debug,
            self.role.listeningMessage,
            metadata: ["redis.server": "\(handler.address)"])
        self.backoff?.reset()
        self.role.listening()
        handler.sendHeartbeat()
    }

    func received(_ message: Role.Conversation.Message, from handler: RedisListenerHandler<Role>) {
        if self.isCurrent(handler) { self.role.received(message) }
    }

    func ended(_ handler: RedisListenerHandler<Role>, _ error: RedisError) {
        guard case .open(let current, let configuration, _) = self.stage, current === handler else { return }
        self.stage = .idle
        self.role.lost()
        var backoff = self.backoff ?? ExponentialBackoff(configuration, random: self.random)
        let isFirst = !backoff.hasFailed
        let pause = backoff.next()
        self.backoff = backoff
        self.nextAttempt = .now() + TimeAmount(pause)
        self.logger.log(
            level: isFirst ? .warning : .debug,
            self.role.failureMessage,
            metadata: ["redis.server": "\(configuration.address)", "error": "\(error)", "pause": "\(pause)"])
    }

    private func isCurrent(_ handler: RedisListenerHandler<Role>) -> Bool {
        if case .open(let current, _, _) = self.stage { current === handler } else { false }
    }

    func shutDown() {
        self.timer?.cancel()
        self.timer = nil
        self.close(.shutDown)
    }

    private func close(_ next: Stage) {
        let former = self.stage
        self.stage = next
        self.role.lost()
        if case .open(let handler, let configuration, _) = former { handler.end(.shutDown(configuration.address)) }
    }
}
#endif
