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

/// Warns at the start of an application when the server would rather remove sessions than refuse writes.
///
/// ```swift
/// let application = Application(router: router, services: [client, RedisEvictionCheck(client, logger: logger)])
/// ```
///
/// A server whose memory is limited (`maxmemory`) and whose `maxmemory-policy` is not `noeviction` removes keys when it
/// is full: users are logged out, and so are the tombstones of those who logged out themselves.
public struct RedisEvictionCheck: Service {
    private let executor: any RedisCommandExecutor
    private let logger: Logger

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - executor: What sends commands to the server, or to those of a cluster.
    ///   - logger: Where to warn.
    public init(_ executor: any RedisCommandExecutor, logger: Logger) {
        self.executor = executor
        self.logger = logger
    }

    /// Asks once, and then waits for the application to shut down.
    public func run() async throws {
        _ = await cancelWhenGracefulShutdown { await self.check() }
        try? await gracefulShutdown()
    }

    /// Asks the server, or each primary of a cluster, and warns if there is a reason to.
    ///
    /// `INFO memory` says it; a server that does not let this user ask, or does not answer, is only noted.
    ///
    /// - Returns: Whether a server may remove sessions; nil when none does and not all of them say.
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

    /// Reads the lines `maxmemory:0` and `maxmemory_policy:noeviction`.
    static func evicts(_ information: String) -> (evicts: Bool, policy: String)? {
        var fields: [Substring: Substring] = [:]
        for line in information.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        guard let policy = fields["maxmemory_policy"] else { return nil }
        // Without a limit nothing is ever full.
        return (policy != "noeviction" && fields["maxmemory"] != "0", String(policy))
    }
}

extension RedisEvictionCheck: CustomStringConvertible, CustomReflectable {
    /// Nothing of its client.
    public var description: String { "RedisEvictionCheck" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
