//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import InMemoryLogging
import Logging
import SessionsTesting
import Testing

@testable import Sessions

@Suite("Files of keys")
struct SecretKeyFileTests {
    private let clock = ManualClock()
    private let logs = InMemoryLogHandler()
    private let logger: Logger

    init() {
        let logs = self.logs
        self.logger = Logger(label: "test") { _ in logs }
    }

    /// Runs the body with the path of a file in a folder of its own.
    private func withFile(_ contents: String, _ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "keys").path()
        try self.write(contents, path)
        try await body(path)
    }

    private func write(_ contents: String, _ path: String) throws {
        try Data(contents.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    private func open(_ path: String) throws -> SecretKeyFile {
        try SecretKeyFile(path, every: .seconds(5), clock: self.clock.sessionClock, logger: self.logger)
    }

    private var errors: [InMemoryLogHandler.Entry] { self.logs.entries.filter { $0.level == .error } }

    @Test("a file that changes changes the ring, without a restart")
    func service() async throws {
        try await self.withFile(TestKeys.texts[0]) { path in
            let file = try self.open(path)
            let sealer = try Sealer(file.keyring, purpose: .sealing, random: .system)
            let sealed = try sealer.seal([1, 2, 3], for: "id")
            let running = Task { try await file.run() }
            while self.clock.sleeperCount == 0 { await Task.yield() }
            try self.write("\(TestKeys.texts[1])\n\(TestKeys.texts[0])\n", path)
            #expect(file.keyring.keyIDs == ["63af2afd"])
            self.clock.advance(by: .seconds(5))
            while self.clock.sleeperCount == 0 { await Task.yield() }
            #expect(file.keyring.keyIDs == ["1cbe5239", "63af2afd"])
            let opened = try #require(sealer.open(sealed, for: "id"))
            #expect(opened.isOldKey)
            running.cancel()
            try await running.value
            let entry = try #require(self.logs.entries.first)
            #expect(self.logs.entries.count == 1)
            #expect(entry.metadata["session.keys"] == ["1cbe5239", "63af2afd"])
        }
    }

    @Test("a change that leaves size and date as they were is seen")
    func sameSizeAndDate() async throws {
        try await self.withFile(TestKeys.texts[0]) { path in
            let file = try self.open(path)
            let date = try #require(FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.write(contentsOf: Data(TestKeys.texts[1].utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            #expect(file.reload())
            #expect(file.keyring.keyIDs == ["1cbe5239"])
        }
    }

    @Test(
        "a file that has become bad keeps the last good keys, and the log says so once",
        arguments: [
            "", "# nothing\n", "short", "\(TestKeys.texts[1])\nshort", "\(TestKeys.texts[1])\n\(TestKeys.texts[1])",
        ]
    )
    func badContents(_ contents: String) async throws {
        try await self.withFile(TestKeys.texts[0]) { path in
            let file = try self.open(path)
            try self.write(contents, path)
            #expect(!file.reload())
            #expect(!file.reload())
            #expect(file.keyring.keyIDs == ["63af2afd"])
            #expect(self.errors.count == 1)
            #expect(!"\(self.errors)".contains(TestKeys.texts[1]))
            var dumped = "\(file)"
            dump(file, to: &dumped)
            #expect(dumped.contains("63af2afd") && !dumped.contains(TestKeys.texts[0].prefix(8)))
            try self.write(TestKeys.texts[2], path)
            #expect(file.reload())
            #expect(file.keyring.keyIDs == ["040ff8b0"])
        }
    }

    @Test("a file that has gone, or is no text, or is huge, keeps the last good keys")
    func unreadable() async throws {
        try await self.withFile(TestKeys.texts[0]) { path in
            let file = try self.open(path)
            try FileManager.default.removeItem(atPath: path)
            #expect(!file.reload())
            #expect(!file.reload())
            #expect(self.errors.count == 1)
            try Data([0xFF, 0xFE]).write(to: URL(filePath: path))
            #expect(!file.reload())
            try self.write(String(repeating: "#", count: 65_537), path)
            #expect(!file.reload())
            #expect(self.errors.count == 3)
            #expect(file.keyring.keyIDs == ["63af2afd"])
            try self.write(TestKeys.texts[0], path)
            #expect(!file.reload(), "the same keys as before")
            try self.write(TestKeys.texts[1], path)
            #expect(file.reload())
        }
    }

    @Test("a file that is not good when the application starts is refused")
    func refusedAtStart() async throws {
        let missing = #expect(throws: SessionError.self) { try self.open("/nonexistent/keys") }
        #expect(missing?.code == .configuration)
        #expect(missing?.message.contains("/nonexistent/keys cannot be read") == true)
        try await self.withFile("keyboard-cat") { path in
            let error = #expect(throws: SessionError.self) { try self.open(path) }
            #expect(error?.message.contains("The key in line 1 of \(path) is refused: it has 9 bytes") == true)
        }
    }
}
