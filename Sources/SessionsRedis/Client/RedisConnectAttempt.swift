//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import NIOSSL

/// One attempt to open a connection: address lookup, connecting, TLS, login.
final class RedisConnectAttempt {
    private let configuration: RedisConfiguration
    private let security: NIOSSLContext?
    private let eventLoop: any EventLoop
    private var owner: RedisConnection?
    private var handler: RedisChannelHandler?
    private var timer: Scheduled<Void>?

    init(_ configuration: RedisConfiguration, security: NIOSSLContext?, on eventLoop: any EventLoop) {
        self.configuration = configuration
        self.security = security
        self.eventLoop = eventLoop
    }

    /// Begins the attempt. The owner is notified of the result once.
    func begin(for owner: RedisConnection) {
        self.owner = owner
        let deadline = self.configuration.connectDeadline
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(deadline)) {
            self.fail(.notInTime(self.configuration.address, connectDeadline: deadline))
        }
        let configuration = self.configuration
        let channel = configuration.connect(on: self.eventLoop, security: self.security) { channel in
            try channel.pipeline.syncOperations.addHandler(RedisChannelHandler(configuration))
        }
        channel.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel)
            case .failure(let error): self.fail(.connection(configuration.address, error))
            }
        }
    }

    private func connected(_ channel: any Channel) {
        guard self.owner != nil else { return channel.close(promise: nil) }
        do {
            let handler = try channel.pipeline.syncOperations.handler(type: RedisChannelHandler.self)
            self.handler = handler
            handler.begin(RedisHandshake(self.configuration), for: self)
        } catch {
            self.fail(.connection(self.configuration.address, error))
        }
    }

    /// Ends the attempt after the handshake.
    ///
    /// - Returns: The owner, which handles the connection from now on.
    func succeed() -> RedisConnection? {
        self.finish()
    }

    /// Ends the attempt with an error.
    func fail(_ error: RedisError) {
        let owner = self.finish()
        self.handler?.end(error)
        owner?.attemptFailed(self, error)
    }

    private func finish() -> RedisConnection? {
        self.timer?.cancel()
        defer { self.owner = nil }
        return self.owner
    }
}
#endif
