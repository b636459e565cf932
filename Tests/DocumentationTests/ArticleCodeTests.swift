//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Testing

@Suite("Code in the articles")
struct ArticleCodeTests {
    private static let articles = Result {
        try Repository.files(below: "Sources", endingIn: ".md").filter { $0.contains(".docc/") }
    }

    /// What the blocks of a language contain.
    private func blocks(_ language: String, of text: String) -> [String] {
        text.components(separatedBy: "```\(language)\n").dropFirst().map { block in
            String(block[..<(block.range(of: "```")?.lowerBound ?? block.endIndex)])
        }
    }

    @Test("tests compile the code of an article that names its files, except imports and calls by the reader")
    func code() throws {
        var count = 0
        for article in try Self.articles.get() {
            let text = try Repository.text(article)
            let files = text.matches(of: #/<!-- Code of (\S+) -->/#).map { String($0.output.1) }
            guard !files.isEmpty else { continue }
            let source = try files.map(Repository.text).joined()
            for block in self.blocks("swift", of: text) where block.prefixMatch(of: #/import |try await /#) == nil {
                let code = block.trimmingCharacters(in: .newlines)
                #expect(source.contains(code), "\(article): not in \(files):\n\(code)")
                count += 1
            }
        }
        #expect(count > 30)
    }

    @Test("the configuration in an article is that of the file that an end-to-end test uses")
    func configuration() throws {
        var count = 0
        for article in try Self.articles.get() {
            let text = try Repository.text(article)
            guard let named = text.firstMatch(of: #/<!-- Configuration of (\S+) -->/#) else { continue }
            let blocks = self.blocks("nginx", of: text)
            #expect(blocks.joined(separator: "\n") == (try Repository.text(String(named.output.1))), "\(article)")
            count += 1
        }
        #expect(count > 0)
    }

    @Test("rights in an article are those of the file that the servers of the tests use, without one too many")
    func parts() throws {
        var lines: [String: Set<Substring>] = [:]
        for article in try Self.articles.get() {
            for part in try Repository.text(article).matches(of: #/<!-- Part of (\S+) -->\s+```\w*\n((?s:.*?))```/#) {
                lines[String(part.output.1), default: []].formUnion(part.output.2.split(separator: "\n"))
            }
        }
        #expect(lines.count > 2)
        for (path, lines) in lines {
            #expect(Set(try Repository.text(path).split(separator: "\n")) == lines, "\(path)")
        }
    }
}
