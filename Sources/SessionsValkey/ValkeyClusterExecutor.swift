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

/// Runs the commands of a `RedisSessionStore` on the `ValkeyClusterClient` that an application already has.
///
/// ```swift
/// let client = ValkeyClusterClient(nodeDiscovery: discovery, configuration: configuration, logger: logger)
/// let store = try RedisSessionStore(ValkeyClusterExecutor(client))
/// let engine = try SessionEngine(.stored(in: store))
/// let application = Application(router: router, services: [client])
/// ```
///
/// **A command is never sent twice.** `ValkeyClusterClient.execute` sends a command again when its connection was
/// closed, although the server may have performed it. A logout or a new session must not be done twice. So this
/// executor leases a connection to the primary of the key and sends the command over it, once, whatever the
/// `retryParameters` of the client are. It sends a command again only after a reply that says that it was not
/// performed: `MOVED`, `ASK`, `TRYAGAIN`, `CLUSTERDOWN`, `LOADING` and `MASTERDOWN`.
///
/// **Topology.** The client has it. After a failover it learns of the new primary from another server's `MOVED`, or
/// with its next refresh. Set `clusterRefreshInterval` to a few seconds, because its default is 30.
///
/// **Deadlines.** As those of ``ValkeyClientExecutor``.
public struct ValkeyClusterExecutor: RedisCommandExecutor {
    /// The deadline of a command, including all its waiting.
    public let commandDeadline: Duration
    private let client: ValkeyClusterClient

    /// Creates an executor.
    ///
    /// - Parameters:
    ///   - client: The client. The application runs it.
    ///   - commandDeadline: The deadline of a command, including all its waiting. The default is 1,500 milliseconds,
    ///     which is less than the deadline of an engine.
    public init(_ client: ValkeyClusterClient, commandDeadline: Duration = .milliseconds(1500)) {
        self.client = client
        self.commandDeadline = commandDeadline
    }

    public var enforcesDeadline: Bool { true }

    public func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await ValkeyCall.perform(within: self.commandDeadline) { call in
            try await self.send(command, call)
        }
    }

    /// Sends a command until a server takes it. The deadline ends this by cancellation.
    private func send(_ command: RedisCommand, _ call: ValkeyCall) async throws -> RedisReply {
        var (redirectionsLeft, delay) = (4, Duration.milliseconds(20))
        while true {
            do {
                return try await Self.sendOnce(command, call, to: self.client)
            } catch let error as RedisError where !error.mayHaveRun {
                switch error.code {
                case .moved, .ask:
                    guard redirectionsLeft > 0, command.key != nil else { throw error }
                    redirectionsLeft -= 1
                    if let reply = try await self.follow(error, command, call) { return reply }
                case .tryAgain, .clusterDown, .loading, .primaryDown:
                    try await Task.sleep(for: delay)
                    delay = min(delay * 2, .milliseconds(500))
                default:
                    throw error
                }
            }
        }
    }

    /// Sends a command over a connection to the primary of its key.
    static func sendOnce(
        _ command: RedisCommand,
        _ call: ValkeyCall,
        to client: ValkeyClusterClient,
        at key: ValkeyKey? = nil
    ) async throws -> RedisReply {
        let sent = SessionsCommand(command)
        let token = try await call.translatingErrors {
            try await client.withConnection(forKeys: key.map { [$0] } ?? sent.keysAffected) { connection in
                try call.begin()
                return try await connection.execute(sent)
            }
        }
        return RedisReply(token)
    }

    /// Follows a redirection.
    ///
    /// - Returns: The reply. Nil if the command was not sent: the client knows the right server now.
    private func follow(_ error: RedisError, _ command: RedisCommand, _ call: ValkeyCall) async throws -> RedisReply? {
        guard error.code == .ask else {
            // The client corrects its topology when a command of its own is redirected. It would repeat this one.
            _ = try? await self.client.execute(SessionsProbe(command))
            try Task.checkCancellation()
            return nil
        }
        // Only the client itself can reach the server that a slot is moving to.
        let redirected = RedirectedCommand(command)
        let result: Result<RESPToken, any Error>
        do {
            let token = try await call.translatingErrors {
                try call.begin()
                return try await self.client.execute(redirected)
            }
            result = .success(token)
        } catch {
            result = .failure(error)
        }
        try Task.checkCancellation()
        switch redirected.sentCount {
        case ...1:
            call.undo()
            return nil
        case 2:
            return RedisReply(try result.get())
        default:
            // The reply is that of the probe. That of the command was lost, or was another redirection.
            throw RedisError(.connectionClosed, "The reply to a redirected command is not known.", mayHaveRun: true)
        }
    }

    /// An executor for each primary, in the order of their ids.
    public func primaries() async throws -> [any RedisCommandExecutor] {
        let shards = try await ValkeyCall.perform(within: self.commandDeadline) { call in
            try await call.translatingErrors { try await self.client.execute(CLUSTER.SHARDS()) }.shards
        }
        return try Self.keys(of: shards).map {
            ValkeyPrimaryExecutor(client: self.client, key: $0, commandDeadline: self.commandDeadline)
        }
    }

    /// A key of each primary.
    private static func keys(of shards: [ValkeyClusterDescription.Shard]) throws -> [ValkeyKey] {
        let shards = shards.filter { !$0.slots.isEmpty }.sorted { $0.primaryID < $1.primaryID }
        let slotCount = shards.flatMap(\.slots).reduce(0) {
            $0 + Int($1.upperBound.rawValue - $1.lowerBound.rawValue) + 1
        }
        guard slotCount == HashSlot.count else {
            throw RedisError(.clusterDown, "There are slots that no server of the cluster has.", mayHaveRun: false)
        }
        return shards.compactMap { shard in
            // Of 1,000,000 keys at least one is in any slot.
            (0..<1_000_000).lazy.map { ValkeyKey("\($0)") }.first { key in
                let slot = HashSlot(key: key)
                return shard.slots.contains { $0.contains(slot) }
            }
        }
    }
}

extension ValkeyClusterDescription.Shard {
    fileprivate var primaryID: String { self.nodes.first { $0.role == .primary }?.id ?? "" }
}

/// An executor for the primary that has a key.
private struct ValkeyPrimaryExecutor: RedisCommandExecutor {
    let client: ValkeyClusterClient
    let key: ValkeyKey
    let commandDeadline: Duration

    var enforcesDeadline: Bool { true }

    func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await ValkeyCall.perform(within: self.commandDeadline) { call in
            try await ValkeyClusterExecutor.sendOnce(command, call, to: self.client, at: self.key)
        }
    }
}

extension ValkeyClusterExecutor: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the client.
    public var description: String { "ValkeyClusterExecutor" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
