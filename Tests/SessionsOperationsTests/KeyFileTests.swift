//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import LogAudit
import Sessions
import SessionsOperations
import SessionsTesting
import TestSupport
import Testing

@Suite("Files of keys")
struct KeyFileTests {
    private let clock = ManualClock()

    /// The keys of a file. They are secrets.
    private func keys(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            String(line.prefix { $0 != " " })
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("A new file has one key, and belongs to its owner alone")
    func creates() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let file = KeyFile(path, clock: self.clock.sessionClock)
            let id = try file.create()
            let report = try file.report()
            #expect(report.keys.map(\.id) == [id] && report.mode == "0600" && report.problem == nil)
            #expect(report.keys[0].ageInDays == 0 && report.warnings.isEmpty)
            let error = #expect(throws: OperationError.self) { try file.create() }
            #expect(error?.code == .cannotCreate)
            #expect(try file.report().keys.map(\.id) == [id])
        }
    }

    @Test("A rotation keeps all keys as openers, and a running server has it")
    func rotates() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let file = KeyFile(path, clock: self.clock.sessionClock)
            let first = try file.create()
            let server = try SecretKeyFile(path, accessByOthers: .refused, logger: LogAudit.logger())
            self.clock.advance(by: .seconds(10 * 86_400))
            let report = try file.rotate()
            #expect(report.keys.count == 2 && report.keys[1].id == first && report.mode == "0600")
            #expect(report.keys.map(\.ageInDays) == [0, 10])
            #expect(server.reload())
            #expect(server.keyring.keyIDs == report.keys.map(\.id))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == ["keys"])
        }
    }

    @Test("A staged key opens only, until it is promoted")
    func stages() async throws {
        try await TemporaryFolder.with { folder in
            let file = KeyFile(folder.path("keys"), clock: self.clock.sessionClock)
            let first = try file.create()
            #expect(throws: OperationError.self) { try file.rotate(.promotion) }
            let staged = try file.rotate(.second)
            #expect(staged.keys[0].id == first && staged.keys.count == 2)
            let promoted = try file.rotate(.promotion)
            #expect(promoted.keys.map(\.id) == [staged.keys[1].id, first])
        }
    }

    @Test("Openers over an age are removed if asked, and never the first key")
    func removesOldKeys() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let file = KeyFile(path, clock: self.clock.sessionClock)
            _ = try file.create()
            self.clock.advance(by: .seconds(40 * 86_400))
            let second = try file.rotate().keys[0].id
            self.clock.advance(by: .seconds(20 * 86_400))
            let report = try file.rotate(removingOlderThan: .seconds(30 * 86_400))
            #expect(report.keys.count == 2 && report.keys[1].id == second)
            #expect(try self.keys(path).count == 2)
        }
    }

    @Test("Comments and the group's right to read stay; others lose theirs")
    func keepsComments() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let old = SecretKey.generatedText()
            try Data("# of the shop\n\(old.text)\n".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let file = KeyFile(path, clock: self.clock.sessionClock)
            #expect(try file.report().warnings.count == 1)
            let report = try file.rotate()
            #expect(
                report.keys.map(\.line) == [2, 3] && report.keys[1].id == old.id && report.keys[1].ageInDays == nil)
            #expect(try self.mode(path) == 0o640)
            #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# of the shop\n"))
        }
    }

    @Test("A link is followed: the file behind it is replaced")
    func followsLinks() async throws {
        try await TemporaryFolder.with { folder in
            let (path, link) = (folder.path("keys"), folder.path("link"))
            _ = try KeyFile(path).create()
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            #expect(try KeyFile(link).rotate().keys.count == 2)
            #expect(try KeyFile(path).report().keys.count == 2)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
        }
    }

    @Test("A file that servers refuse is reported, and is not rotated")
    func reportsProblems() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let file = KeyFile(path)
            #expect(throws: OperationError.self) { try file.report() }
            for (text, mode) in [("password\n", 0o600), ("", 0o600), (SecretKey.generatedText().text + "\n", 0o622)] {
                try Data(text.utf8).write(to: URL(filePath: path))
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                let report = try file.report()
                #expect(report.problem != nil && report.keys.isEmpty)
                #expect(report.findings.map(\.name) == ["keys.file"] && report.findings[0].severity == .error)
                #expect(throws: OperationError.self) { try file.rotate() }
                #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            }
        }
    }

    @Test("No report shows a key")
    func showsNoKeys() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let file = KeyFile(path)
            _ = try file.create()
            let report = try file.rotate()
            for key in try self.keys(path) {
                #expect(key.utf8.count == 43)
                for text in ["\(report)", report.text, try JSONText.line(report), "\(report.findings)"] {
                    #expect(!text.contains(key))
                }
                #expect(SecretSearch(key).findings(in: try KeyFileInspection(path: path)).isEmpty)
            }
        }
    }
}
#endif
