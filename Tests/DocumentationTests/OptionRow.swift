//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A row of a migration article: what the other system has, what replaces it, and the test that proves it.
struct OptionRow {
    let text: String
    private let cells: [Substring]

    /// The rows of the tables of an article.
    static func rows(of article: String) throws -> [OptionRow] {
        var isInTable = false, rows: [OptionRow] = []
        for line in try Repository.text(article).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.wholeMatch(of: #/\| There .* Test \|/#) != nil {
                isInTable = true
            } else if line.isEmpty {
                isInTable = false
            } else if isInTable, line.hasPrefix("| ") {
                rows.append(OptionRow(line))
            }
        }
        return rows
    }

    private init(_ line: Substring) {
        self.text = String(line)
        self.cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast()
    }

    /// The test, as `Suite.function`.
    var proof: String? {
        self.cells.last?.firstMatch(of: #/`(\w+Tests\.\w+)`/#).map { String($0.output.1) }
    }

    var isExempt: Bool { self.text.contains("Not offered") }

    /// The Swift of the second column, which the test contains. "…" is any text.
    var pieces: [String] {
        self.cells[1].matches(of: #/`([^`]+)`/#)
            .flatMap { $0.output.1.split(separator: "…") }
            .map { String($0.filter { $0 != " " }) }
    }
}
