//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Sends one command to a Redis or Valkey server and returns its reply.
///
/// The stores of this module use clients through this protocol. ``RedisClient`` conforms to it. An application that
/// already uses another client can adapt it, as <doc:Using-another-client> shows.
///
/// Stores rely on these guarantees:
///
/// - The reply belongs to this command and to no other.
/// - An error reply is thrown, as ``RedisError/init(reply:)`` creates it from the server's text. Only an error inside
///   an array is a ``RedisReply/error(_:)``.
/// - The call returns within a bounded time, whatever the server does, and when its task is cancelled.
/// - A command is never sent twice.
public protocol RedisCommandExecutor: Sendable {
    /// Whether each call ends by the `SessionStoreDeadline.current` of its task. Optional. The default is false: an
    /// engine then enforces the deadline of the store's calls itself.
    var enforcesDeadline: Bool { get }

    /// Sends a command and waits for its reply.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
    func execute(_ command: RedisCommand) async throws -> RedisReply

    /// Executors that together reach every server with keys, each server once: for commands without a key, such as
    /// `SCAN`, that concern all keys of a server.
    ///
    /// The default is the executor itself, which is right for a single server. A cluster client returns one executor
    /// for each primary, in an order that does not change while no slots move. It throws when a slot has no owner.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
    func primaries() async throws -> [any RedisCommandExecutor]

    /// The failure domain of a key: a number that is the same for all keys whose commands fail together. Optional. The
    /// default is 0 for every key, which is right for a single server.
    ///
    /// It must return at once, from known state. A client of several servers numbers them from 1.
    func failureDomain(of key: @autoclosure () -> RedisArgument) -> Int
}

extension RedisCommandExecutor {
    public var enforcesDeadline: Bool { false }

    /// The executor itself.
    public func primaries() async throws -> [any RedisCommandExecutor] { [self] }

    public func failureDomain(of key: @autoclosure () -> RedisArgument) -> Int { 0 }
}
#endif
