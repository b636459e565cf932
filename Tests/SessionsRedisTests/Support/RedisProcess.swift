//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation
import SessionsRedis

/// A server of a test's own, at a Unix domain socket in a temporary folder, that may be killed and started again.
final class RedisProcess {
    /// The programs that there are, by name. `Scripts/with-servers` says where.
    static let programs: [String: String] = {
        let environment = ProcessInfo.processInfo.environment
        return ["redis": "SESSIONS_TEST_REDIS_PROGRAM", "valkey": "SESSIONS_TEST_VALKEY_PROGRAM"].compactMapValues {
            environment[$0]
        }
    }()

    private let process = Process()

    /// Starts a server and returns when it takes connections.
    init(_ program: String, at socket: String, _ arguments: [String] = []) async throws {
        let output = Pipe()
        self.process.executableURL = URL(filePath: program)
        self.process.arguments =
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"] + arguments
        self.process.standardOutput = output
        self.process.currentDirectoryURL = URL(filePath: socket).deletingLastPathComponent()
        let (lines, continuation) = AsyncStream<String>.makeStream()
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { continuation.finish() } else { continuation.yield(String(decoding: data, as: UTF8.self)) }
        }
        self.process.terminationHandler = { _ in continuation.finish() }
        try self.process.run()
        var text = ""
        for await line in lines {
            text += line
            if text.lowercased().contains("ready to accept connections") { return }
        }
        throw DidNotStart(output: text)
    }

    struct DidNotStart: Error {
        let output: String
    }

    /// Sends a signal, such as `SIGSTOP`.
    func signal(_ signal: Int32) {
        _ = Foundation.kill(self.process.processIdentifier, signal)
    }

    /// Ends it at once, and returns when it is gone.
    func kill() {
        self.signal(SIGKILL)
        self.process.waitUntilExit()
    }

    deinit {
        if self.process.isRunning { self.kill() }
    }
}
#endif
