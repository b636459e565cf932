//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Testing

@Suite("Log lines in Troubleshooting")
struct LogLineTests {
    private static let article = Result {
        try Repository.text("Sources/Sessions/Documentation.docc/Troubleshooting.md")
    }

    /// All sources, with the lines of string literals joined and their backslashes unescaped.
    private static let sources = Result {
        try Repository.files(below: "Sources", endingIn: ".swift").map(Repository.text).joined()
            .replacing(#/\\\n\s*/#, with: "").replacing(#"\\"#, with: #"\"#)
    }

    @Test("the sources write every message that the article quotes")
    func messages() throws {
        let sources = try Self.sources.get()
        let lines = try Self.article.get()
            .matches(of: #/(?m)^(?:debug|info|notice|warning|error|configuration): (.+)$/#)
        #expect(lines.count > 5)
        for line in lines {
            // The message follows the metadata and the name of the source.
            let message = line.output.1.split(separator: "] ").last.map(String.init) ?? ""
            let isWritten = sources.contains(message)
            #expect(isWritten, "no source writes \"\(message)\"")
        }
    }

    @Test("the article explains every value of session.resolution")
    func resolutions() throws {
        let article = try Self.article.get()
        let values = try Repository.text("Sources/Sessions/Engine/Opening/ResolutionReason.swift")
            .matches(of: #/case \w+ = "(.+)"/#)
        #expect(values.count > 10)
        for value in values {
            let isExplained = article.contains("\n| `\(value.output.1)` | ")
            #expect(isExplained, "the article does not explain \"\(value.output.1)\"")
        }
    }
}
