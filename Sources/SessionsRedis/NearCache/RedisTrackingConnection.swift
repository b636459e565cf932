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

/// The connection over which a server says which records have changed.
///
/// It lives on one event loop. It opens when the cache is used, and opens again after a failure and a backoff. While
/// the cache is used, a timer sends a heartbeat three times per lease. Otherwise it only listens.
final class RedisTrackingConnection {
    private enum Stage {
        case idle
        case open(RedisTrackingHandler, since: NIODeadline)
        case shutDown
    }

    /// How many heartbeats fit into one lease.
    private static let heartbeatsPerLease = 3

    private let security: NIOSSLContext?
    private let keys: RedisSessionKeys
    private let lease: Duration
    private let cache: RedisRecordCache
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let random: SessionRandom
    private var configuration: RedisConfiguration?
    private var stage = Stage.idle
    private var backoff: ExponentialBackoff?
    private var nextAttempt = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?
    /// How many heartbeats have passed without a use of the cache.
    private var unusedCount = 0

    init(
        _ configuration: RedisConfiguration?,
        security: NIOSSLContext?,
        keys: RedisSessionKeys,
        lease: Duration,
        cache: RedisRecordCache,
        eventLoop: any EventLoop,
        random: SessionRandom,
        logger: Logger
    ) {
        self.configuration = configuration
        self.security = security
        self.keys = keys
        self.lease = lease
        self.cache = cache
        self.eventLoop = eventLoop
        self.random = random
        self.logger = logger
    }

    // MARK: The timer

    func wake() {
        self.unusedCount = 0
        guard self.timer == nil else { return }
        if case .open(let handler, _) = self.stage { handler.resume() }
        self.beat()
    }

    private func beat() {
        self.timer = nil
        if case .shutDown = self.stage { return }
        self.unusedCount = self.cache.takeUse() ? 0 : self.unusedCount + 1
        guard self.unusedCount <= Self.heartbeatsPerLease else { return self.cache.sleep() }
        switch self.stage {
        case .idle: if self.nextAttempt <= .now() { self.connect() }
        case .open(let handler, let since): self.check(handler, since: since)
        case .shutDown: break
        }
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(self.lease / Self.heartbeatsPerLease)
        ) { self.beat() }
    }

    private func check(_ handler: RedisTrackingHandler, since: NIODeadline) {
        guard let configuration else { return }
        if handler.isReady { return handler.sendHeartbeat() }
        if let pending = handler.pendingSince {
            guard ContinuousClock.now - pending > configuration.commandDeadline else { return }
            handler.end(.noReply(configuration.address, within: configuration.commandDeadline, mayHaveRun: false))
        } else if NIODeadline.now() - since > TimeAmount(configuration.connectDeadline) {
            handler.end(.notInTime(configuration.address, connectDeadline: configuration.connectDeadline))
        }
    }

    // MARK: Connecting

    private func connect() {
        guard let configuration else { return }
        let handler = RedisTrackingHandler(
            configuration, keys: self.keys, lease: self.lease, cache: self.cache, epoch: self.cache.suspend())
        handler.owner = self
        self.stage = .open(handler, since: .now())
        configuration.connect(on: self.eventLoop, security: self.security).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): handler.begin(on: channel)
            case .failure(let error): handler.end(.connection(configuration.address, error))
            }
        }
    }

    /// The server has said that it tracks the prefix.
    func tracks(_ handler: RedisTrackingHandler) {
        guard self.isCurrent(handler), let configuration else { return }
        self.logger.log(
            level: self.backoff?.hasFailed ?? false ? .notice : .debug,
            "The near cache follows Redis",
            metadata: ["redis.server": "\(configuration.address)"])
        self.backoff?.reset()
        handler.sendHeartbeat()
    }

    func ended(_ handler: RedisTrackingHandler, _ error: RedisError) {
        guard self.isCurrent(handler), let configuration else { return }
        self.cache.suspend()
        self.stage = .idle
        var backoff = self.backoff ?? ExponentialBackoff(configuration, random: self.random)
        let isFirst = !backoff.hasFailed
        let pause = backoff.next()
        self.backoff = backoff
        self.nextAttempt = .now() + TimeAmount(pause)
        self.logger.log(
            level: isFirst ? .warning : .debug,
            "The near cache does not follow Redis, and every read asks the server",
            metadata: ["redis.server": "\(configuration.address)", "error": "\(error)", "pause": "\(pause)"])
    }

    private func isCurrent(_ handler: RedisTrackingHandler) -> Bool {
        if case .open(let current, _) = self.stage { current === handler } else { false }
    }

    /// Follows another server.
    func follow(_ configuration: RedisConfiguration) {
        if case .shutDown = self.stage { return }
        self.configuration = configuration
        self.backoff = nil
        self.nextAttempt = .now()
        self.close(.idle, .shutDown(configuration.address))
        // A sleeping connection opens when the cache is used.
        if self.timer != nil { self.connect() }
    }

    func shutDown() {
        self.timer?.cancel()
        self.timer = nil
        self.close(.shutDown, .shutDown(self.configuration?.address ?? .host("")))
    }

    private func close(_ next: Stage, _ reason: RedisError) {
        let former = self.stage
        self.stage = next
        self.cache.suspend()
        if case .open(let handler, _) = former { handler.end(reason) }
    }
}
#endif
