//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Logging

/// What a connection that listens is for. It lives on the event loop of the connection.
protocol RedisListenerRole: AnyObject, SendableMetatype {
    associatedtype Conversation: RedisListenerProtocol

    /// The time between two heartbeats.
    var heartbeatInterval: Duration { get }
    /// What the log says when the server is listened to.
    var listeningMessage: Logger.Message { get }
    /// What the log says when the connection fails.
    var failureMessage: Logger.Message { get }

    /// The server to listen to, given the one that is listened to now. Nil while none is known.
    func server(after current: RedisConfiguration.Address?) -> RedisConfiguration?
    /// Something needs the connection.
    func wake()
    /// Asked before each heartbeat.
    func need() -> RedisListenerNeed
    func conversation(with configuration: RedisConfiguration) -> Conversation

    /// Messages are received from now on.
    func listening()
    func received(_ message: Conversation.Message)
    /// No messages are received any more.
    func lost()
}

/// How much a connection that listens is needed.
enum RedisListenerNeed {
    /// It is kept alive.
    case heartbeats
    /// It stays open without heartbeats until it is woken.
    case pause
    /// It is closed until it is woken.
    case close
}
#endif
