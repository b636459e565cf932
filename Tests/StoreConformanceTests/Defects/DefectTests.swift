//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsTesting
import Testing

/// A rule that cannot fail says nothing. Each is shown a store with the mistake that it alone finds.
@Suite("The rules of stores find mistakes")
struct DefectTests {
    @Test("a store without a mistake keeps the rule", arguments: StoreConformance.rules)
    func flawless(_ rule: StoreRule) async throws {
        try await rule.check(DefectiveStore(nil))
    }

    @Test("the mistake is found, by its own rule and by no other", arguments: Defect.allCases)
    func findsDefect(_ defect: Defect) async throws {
        let report = await StoreConformance.rules.report(on: "a store with the mistake \(defect)") {
            DefectiveStore(defect)
        }
        #expect(report.broken.map(\.rule) == [defect.rule], "\(report)")
    }

    @Test("every rule has a mistake to find")
    func complete() {
        let found = Set(Defect.allCases.map(\.rule))
        let rules = StoreConformance.rules.map(\.name)
        #expect(Set(rules).count == rules.count, "no two rules have one name")
        for rule in rules { #expect(found.contains(rule)) }
    }
}
#endif
