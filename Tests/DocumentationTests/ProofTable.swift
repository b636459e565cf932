//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting

/// A cell of the documentation that names the tests that prove it, as `Suite.function` or as the quoted sentence of a
/// conformance rule.
struct ProofCell {
    /// The article and the row, for a failure.
    let row: String
    let text: String

    /// The tests and rules that it names.
    var proofs: [String] {
        self.text.matches(of: #/`\w+Tests\.\w+`|"[^"]+"/#).map { String($0.output) }
    }

    /// Whether the row says that there is nothing to test.
    var isExempt: Bool { self.text.contains("Not offered") || self.text.contains("application's part") }
}

/// An article with numbered rows, whose cells from the third on name tests.
struct ProofTable {
    let article: String
    private let rows: [[Substring]]

    init(_ article: String) throws {
        self.article = article
        self.rows = try Repository.text("Sources/Sessions/Documentation.docc/\(article)").split(separator: "\n")
            .filter { $0.prefixMatch(of: #/\| ([0-9]+|[0-9]+\.[0-9]+\.[0-9]+|[A-Z]+-[0-9][^|]*) \|/#) != nil }
            .map { $0.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast() }
    }

    /// The names of the rows.
    var names: [String] { self.rows.map { $0[0].trimmingSpaces } }

    var cells: [ProofCell] {
        self.rows.flatMap { row in
            row.dropFirst(2).map { ProofCell(row: "\(self.article), row \(row[0].trimmingSpaces)", text: String($0)) }
        }
    }
}

extension Substring {
    var trimmingSpaces: String {
        String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// The sentences of all conformance rules.
enum RuleSentences {
    static let all = Set(
        StoreConformance.rules.map(\.name) + AdapterConformance.rules.map(\.name)
            + TransportConformance.rules.map(\.name) + RevocationConformance.rules.map(\.name)
            + StoreClientConformance.rules.map(\.name))
}
