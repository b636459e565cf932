//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Testing

/// A rule that cannot fail says nothing. Each is shown an adapter with the mistake that it is there for.
@Suite("The rules of adapters find mistakes")
struct AdapterDefectTests {
    @Test("an adapter without a mistake keeps the rule", arguments: AdapterConformance.rules)
    func flawless(_ rule: AdapterRule) async throws {
        try await rule.check(DefectiveAdapter(nil))
    }

    @Test("the rule finds its mistake", arguments: AdapterDefect.allCases)
    func found(_ defect: AdapterDefect) async throws {
        let rule = try #require(AdapterConformance.rules.first { $0.name == defect.rule })
        await #expect(throws: (any Error).self) { try await rule.check(DefectiveAdapter(defect)) }
    }

    @Test("every rule has a mistake that no other rule finds")
    func complete() async {
        let rules = AdapterConformance.rules
        #expect(Set(rules.map(\.name)).count == rules.count, "no two rules have one name")
        var found: Set<String> = []
        for defect in AdapterDefect.allCases {
            let report = await rules.report(on: "\(defect)") { DefectiveAdapter(defect) }
            if report.broken.map(\.rule) == [defect.rule] { found.insert(defect.rule) }
        }
        for rule in rules.map(\.name) { #expect(found.contains(rule)) }
    }
}
