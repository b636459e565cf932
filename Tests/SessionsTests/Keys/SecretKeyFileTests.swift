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
import TestSupport
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
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            try self.write(contents, path)
            try await body(path)
        }
    }

    private func write(_ contents: String, _ path: String) throws {
        try Data(contents.utf8).write(to: URL(filePath: path), options: .atomic)
        try self.setMode(0o600, path)
    }

    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Writes into the file that is there, as an editor or `cp` may do.
    private func writeInPlace(_ contents: some StringProtocol, _ path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(contents.utf8))
        try handle.close()
    }

    /// Lets the service look at the file once.
    private func wait(for interval: Duration = .seconds(5)) async {
        while self.clock.sleeperCount == 0 { await Task.yield() }
        self.clock.advance(by: interval)
        while self.clock.sleeperCount == 0 { await Task.yield() }
    }

    private func open(_ path: String) throws -> SecretKeyFile {
        try SecretKeyFile(path, every: .seconds(5), clock: self.clock.sessionClock, logger: self.logger)
    }

    private var errors: [InMemoryLogHandler.Entry] { self.logs.entries.filter { $0.level == .error } }

    @Test("a file that changes changes the ring, without a restart")
    func service() async throws {
        try await self.withFile(TestKeys.texts[0] + "\n") { path in
            let file = try self.open(path)
            let sealer = try Sealer(file.keyring, purpose: .sealing, context: "sealed ", random: .system)
            let sealed = try sealer.seal([1, 2, 3], for: "id")
            let running = Task { try await file.run() }
            while self.clock.sleeperCount == 0 { await Task.yield() }
            try self.write("\(TestKeys.texts[1])\n\(TestKeys.texts[0])\n", path)
            await self.wait()
            #expect(file.keyring.keyIDs == ["63af2afd"], "one look may have met a file that is being written")
            await self.wait()
            #expect(file.keyring.keyIDs == ["1cbe5239", "63af2afd"])
            let opened = try #require(sealer.open(sealed, for: "id"))
            #expect(opened.isOutdated)
            running.cancel()
            try await running.value
            let entry = try #require(self.logs.entries.first)
            #expect(self.logs.entries.count == 1)
            #expect(entry.metadata["session.keys"] == ["1cbe5239", "63af2afd"])
        }
    }

    @Test("a change that leaves size and date as they were is seen")
    func sameSizeAndDate() async throws {
        try await self.withFile(TestKeys.texts[0] + "\n") { path in
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
            "", "# nothing\n", "short", "\(TestKeys.texts[1])\nshort\n",
            "\(TestKeys.texts[1])\n\(TestKeys.texts[1])\n", TestKeys.texts[1],
        ]
    )
    func badContents(_ contents: String) async throws {
        try await self.withFile(TestKeys.texts[0] + "\n") { path in
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
            try self.write(TestKeys.texts[2] + "\n", path)
            #expect(file.reload())
            #expect(file.keyring.keyIDs == ["040ff8b0"])
        }
    }

    @Test("a file that has gone, or is no text, or is huge, keeps the last good keys")
    func unreadable() async throws {
        try await self.withFile(TestKeys.texts[0] + "\n") { path in
            let file = try self.open(path)
            try FileManager.default.removeItem(atPath: path)
            #expect(!file.reload())
            #expect(!file.reload())
            #expect(self.errors.count == 1)
            try Data([0xFF, 0xFE]).write(to: URL(filePath: path))
            try self.setMode(0o600, path)
            #expect(!file.reload())
            try self.write(String(repeating: "#", count: 65_537), path)
            #expect(!file.reload())
            #expect(self.errors.count == 3)
            #expect(file.keyring.keyIDs == ["63af2afd"])
            try self.write(TestKeys.texts[0] + "\n", path)
            #expect(!file.reload(), "the same keys as before")
            try self.write(TestKeys.texts[1] + "\n", path)
            #expect(file.reload())
        }
    }

    /// A key of 64 bytes, as some rules ask for.
    private static let longKey = Base64URL.encode((0..<64).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 * $0 * 11) })

    @Test("however a file that is written in place is cut off, no part of a key is a key")
    func halfWritten() async throws {
        for whole in ["\(TestKeys.texts[1])\n\(TestKeys.texts[0])\n", "\(Self.longKey)\n\(TestKeys.texts[0])\n"] {
            for count in 1..<whole.utf8.count {
                try await self.withFile(TestKeys.texts[0] + "\n") { path in
                    let file = try self.open(path)
                    let old = file.keyring.keyIDs
                    try self.writeInPlace(whole.prefix(count), path)
                    // The writer takes so long that two looks find the same.
                    file.reload()
                    // A key that the ring has is whole, and so is every line with an end.
                    let isWhole = whole.prefix(count).hasSuffix("\n") || count == whole.utf8.count - 1
                    #expect(isWhole || file.keyring.keyIDs == old, "\(count) characters")
                    try self.writeInPlace(whole, path)
                    file.reload()
                    #expect(file.keyring.keyIDs.count == 2 && file.keyring.keyIDs.last == old[0])
                }
            }
        }
    }

    @Test("a file that lost keys is looked at again before it is believed")
    func lostKeys() async throws {
        let both = "\(TestKeys.texts[1])\n\(TestKeys.texts[0])\n"
        try await self.withFile(both) { path in
            let file = try self.open(path)
            let running = Task { try await file.run() }
            for contents in ["\(TestKeys.texts[1])\n", "", "\(TestKeys.texts[1].prefix(20))"] {
                try self.writeInPlace(contents, path)
                await self.wait()
                try self.writeInPlace(both, path)
                await self.wait()
                #expect(file.keyring.keyIDs == ["1cbe5239", "63af2afd"])
            }
            #expect(self.logs.entries.isEmpty, "what was seen only once is not worth a word")
            try self.writeInPlace("\(TestKeys.texts[1])\n", path)
            await self.wait()
            await self.wait()
            #expect(file.keyring.keyIDs == ["1cbe5239"])
            running.cancel()
            try await running.value
        }
    }

    @Test("a file without a newline at its end is good when the application starts, and the log asks for one")
    func noNewline() async throws {
        try await self.withFile(TestKeys.texts[0]) { path in
            let file = try self.open(path)
            #expect(self.logs.entries.map(\.level) == [.warning])
            #expect("\(self.logs.entries[0].message)".contains("has no newline at its end"))
            // A new key above the old one is whole, whatever the last line ends with.
            try self.write("\(TestKeys.texts[1])\n\(TestKeys.texts[0])", path)
            #expect(file.reload())
            #expect(file.keyring.keyIDs == ["1cbe5239", "63af2afd"])
            // A key that is followed by something is whole as well.
            try self.write("\(TestKeys.texts[2]) # since toda", path)
            #expect(file.reload())
            #expect(file.keyring.keyIDs == ["040ff8b0"])
            try self.write(TestKeys.texts[1], path)
            #expect(!file.reload())
            #expect(self.errors.count == 1)
            #expect("\(self.errors[0].metadata)".contains("end the line with a newline"))
        }
    }

    @Test(
        "a file that others can write is refused, when the application starts and later",
        arguments: [0o666, 0o620, 0o602])
    func writableByOthers(mode: Int) async throws {
        try await self.withFile(TestKeys.texts[0] + "\n") { path in
            let file = try self.open(path)
            try self.write("\(TestKeys.texts[1])\n\(TestKeys.texts[0])\n", path)
            try self.setMode(mode, path)
            let error = #expect(throws: SessionError.self) { try self.open(path) }
            let digits = String(mode, radix: 8)
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("has mode 0\(digits)") == true)
            #expect(error?.message.contains("Run: chmod go-w \(path)") == true)
            for policy in [SecretKeyFile.AccessByOthers.warned, .allowed] {
                #expect(throws: SessionError.self) {
                    try SecretKeyFile(path, accessByOthers: policy, logger: self.logger)
                }
            }
            #expect(!file.reload())
            #expect(file.keyring.keyIDs == ["63af2afd"] && self.errors.count == 1)
            try self.setMode(0o600, path)
            #expect(file.reload(), "a change of the mode is a change")
        }
    }

    @Test(
        "a file that others can read is warned of, or refused, or accepted, as the application chooses",
        arguments: [0o640, 0o604])
    func readableByOthers(mode: Int) async throws {
        try await self.withFile(TestKeys.texts[0] + "\n") { path in
            try self.setMode(mode, path)
            _ = try SecretKeyFile(path, accessByOthers: .allowed, logger: self.logger)
            #expect(self.logs.entries.isEmpty)
            _ = try self.open(path)
            #expect(self.logs.entries.map(\.level) == [.warning])
            #expect("\(self.logs.entries[0].message)".contains("Run: chmod go-r \(path)"))
            let error = #expect(throws: SessionError.self) {
                try SecretKeyFile(path, accessByOthers: .refused, logger: self.logger)
            }
            #expect(error?.message.contains("accessByOthers to .warned") == true)
        }
    }

    @Test("a change is believed when two looks in a row find the same, and judged once")
    func watch() {
        func snapshot(_ number: UInt8, _ mode: UInt32 = 0o600) -> KeyFileWatch.Snapshot {
            .init(digest: [number], mode: mode)
        }
        var watch = KeyFileWatch(judged: snapshot(1))
        #expect(watch.verdict(on: snapshot(1)) == .unchanged)
        #expect(watch.verdict(on: snapshot(2)) == .changing)
        #expect(watch.verdict(on: snapshot(3)) == .changing)
        #expect(watch.verdict(on: snapshot(3)) == .settled)
        #expect(watch.verdict(on: snapshot(3)) == .unchanged)
        #expect(watch.verdict(on: nil) == .changing)
        #expect(watch.verdict(on: snapshot(3)) == .unchanged)
        #expect(watch.verdict(on: nil) == .changing && watch.verdict(on: nil) == .settled)
        #expect(watch.verdict(on: nil) == .unchanged)
        #expect(watch.verdict(on: snapshot(3)) == .changing && watch.verdict(on: snapshot(3)) == .settled)
        #expect(watch.verdict(on: snapshot(3, 0o644)) == .changing && watch.verdict(on: snapshot(3, 0o644)) == .settled)
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
