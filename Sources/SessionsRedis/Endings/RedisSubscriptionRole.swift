//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging
import Sessions

/// Reports the endings that servers publish. The connection is closed while nothing observes endings.
final class RedisSubscriptionRole: RedisListenerRole {
    /// Returns the server to follow, given the one that is followed now.
    typealias Server = @Sendable (_ current: RedisConfiguration.Address?) -> RedisConfiguration?

    private let server: Server
    private let channel: String
    private let observers: SessionEndingObservers

    init(_ server: @escaping Server, channel: String, observers: SessionEndingObservers) {
        self.server = server
        self.channel = channel
        self.observers = observers
    }

    let heartbeatInterval = Duration.seconds(1)

    var listeningMessage: Logger.Message { "Redis reports the endings of sessions" }
    var failureMessage: Logger.Message {
        "Redis does not report the endings of sessions, and sessions that are listened to are polled"
    }

    func server(after current: RedisConfiguration.Address?) -> RedisConfiguration? { self.server(current) }
    func wake() {}
    func need() -> RedisListenerNeed { self.observers.isEmpty ? .close : .heartbeats }

    func conversation(with configuration: RedisConfiguration) -> RedisSubscriptionProtocol {
        RedisSubscriptionProtocol(configuration, channel: self.channel)
    }

    func listening() { self.observers.setReporting(true) }
    func lost() { self.observers.setReporting(false) }

    func received(_ message: [UInt8]) {
        // Another application may publish on the channel.
        if let id = SessionID(bytes: message) { self.observers.sessionMayHaveEnded(id) }
    }
}
#endif
