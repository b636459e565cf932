//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
import Sessions
import Synchronization

/// A server of several processes, of which a test has one for itself.
final class ServerProcess: Sendable {
    private let program: String
    private let process = Mutex<Process?>(nil)

    init(_ program: String) {
        self.program = program
    }

    /// Starts it, and returns when it says so.
    func start(_ arguments: [String], until line: String) async throws {
        // What a killed server leaves behind is there a little longer than the server.
        for _ in 0..<100 {
            let text = try await self.output(arguments, until: line)
            if text.contains(line) { return }
            guard text.contains("still in use") || text.contains("is another postmaster") else {
                throw SessionStoreError(.unavailable, "The server did not start: \(text)")
            }
        }
    }

    private func output(_ arguments: [String], until line: String) async throws -> String {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let output = Pipe()
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                continuation.finish()
            } else {
                continuation.yield(String(decoding: data, as: UTF8.self))
            }
        }
        let process = Process()
        process.executableURL = URL(filePath: self.program)
        process.standardOutput = output
        process.standardError = output
        process.arguments = arguments
        try process.run()
        self.process.withLock { $0 = process }
        var text = ""
        for await part in lines {
            text += part
            if text.contains(line) { break }
        }
        return text
    }

    /// Ends all of it at once, as a power cut does, and waits until it is gone.
    func kill() {
        // Nobody is to notice that the first one is gone and do something about it.
        self.signal(SIGSTOP)
        self.signal(SIGKILL)
        self.wait()
    }

    /// Ends it in good order, and waits until it is gone.
    func stop() {
        self.process.withLock { process in
            if let process { _ = Foundation.kill(process.processIdentifier, SIGINT) }
        }
        self.wait()
    }

    /// Lets it stand still: its connections stay, and it answers nothing.
    func freeze() { self.signal(SIGSTOP) }

    /// Lets a frozen one go on.
    func thaw() { self.signal(SIGCONT) }

    private func wait() {
        self.process.withLock { $0 }?.waitUntilExit()
    }

    private func signal(_ signal: Int32) {
        guard let process = self.process.withLock({ $0 }), process.isRunning else { return }
        for pid in [process.processIdentifier] + Self.children(of: process.processIdentifier) {
            _ = Foundation.kill(pid, signal)
        }
    }

    private static func children(of parent: Int32) -> [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter { pid in
            let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            return status?.contains("\nPPid:\t\(parent)\n") == true
        }
    }
}
#endif
