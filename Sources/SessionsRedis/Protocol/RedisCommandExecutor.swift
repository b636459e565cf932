//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Sends one command to a Redis or Valkey server and gives its reply.
///
/// This is what the stores of this module ask of a client. ``RedisClient`` is one; an application that already runs
/// another puts it behind this method, as <doc:Using-another-client> shows.
///
/// What stores rely on:
///
/// - The reply is the one to this command and to no other.
/// - An error reply is thrown, as ``RedisError/init(reply:)`` makes it from the server's text. Only an error inside an
///   array is a ``RedisReply/error(_:)``.
/// - The call returns within a bounded time, whatever the server does, and when its task is cancelled.
/// - A command is never sent twice.
public protocol RedisCommandExecutor: Sendable {
    /// Whether each call is over by `SessionStoreDeadline.current` of the task that makes it. Optional. The default is
    /// false: an engine then watches the time of the store's calls itself.
    var enforcesDeadline: Bool { get }

    /// Sends a command and waits for its reply.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
    func execute(_ command: RedisCommand) async throws -> RedisReply

    /// Executors that together reach every server that keys are on, each one of them: for commands without a key, such
    /// as `SCAN`, that are about all that a server has.
    ///
    /// The default is the executor itself, which is right for a single server. A client of a cluster gives one for each
    /// primary, always in the same order while no slots move, and throws when there are slots that nobody has.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled.
    func primaries() async throws -> [any RedisCommandExecutor]

    /// Which server answers for a key: a number that is the same for all keys whose commands fail together. Optional.
    /// The default is 0 for every key, which is right for a single server.
    ///
    /// It must answer at once, from what is known. A client of several servers numbers them from 1.
    func failureDomain(of key: @autoclosure () -> RedisArgument) -> Int
}

extension RedisCommandExecutor {
    public var enforcesDeadline: Bool { false }

    /// The executor itself.
    public func primaries() async throws -> [any RedisCommandExecutor] { [self] }

    public func failureDomain(of key: @autoclosure () -> RedisArgument) -> Int { 0 }
}
#endif
