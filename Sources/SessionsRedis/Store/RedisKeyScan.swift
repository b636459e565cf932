//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A scan of all keys that match a pattern, on every server, in small steps that delay no other commands.
struct RedisKeyScan {
    let executor: any RedisCommandExecutor
    let pattern: RedisArgument
    /// How many keys a server scans in one step.
    let stepSize: Int

    /// Calls the body with the keys of each step. A key that exists during the whole scan, and does not move, is found
    /// at least once.
    func forEachStep(_ body: ([[UInt8]]) async throws -> Void) async throws {
        for server in try await self.executor.primaries() {
            var cursor = RedisArgument(0)
            repeat {
                let (next, keys) = try await self.step(on: server, from: cursor)
                try await body(keys)
                cursor = RedisArgument(next)
            } while cursor.bytes != Array("0".utf8)
        }
    }

    /// Performs one step.
    func step(
        on server: any RedisCommandExecutor,
        from cursor: RedisArgument
    ) async throws -> (next: [UInt8], keys: [[UInt8]]) {
        let arguments = [cursor, "MATCH", self.pattern, "COUNT", RedisArgument(Int64(self.stepSize))]
        let reply = try await server.execute(RedisCommand("SCAN", arguments))
        guard let parts = reply.elements, parts.count == 2, let next = parts[0].bytes, let keys = parts[1].strings
        else { throw SessionStoreError.unexpected(reply) }
        return (next, keys)
    }
}
#endif
