//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A walk through the keys of every server that match a pattern, in small steps that keep nobody else waiting.
struct RedisKeyScan {
    let executor: any RedisCommandExecutor
    let pattern: RedisArgument
    /// How many keys a server looks at in one step.
    let stepSize: Int

    /// Gives the keys of each step. Those that are there all the while, and stay where they are, are met at least once.
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

    /// Takes one step.
    func step(
        on server: any RedisCommandExecutor,
        from cursor: RedisArgument
    ) async throws -> (next: [UInt8], keys: [[UInt8]]) {
        let arguments = [cursor, "MATCH", self.pattern, "COUNT", RedisArgument(Int64(self.stepSize))]
        let reply = try await server.execute(RedisCommand("SCAN", arguments))
        guard let parts = reply.elements, parts.count == 2, let next = parts[0].bytes, let keys = parts[1].elements
        else { throw SessionStoreError.unexpected(reply) }
        return (next, keys.compactMap(\.bytes))
    }
}
#endif
