//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation
import TestSupport

/// A server of a test's own, at a Unix domain socket in a temporary folder, that may be killed and started again.
final class RedisProcess {
    /// The programs that there are, by name. `Scripts/with-servers` says where.
    static let programs: [String: String] = {
        let environment = ProcessInfo.processInfo.environment
        return ["redis": "SESSIONS_TEST_REDIS_PROGRAM", "valkey": "SESSIONS_TEST_VALKEY_PROGRAM"].compactMapValues {
            environment[$0]
        }
    }()

    private let server: ServerProcess

    /// Starts a server and returns when it takes connections.
    init(_ program: String, at socket: String, _ arguments: [String] = []) async throws {
        self.server = ServerProcess(program)
        try await self.server.start(
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"] + arguments,
            in: URL(filePath: socket).deletingLastPathComponent(),
            // "Ready to accept connections" and "is now ready to accept connections", as versions write it.
            until: "eady to accept connections"
        )
    }

    func freeze() { self.server.freeze() }
    func thaw() { self.server.thaw() }
    func kill() { self.server.kill() }

    deinit {
        self.server.kill()
    }
}
#endif
