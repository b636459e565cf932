//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import SessionsTesting
import Testing

/// A rule that cannot fail says nothing. Each is shown an application with a mistake that it finds.
@Suite("The rules of applications find mistakes")
struct ApplicationDefectTests {
    @Test("an application without a mistake keeps the rule", arguments: AdapterConformance.applicationRules)
    func flawless(_ rule: ApplicationRule) async throws {
        try await rule.check(DefectiveApplication(nil))
    }

    @Test("the mistake is found by its rule", arguments: ApplicationDefect.allCases)
    func findsDefect(_ defect: ApplicationDefect) async throws {
        let rule = try #require(AdapterConformance.applicationRules.first { $0.name == defect.rule })
        await #expect(throws: ConformanceFailure.self) { try await rule.check(DefectiveApplication(defect)) }
    }

    @Test("every rule has a mistake to find")
    func complete() {
        let rules = AdapterConformance.applicationRules.map(\.name)
        #expect(Set(rules).count == rules.count, "no two rules have one name")
        #expect(Set(ApplicationDefect.allCases.map(\.rule)) == Set(rules))
    }
}
#endif
