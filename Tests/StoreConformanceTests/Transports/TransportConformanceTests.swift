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

/// Every transport of this package keeps every rule, and every rule has a mistake that it alone finds.
@Suite("Transport conformance")
struct TransportConformanceTests {
    @Test("CookieTransport keeps the rule", arguments: TransportConformance.rules)
    func cookie(_ rule: TransportRule) async throws {
        try await rule.check(.cookie())
    }

    @Test("CookieTransport of a plain development server keeps the rule", arguments: TransportConformance.rules)
    func developmentCookie(_ rule: TransportRule) async throws {
        var configuration = SessionConfiguration()
        configuration.cookie = .development
        var subject = TransportUnderTest.cookie(configuration)
        subject.isSecure = false
        try await rule.check(subject)
    }

    @Test("BearerTransport keeps the rule", arguments: TransportConformance.rules)
    func bearer(_ rule: TransportRule) async throws {
        try await rule.check(.bearer())
    }

    @Test("a transport in a field of its own keeps the rule", arguments: TransportConformance.rules)
    func flawless(_ rule: TransportRule) async throws {
        try await rule.check(DefectiveTransport.underTest(nil))
    }

    @Test("the mistake is found, by its own rule and by no other", arguments: TransportDefect.allCases)
    func findsDefect(_ defect: TransportDefect) async throws {
        let report = await TransportConformance.rules.report(on: "a transport with the mistake \(defect)") {
            DefectiveTransport.underTest(defect)
        }
        #expect(report.broken.map(\.rule) == [defect.rule], "\(report)")
    }

    @Test("every rule has a mistake to find")
    func complete() {
        #expect(Set(TransportDefect.allCases.map(\.rule)) == Set(TransportConformance.rules.map(\.name)))
        #expect(TransportDefect.allCases.count == TransportConformance.rules.count)
    }
}
#endif
