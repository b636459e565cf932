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
import TestSupport
import Testing
import XCTest

@Suite("Reports of conformance")
struct ConformanceReportTests {
    @Test("one line holds a store to all rules")
    func oneLine() async throws {
        try await StoreConformance.rules.verify("MemorySessionStore") { MemorySessionStore() }
    }

    @Test("a store that breaks a rule is refused with the rule and what went wrong")
    func broken() async throws {
        let error = await #expect(throws: ConformanceReport.self) {
            try await StoreConformance.rules.verify("MyStore") { DefectiveStore(.replaceCreates) }
        }
        let report = try #require(error)
        #expect(report.broken.count == 1)
        #expect(
            report.description.hasPrefix("MyStore keeps \(report.lines.count - 1) of \(report.lines.count) rules\n"))
        #expect(report.description.contains("a replacement of what is missing creates nothing: BROKEN: "))
    }

    @Test("a store that cannot be made breaks every rule and traps nowhere")
    func notMade() async {
        let report = await StoreConformance.rules.report(on: "MyStore") {
            throw SessionStoreError(.unavailable, "There is no server.")
        }
        #expect(report.broken.count == report.lines.count)
        #expect(!report.isConforming)
    }

    @Test("a report is a table, in which what a store does not offer is said")
    func table() async {
        let report = await StoreConformance.rules.report(on: "MyStore") { MinimalStore() }
        let rules = StoreConformance.rules.count
        let notOffered = report.lines.count { $0.outcome == .notOffered }
        #expect(report.isConforming)
        #expect(notOffered > 0)
        let rows = report.markdown.split(separator: "\n")
        #expect(
            rows[0]
                == "### MyStore keeps \(rules - notOffered) of \(rules - notOffered) rules; \(notOffered) are about what it does not offer"
        )
        #expect(rows.count == rules + 3)
        #expect(rows.contains("| touch | a touch never makes anything earlier | kept |"))
        #expect(rows.count { $0.hasSuffix("| not offered |") } == notOffered)
    }
}

/// The same line in XCTest.
final class ConformanceXCTests: XCTestCase {
    func testMemorySessionStoreKeepsEveryRule() async throws {
        try await StoreConformance.rules.verify("MemorySessionStore") { MemorySessionStore() }
    }
}
#endif
