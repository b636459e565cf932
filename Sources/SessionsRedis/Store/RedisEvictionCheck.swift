//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Logging
public import ServiceLifecycle
import Sessions

/// Warns at application start if the server evicts sessions when its memory is full.
///
/// ```swift
/// let application = Application(router: router, services: [client, RedisEvictionCheck(client, logger: logger)])
/// ```
///
/// A server with a memory limit (`maxmemory`) and a `maxmemory-policy` other than `noeviction` removes keys when it is
/// full: users are logged out, and the tombstones of ended sessions are lost.
public struct RedisEvictionCheck: Service {
    private let executor: any RedisCommandExecutor
    private let logger: Logger

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - executor: The client of the server or the cluster.
    ///   - logger: Logs the warning.
    public init(_ executor: any RedisCommandExecutor, logger: Logger) {
        self.executor = executor
        self.logger = logger
    }

    /// Checks once, and then waits for the application to shut down.
    public func run() async throws {
        _ = await cancelWhenGracefulShutdown { await self.check() }
        try? await gracefulShutdown()
    }

    /// Checks the server, or each primary of a cluster, and warns if sessions may be evicted.
    ///
    /// It uses `INFO memory`. If a server does not allow this user to ask, or does not answer, it is only logged.
    ///
    /// - Returns: Whether a server may evict sessions. Nil if none is known to, and some servers did not say.
    @discardableResult
    public func check() async -> Bool? {
        do {
            var answers: [Bool?] = []
            for server in try await self.executor.primaries() { answers.append(await self.check(server)) }
            return answers.contains(true) ? true : answers.contains(nil) ? nil : false
        } catch {
            return self.noteUnasked(error)
        }
    }

    private func check(_ server: any RedisCommandExecutor) async -> Bool? {
        do {
            let reply = try await server.execute(RedisCommand("INFO", "memory"))
            guard let answer = Self.evicts(reply.text ?? "") else {
                self.logger.info("The server does not say whether it would remove sessions when its memory is full")
                return nil
            }
            if answer.evicts {
                self.logger.warning(
                    """
                    The server removes sessions when its memory is full, and users are logged out: set maxmemory-policy \
                    to noeviction, or give sessions a server of their own
                    """,
                    metadata: ["redis.maxmemory-policy": "\(answer.policy)"]
                )
            }
            return answer.evicts
        } catch {
            return self.noteUnasked(error)
        }
    }

    private func noteUnasked(_ error: any Error) -> Bool? {
        self.logger.info(
            "The server could not be asked whether it would remove sessions when its memory is full",
            metadata: ["error": "\(error)"]
        )
        return nil
    }

    /// Parses the lines `maxmemory:0` and `maxmemory_policy:noeviction`.
    static func evicts(_ information: String) -> (evicts: Bool, policy: String)? {
        var fields: [Substring: Substring] = [:]
        for line in information.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        guard let policy = fields["maxmemory_policy"] else { return nil }
        // Without a limit, nothing is evicted.
        return (policy != "noeviction" && fields["maxmemory"] != "0", String(policy))
    }
}

extension RedisEvictionCheck: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the client.
    public var description: String { "RedisEvictionCheck" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
