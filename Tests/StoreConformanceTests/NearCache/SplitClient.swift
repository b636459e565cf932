//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import LogAudit
import Sessions

@testable import SessionsRedis

/// A client whose commands go one way, and whose tracking connection goes another.
struct SplitClient: RedisTrackingExecutor {
    let commands: RedisClient
    let tracking: RedisClient

    /// - Parameters:
    ///   - port: Where the commands go.
    ///   - trackingPort: Where the tracking connection goes.
    init(port: Int, trackingPort: Int) throws {
        func client(_ port: Int) throws -> RedisClient {
            var configuration = RedisConfiguration(address: .host("127.0.0.1", port: port))
            configuration.commandDeadline = .milliseconds(1_000)
            configuration.reconnectDelay = .milliseconds(10)
            configuration.maximumReconnectDelay = .milliseconds(50)
            return try RedisClient(configuration, logger: LogAudit.logger())
        }
        self.commands = try client(port)
        self.tracking = try client(trackingPort)
    }

    var speaksRESP3: Bool { self.commands.speaksRESP3 }
    var enforcesDeadline: Bool { self.commands.enforcesDeadline }

    func execute(_ command: RedisCommand) async throws -> RedisReply { try await self.commands.execute(command) }

    func track(_ keys: RedisSessionKeys, lease: Duration, in cache: RedisRecordCache) -> RedisTracking {
        self.tracking.track(keys, lease: lease, in: cache)
    }

    func shutdown() async {
        await self.commands.shutdown()
        await self.tracking.shutdown()
    }
}
#endif
