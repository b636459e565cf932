//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Testing

/// A rule that cannot fail says nothing. Each is shown an adapter with the mistake that it alone finds.
@Suite("The rules of adapters find mistakes")
struct AdapterDefectTests {
    @Test("an adapter without a mistake keeps the rule", arguments: AdapterConformance.rules)
    func flawless(_ rule: AdapterRule) async throws {
        try await rule.check(DefectiveAdapter(nil))
    }

    @Test("the mistake is found, by its own rule and by no other", arguments: AdapterDefect.allCases)
    func findsDefect(_ defect: AdapterDefect) async throws {
        let report = await AdapterConformance.rules.report(on: "an adapter with the mistake \(defect)") {
            DefectiveAdapter(defect)
        }
        #expect(report.broken.map(\.rule) == [defect.rule], "\(report)")
    }

    @Test("every rule has a mistake to find")
    func complete() {
        let found = Set(AdapterDefect.allCases.map(\.rule))
        let rules = AdapterConformance.rules.map(\.name)
        #expect(Set(rules).count == rules.count, "no two rules have one name")
        for rule in rules { #expect(found.contains(rule)) }
    }
}
