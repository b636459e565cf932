//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import SessionsOperations
import Testing

@Suite("Findings about PostgreSQL")
struct PostgresFindingTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var severity: Finding.Severity
        var change: @Sendable (inout PostgresFacts) -> Void
        var testDescription: String { "\(self.name), \(self.severity)" }

        init(_ name: String, _ severity: Finding.Severity, _ change: @escaping @Sendable (inout PostgresFacts) -> Void)
        {
            self.name = "postgres.\(name)"
            self.severity = severity
            self.change = change
        }
    }

    static var healthy: PostgresFacts {
        var facts = PostgresFacts(
            place: "db.example.com", schema: "sessions", tables: .init(schemaVersion: 1, currentSchemaVersion: 1))
        facts.versionNumber = 150_018
        facts.settings = [
            "synchronous_commit": "on", "fsync": "on", "full_page_writes": "on", "autovacuum": "on",
            "track_counts": "on", "max_connections": "100",
        ]
        facts.isReplica = false
        facts.isUnlogged = false
        facts.indexStatement = "CREATE INDEX CONCURRENTLY …"
        (facts.liveRowCount, facts.deadRowCount, facts.tableByteCount) = (100_000, 2_000, 50_000_000)
        facts.secondsSinceVacuum = 60
        facts.oldestTransactionSeconds = 1
        facts.connectionCount = 12
        (facts.user, facts.isSuperuser, facts.hasTLS) = ("app", false, true)
        facts.clockSkew = .zero
        return facts
    }

    @Test("A healthy server has nothing to repair")
    func isHealthy() {
        #expect(Self.healthy.findings.allSatisfy { $0.severity == .ok && $0.fix == nil && $0.meaning == nil })
        #expect(Self.healthy.findings.count == 13)
    }

    @Test(
        "Each fault is found, with what to do",
        arguments: [
            Fault("version", .error) { $0.versionNumber = 110_022 },
            Fault("role", .error) { $0.isReplica = true },
            Fault("schema", .error) { $0.tables.schemaVersion = nil },
            Fault("schema", .error) { $0.tables.schemaVersion = 2 },
            Fault("schema", .warning) { $0.tables.currentSchemaVersion = 2 },
            Fault("synchronous-commit", .warning) { $0.settings["synchronous_commit"] = "off" },
            Fault("durability", .error) { $0.settings["fsync"] = "off" },
            Fault("durability", .error) { $0.settings["full_page_writes"] = "off" },
            Fault("logged", .warning) { $0.isUnlogged = true },
            Fault("indexes", .warning) { $0.missingIndexes = ["sessions_by_due_time"] },
            Fault("autovacuum", .error) { $0.settings["autovacuum"] = "off" },
            Fault("autovacuum", .error) { $0.settings["track_counts"] = "off" },
            Fault("dead-rows", .warning) { $0.deadRowCount = 200_000 },
            Fault("transactions", .notice) { $0.oldestTransactionSeconds = 600 },
            Fault("transactions", .warning) { $0.oldestTransactionSeconds = 7_200 },
            Fault("connections", .warning) { $0.connectionCount = 95 },
            Fault("rights", .error) { $0.missingRights = ["DELETE"] },
            Fault("login", .notice) { $0.isSuperuser = true },
            Fault("encryption", .warning) { $0.hasTLS = false },
            Fault("clock", .warning) { $0.clockSkew = .seconds(3) },
        ])
    func findsFault(_ fault: Fault) {
        var facts = Self.healthy
        fault.change(&facts)
        let found = facts.findings.filter { $0.severity != .ok }
        #expect(found.map(\.name) == [fault.name] && found.map(\.severity) == [fault.severity])
        #expect(found.allSatisfy { $0.meaning != nil && $0.fix != nil })
    }
}
#endif
