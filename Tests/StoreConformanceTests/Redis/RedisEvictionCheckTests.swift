//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import InMemoryLogging
import Logging
import SessionsRedis
import Testing

@Suite("The check for eviction")
struct RedisEvictionCheckTests {
    /// A server that only has something to say about its memory.
    private struct Server: RedisCommandExecutor {
        let answer: @Sendable () throws -> RedisReply

        func execute(_ command: RedisCommand) async throws -> RedisReply {
            #expect(command.name == "INFO")
            return try self.answer()
        }
    }

    private static func information(limit: Int, policy: String) -> String {
        "# Memory\r\nused_memory:1000\r\nmaxmemory:\(limit)\r\nmaxmemory_human:0B\r\nmaxmemory_policy:\(policy)\r\n"
    }

    @Test(
        "a server warns when it would rather remove sessions than refuse writes",
        arguments: [
            (0, "noeviction", false), (1 << 30, "noeviction", false), (0, "allkeys-lru", false),
            (1 << 30, "allkeys-lru", true), (1 << 30, "volatile-ttl", true), (1 << 30, "volatile-lru", true),
        ])
    func policies(limit: Int, policy: String, evicts: Bool) async {
        let text = Self.information(limit: limit, policy: policy)
        let logs = InMemoryLogHandler()
        let check = RedisEvictionCheck(
            Server { .verbatimString(format: "txt", Array(text.utf8)) }, logger: Logger(label: "test") { _ in logs })
        #expect(await check.check() == evicts)
        #expect(logs.entries.contains { $0.level == .warning } == evicts)
        #expect(logs.entries.allSatisfy { "\($0.metadata)".contains(policy) })
    }

    @Test("a server that does not say, or may not be asked, stops nothing")
    func unknown() async {
        let logs = InMemoryLogHandler()
        for server in [
            Server { .bulkString(Array("redis_version:7".utf8)) }, Server { .null },
            Server { throw RedisError(reply: "NOPERM User sessions has no permissions to run the 'info' command") },
        ] {
            let check = RedisEvictionCheck(server, logger: Logger(label: "test") { _ in logs })
            #expect(await check.check() == nil)
        }
        #expect(logs.entries.map(\.level) == [.info, .info, .info])
    }

    @Test(
        "real servers say it to a user with the rights of the article",
        .enabled(if: SharedServer.areStarted, SharedServer.advice), arguments: SharedServer.allCases)
    func realServers(server: SharedServer) async throws {
        let check = RedisEvictionCheck(try server.client, logger: Logger(label: "test") { _ in InMemoryLogHandler() })
        #expect(await check.check() == false)
    }
}
#endif
