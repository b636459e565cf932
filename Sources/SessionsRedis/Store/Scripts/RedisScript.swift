//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Crypto
import Sessions

/// A script that the server runs as one atomic step.
package struct RedisScript: Sendable {
    let source: String
    /// The SHA-1 digest by which the server identifies the script.
    let digest: String

    package init(_ source: String) {
        self.source = source
        self.digest = Insecure.SHA1.hash(data: Array(source.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Runs the script on one key, or on two keys in the same slot of a cluster.
    ///
    /// The digest is sent first, and the script itself only if the server does not know it: on the first call, and
    /// after the server was restarted. Nothing has run by then, so that any script may be sent again. The script goes
    /// with the key, to the one server of a cluster that needs it.
    package func run(
        on key: RedisArgument,
        and second: RedisArgument? = nil,
        _ arguments: [RedisArgument],
        _ executor: any RedisCommandExecutor
    ) async throws -> RedisReply {
        let arguments = second.map { [2, key, $0] + arguments } ?? [1, key] + arguments
        do {
            return try await executor.execute(
                RedisCommand("EVALSHA", [RedisArgument(self.digest)] + arguments, key: key))
        } catch let error as RedisError where error.code == .noScript {
            return try await executor.execute(
                RedisCommand("EVAL", [RedisArgument(self.source)] + arguments, key: key))
        }
    }

    /// Runs the script on one key, and waits for replicas.
    ///
    /// It sends the script itself: if the server did not know the digest, it would wait for no write.
    func run(
        on key: RedisArgument,
        _ arguments: [RedisArgument],
        replicas: Int,
        within limit: Duration,
        _ executor: any RedisReplicatedExecutor
    ) async throws -> RedisReplicatedReply {
        let command = RedisCommand("EVAL", [RedisArgument(self.source), 1, key] + arguments, key: key)
        return try await executor.execute(command, replicas: replicas, within: limit)
    }
}
#endif
