//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@Suite("Proofs in the documentation")
struct ProofTests {
    private let tests: [DeclaredTest]
    private let titles: [String: String]

    init() throws {
        self.tests = try DeclaredTest.all.get()
        self.titles = Dictionary(self.tests.map { ($0.identifier, $0.title) }) { first, _ in first }
    }

    @Test("no two tests have the same name")
    func names() {
        let counts = Dictionary(grouping: self.tests, by: \.identifier)
        for (identifier, tests) in counts where tests.count > 1 {
            Issue.record("\(identifier) is in \(tests.map(\.path).joined(separator: " and ")): rename one.")
        }
        #expect(self.tests.count > 1_000, "the sources were not read")
    }

    @Test(
        "every cell of the checklists and laws names tests that exist",
        arguments: ["Security-checklist.md", "Laws-and-backends.md"])
    func cells(_ article: String) throws {
        let cells = try ProofTable(article).cells
        #expect(cells.count > 30)
        for cell in cells {
            #expect(!cell.proofs.isEmpty || cell.isExempt, "\(cell.row) names no test in: \(cell.text)")
            for proof in cell.proofs {
                let name = String(proof.dropFirst().dropLast())
                let exists = proof.hasPrefix("\"") ? RuleSentences.all.contains(name) : self.titles[name] != nil
                #expect(exists, "\(cell.row) names \(proof), which does not exist")
            }
        }
    }

    @Test("the checklist and the laws have each row once and in order")
    func rows() throws {
        func numbers(_ article: String) throws -> [Int] { try ProofTable(article).names.compactMap { Int($0) } }
        #expect(try numbers("Security-checklist.md") == Array(1...31))
        #expect(try numbers("Laws-and-backends.md") == Array(1...14))
    }

    @Test("every requirement of OWASP ASVS 5.0, V7 and V3.3, has a row")
    func requirements() throws {
        let sections = [("7.1", 3), ("7.2", 4), ("7.3", 2), ("7.4", 5), ("7.5", 3), ("7.6", 2), ("3.3", 5)]
        let rows = try ProofTable("Security-checklist.md").names
        for (section, count) in sections {
            for number in 1...count {
                #expect(rows.count { $0 == "\(section).\(number)" } == 1, "the row \(section).\(number)")
            }
        }
    }

    @Test(
        "every option of another system has a test that uses it, and every such test has a row",
        arguments: [
            (
                "Sources/SessionsExpress/Documentation.docc/Coming-from-Express.md",
                "Tests/SessionsExpressTests/ExpressParity"
            ),
            (
                "Sources/SessionsVapor/Documentation.docc/Coming-from-Vapors-sessions.md",
                "Tests/SessionsVaporTests/VaporParity"
            ),
            (
                "Sources/SessionsHummingbird/Documentation.docc/Coming-from-hummingbird-auth.md",
                "Tests/SessionsHummingbirdTests/HummingbirdAuthParity"
            ),
        ])
    func options(_ article: String, _ folder: String) throws {
        let own = self.tests.filter { $0.path.hasPrefix("\(folder)/") }
        var named: [String] = []
        for row in try OptionRow.rows(of: article) {
            guard let proof = row.proof else {
                #expect(row.isExempt, "\(article) names no test in: \(row.text)")
                continue
            }
            named.append(proof)
            let test = try #require(own.first { $0.identifier == proof }, "\(folder) has no test \(proof)")
            let body = test.body.filter { !$0.isWhitespace }
            for piece in row.pieces {
                #expect(body.contains(piece), "\(proof) does not contain \"\(piece)\" of \(article)")
            }
        }
        #expect(named.sorted() == own.map(\.identifier).sorted())
    }
}
