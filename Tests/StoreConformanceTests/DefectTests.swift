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

/// A rule that cannot fail says nothing. Each is shown a store with the mistake that it is there for.
@Suite("The rules of stores find mistakes")
struct DefectTests {
    @Test("a store without a mistake keeps the rule", arguments: StoreConformance.rules)
    func flawless(_ rule: StoreRule) async throws {
        try await rule.check(DefectiveStore(nil))
    }

    @Test("the rule finds its mistake", arguments: Defect.allCases)
    func found(_ defect: Defect) async throws {
        let rule = try #require(StoreConformance.rules.first { $0.name == defect.rule })
        await #expect(throws: (any Error).self) { try await rule.check(DefectiveStore(defect)) }
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
