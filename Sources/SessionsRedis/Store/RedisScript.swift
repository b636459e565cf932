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

/// A script that the server runs: one step that nothing comes between.
package struct RedisScript: Sendable {
    let source: String
    /// What the server calls it once it knows it.
    let digest: String

    package init(_ source: String) {
        self.source = source
        self.digest = Insecure.SHA1.hash(data: Array(source.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Runs the script on one key, or on two that are in the same slot of a cluster.
    ///
    /// The server is told the name first, and the script itself if it does not know it: at the first call, and after it
    /// was started anew. Nothing has been done by then, so that even a creation or an ending may be sent once more. The
    /// script goes with the key, to the one server of a cluster that needs it.
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
    /// The script itself is sent at once: after its name alone the server might wait for nothing.
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
