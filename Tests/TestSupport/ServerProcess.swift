//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Foundation
import Sessions
import Synchronization

/// A server that a test starts, freezes and kills. It may consist of several processes.
package final class ServerProcess: Sendable {
    private let program: String
    private let process = Mutex<Process?>(nil)

    package init(_ program: String) {
        self.program = program
    }

    /// Starts the server, and returns when its output contains a line.
    ///
    /// - Parameters:
    ///   - arguments: The arguments of the program.
    ///   - folder: The working directory. The default is that of the tests.
    ///   - line: The output of a server that has started.
    package func start(_ arguments: [String], in folder: URL? = nil, until line: String) async throws {
        // Resources of a killed server outlive it for a moment.
        for _ in 0..<100 {
            let text = try await self.output(arguments, in: folder, until: line)
            if text.contains(line) { return }
            guard text.contains("still in use") || text.contains("is another postmaster") else {
                throw SessionStoreError(.unavailable, "The server did not start: \(text)")
            }
        }
    }

    private func output(_ arguments: [String], in folder: URL?, until line: String) async throws -> String {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let output = Pipe()
        let reading = output.fileHandleForReading
        // A thread, because libdispatch crashes now and then when a file is closed that it waits for.
        Thread.detachNewThread {
            while true {
                let data = reading.availableData
                if data.isEmpty { return continuation.finish() }
                continuation.yield(String(decoding: data, as: UTF8.self))
            }
        }
        let process = Process()
        process.executableURL = URL(filePath: self.program)
        process.currentDirectoryURL = folder
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

    /// Kills all processes, as a power cut does, and waits until they are gone.
    package func kill() {
        // Frozen first: no process notices that another is gone, and reacts.
        self.signal(SIGSTOP)
        self.signal(SIGKILL)
        self.wait()
    }

    /// Stops the server in good order, and waits until it is gone.
    package func stop() {
        self.process.withLock { process in
            if let process { _ = Foundation.kill(process.processIdentifier, SIGINT) }
        }
        self.wait()
    }

    /// Freezes the server: its connections stay, and it answers nothing.
    package func freeze() { self.signal(SIGSTOP) }

    /// Lets a frozen server continue.
    package func thaw() { self.signal(SIGCONT) }

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
