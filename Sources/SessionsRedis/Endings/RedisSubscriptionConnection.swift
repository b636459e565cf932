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

/// The connection over which servers publish which sessions have ended.
///
/// It lives on one event loop. A timer sends a heartbeat each second, and opens the connection again after a failure
/// and a backoff. It is closed while nothing observes endings.
final class RedisSubscriptionConnection {
    /// Returns the server to follow, given the one that is followed now.
    typealias Server = @Sendable (_ current: RedisConfiguration.Address?) -> RedisConfiguration?

    private enum Stage {
        case idle
        case open(RedisSubscriptionHandler, RedisConfiguration, since: NIODeadline)
        case shutDown
    }

    private static let heartbeatInterval = Duration.seconds(1)

    private let server: Server
    private let security: NIOSSLContext?
    private let channel: String
    private let observers: SessionEndingObservers
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let random: SessionRandom
    private var stage = Stage.idle
    private var backoff: ExponentialBackoff?
    private var nextAttempt = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?

    init(
        _ server: @escaping Server,
        security: NIOSSLContext?,
        channel: String,
        observers: SessionEndingObservers,
        eventLoop: any EventLoop,
        random: SessionRandom,
        logger: Logger
    ) {
        self.server = server
        self.security = security
        self.channel = channel
        self.observers = observers
        self.eventLoop = eventLoop
        self.random = random
        self.logger = logger
    }

    // MARK: The timer

    /// Something observes endings.
    func wake() {
        if self.timer == nil { self.beat() }
    }

    private func beat() {
        self.timer = nil
        if case .shutDown = self.stage { return }
        guard !self.observers.isEmpty else { return self.close(.idle, "nothing observes endings") }
        switch self.stage {
        case .idle: if self.nextAttempt <= .now() { self.connect() }
        case .open(let handler, let configuration, let since): self.check(handler, configuration, since: since)
        case .shutDown: break
        }
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(Self.heartbeatInterval)) {
            self.beat()
        }
    }

    private func check(
        _ handler: RedisSubscriptionHandler,
        _ configuration: RedisConfiguration,
        since: NIODeadline
    ) {
        if let server = self.server(configuration.address), server.address != configuration.address {
            self.close(.idle, "another server is the primary now")
            self.backoff = nil
            self.connect()
        } else if let pending = handler.pendingSince {
            guard ContinuousClock.now - pending > configuration.commandDeadline else { return }
            handler.end(.noReply(configuration.address, within: configuration.commandDeadline, mayHaveRun: false))
        } else if handler.isSubscribed {
            handler.sendHeartbeat()
        } else if NIODeadline.now() - since > TimeAmount(configuration.connectDeadline) {
            handler.end(.notInTime(configuration.address, connectDeadline: configuration.connectDeadline))
        }
    }

    // MARK: Connecting

    private func connect() {
        // Nil while no server is known. The next heartbeat asks again.
        guard let configuration = self.server(nil) else { return }
        let handler = RedisSubscriptionHandler(configuration, channel: self.channel)
        handler.owner = self
        self.stage = .open(handler, configuration, since: .now())
        configuration.connect(on: self.eventLoop, security: self.security).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): handler.begin(on: channel)
            case .failure(let error): handler.end(.connection(configuration.address, error))
            }
        }
    }

    func subscribed(_ handler: RedisSubscriptionHandler) {
        guard self.isCurrent(handler) else { return }
        self.logger.log(
            level: self.backoff?.hasFailed ?? false ? .notice : .debug,
            "Redis reports the endings of sessions",
            metadata: ["redis.server": "\(handler.address)"])
        self.backoff?.reset()
        self.observers.setReporting(true)
    }

    func received(_ message: [UInt8]) {
        // Another application may publish on the channel.
        if let id = SessionID(bytes: message) { self.observers.sessionMayHaveEnded(id) }
    }

    func ended(_ handler: RedisSubscriptionHandler, _ error: RedisError) {
        guard case .open(let current, let configuration, _) = self.stage, current === handler else { return }
        self.stage = .idle
        self.observers.setReporting(false)
        var backoff = self.backoff ?? ExponentialBackoff(configuration, random: self.random)
        let isFirst = !backoff.hasFailed
        let pause = backoff.next()
        self.backoff = backoff
        self.nextAttempt = .now() + TimeAmount(pause)
        self.logger.log(
            level: isFirst ? .warning : .debug,
            "Redis does not report the endings of sessions, and sessions that are listened to are polled",
            metadata: ["redis.server": "\(configuration.address)", "error": "\(error)", "pause": "\(pause)"])
    }

    private func isCurrent(_ handler: RedisSubscriptionHandler) -> Bool {
        if case .open(let current, _, _) = self.stage { current === handler } else { false }
    }

    func shutDown() {
        self.timer?.cancel()
        self.timer = nil
        self.close(.shutDown, "the client is shut down")
    }

    private func close(_ next: Stage, _ reason: Logger.Message) {
        let former = self.stage
        self.stage = next
        self.observers.setReporting(false)
        guard case .open(let handler, let configuration, _) = former else { return }
        self.logger.debug(
            "The connection for endings is closed",
            metadata: ["redis.server": "\(configuration.address)", "reason": "\(reason)"])
        handler.end(.shutDown(configuration.address))
    }
}
#endif
