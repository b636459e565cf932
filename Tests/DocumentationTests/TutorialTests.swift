//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Testing

@Suite("The tutorial")
struct TutorialTests {
    private static let application = "Examples/LoginApp"

    /// The files that a reader of the tutorial writes, by their paths.
    private func written() throws -> [String: String] {
        let text = try Repository.text("Sources/Sessions/Documentation.docc/Tutorial.md")
        let blocks = text.matches(of: #/<!-- File (\S+) -->\n\n```\w*\n((?s:.*?))```\n/#)
        return Dictionary(blocks.map { (String($0.output.1), String($0.output.2)) }) { $0 + $1 }
    }

    /// A file of the application as a reader writes it: without the header of this project, and with a release of this
    /// package in place of its folder.
    private func expected(_ path: String) throws -> String {
        var text = try Repository.text("\(Self.application)/\(path)")
        if text.hasPrefix("//\n// This source file is part of the swift-sessions project") {
            text = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(8).joined(separator: "\n")
        }
        return text.replacing(
            ".package(name: \"swift-sessions\", path: \"../..\", traits:",
            with: """
                .package(
                            url: "https://github.com/swift-sessions/swift-sessions", from: "0.1.0",
                            traits:
                """
        )
    }

    @Test("a reader who follows the tutorial has the files of LoginApp, with a release of this package")
    func files() throws {
        let written = try self.written()
        let ignored = [".build/", ".swiftpm/", "Package.resolved", "README.md"]
        var paths: [String] = []
        for path in try Repository.files(below: Self.application, endingIn: "") {
            let relative = String(path.dropFirst(Self.application.count + 1))
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: Repository.root.appending(path: path).path, isDirectory: &isFolder)
            guard !isFolder.boolValue, !ignored.contains(where: relative.hasPrefix) else { continue }
            paths.append(relative)
            #expect(written[relative] == (try self.expected(relative)), "\(relative)")
        }
        #expect(written.keys.sorted() == paths.sorted())
        #expect(paths.count > 10)
    }
}
