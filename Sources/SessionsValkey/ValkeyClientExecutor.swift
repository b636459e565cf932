//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey
public import SessionsRedis
public import Valkey

/// Runs the commands of a `RedisSessionStore` on the `ValkeyClient` that an application already has.
///
/// ```swift
/// let client = ValkeyClient(.hostname("valkey.example.com"), configuration: configuration, logger: logger)
/// let store = try RedisSessionStore(ValkeyClientExecutor(client))
/// let engine = try SessionEngine(.stored(in: store))
/// let application = Application(router: router, services: [client])
/// ```
///
/// Use ``ValkeyClusterExecutor`` for a cluster.
///
/// **Deadlines.** A command ends by its ``commandDeadline``, or by the deadline of the engine if that is earlier. It is
/// then cancelled, and valkey-swift closes the connection of a command that was sent. `commandTimeout` of the client's
/// configuration also limits how long it connects: its default of 30 seconds is long after a server hung.
///
/// **Cancellation.** A cancelled command returns at once. If it was sent, the server performs it, and its connection
/// serves again after the reply.
///
/// **Failures.** A command is sent once, over one connection. It is sent again only if the server certainly did not
/// perform it: when a replica redirects to its primary.
public struct ValkeyClientExecutor: RedisCommandExecutor {
    /// The deadline of a command, including its wait for a connection.
    public let commandDeadline: Duration
    private let client: ValkeyClient

    /// Creates an executor.
    ///
    /// - Parameters:
    ///   - client: The client. The application runs it.
    ///   - commandDeadline: The deadline of a command, including its wait for a connection. The default is 1,500
    ///     milliseconds, which is less than the deadline of an engine.
    public init(_ client: ValkeyClient, commandDeadline: Duration = .milliseconds(1500)) {
        self.client = client
        self.commandDeadline = commandDeadline
    }

    public var enforcesDeadline: Bool { true }

    public func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await ValkeyCall.perform(within: self.commandDeadline) { call in
            do {
                return try await self.send(command, call)
            } catch let error as RedisError where error.isRedirection {
                // The client learns of the primary from a command that only reads. It would repeat this one.
                _ = try? await self.client.execute(SessionsProbe(command))
                try Task.checkCancellation()
                return try await self.send(command, call)
            }
        }
    }

    private func send(_ command: RedisCommand, _ call: ValkeyCall) async throws -> RedisReply {
        let sent = SessionsCommand(command)
        let token = try await call.translatingErrors {
            try await self.client.withConnection { connection in
                try call.begin()
                return try await connection.execute(sent)
            }
        }
        return RedisReply(token)
    }
}

extension ValkeyClientExecutor: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the client.
    public var description: String { "ValkeyClientExecutor" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
