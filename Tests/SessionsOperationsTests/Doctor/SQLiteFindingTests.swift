//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import LogAudit
import SessionsOperations
import TestSupport
import Testing

@Suite("Findings about SQLite")
struct SQLiteFindingTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var severity: Finding.Severity
        var change: @Sendable (inout SQLiteFacts) -> Void
        var testDescription: String { "\(self.name), \(self.severity)" }

        init(_ name: String, _ severity: Finding.Severity, _ change: @escaping @Sendable (inout SQLiteFacts) -> Void) {
            self.name = "sqlite.\(name)"
            self.severity = severity
            self.change = change
        }
    }

    static var healthy: SQLiteFacts {
        var facts = SQLiteFacts(path: "sessions.sqlite")
        facts.modes = ["": 0o600, "-wal": 0o600]
        facts.folderMode = 0o755
        (facts.byteCount, facts.logByteCount, facts.freeDiskByteCount) = (1 << 20, 1 << 20, 1 << 40)
        (facts.isOfLibrary, facts.schemaVersion, facts.integrity, facts.journalMode) = (true, 1, "ok", "wal")
        facts.freePageShare = 0.1
        facts.version = "3.40.1"
        return facts
    }

    @Test("A healthy file has nothing to repair")
    func isHealthy() {
        #expect(Self.healthy.findings.allSatisfy { $0.severity == .ok && $0.fix == nil })
        #expect(Self.healthy.findings.count == 7)
    }

    @Test(
        "Each fault is found, with what to do",
        arguments: [
            Fault("file", .error) { $0.exists = false },
            Fault("permissions", .warning) { $0.modes[""] = 0o644 },
            Fault("permissions", .error) { $0.modes["-wal"] = 0o622 },
            Fault("folder", .error) { $0.folderMode = 0o777 },
            Fault("reading", .error) { $0.failure = "unable to open database file" },
            Fault("schema", .error) { $0.schemaVersion = 9 },
            Fault("integrity", .error) { $0.integrity = "row 1 missing from index" },
            Fault("journal", .notice) { $0.journalMode = "delete" },
            Fault("indexes", .warning) { $0.missingIndexes = ["sessions_by_expiry"] },
            Fault("size", .notice) { ($0.byteCount, $0.freePageShare) = (1 << 30, 0.9) },
            Fault("log", .warning) { $0.logByteCount = 1 << 28 },
            Fault("space", .warning) { $0.freeDiskByteCount = 1_000_000 },
        ])
    func findsFault(_ fault: Fault) {
        var facts = Self.healthy
        fault.change(&facts)
        let found = facts.findings.filter { $0.severity != .ok }
        #expect(found.map(\.name) == [fault.name] && found.map(\.severity) == [fault.severity])
        #expect(found.allSatisfy { $0.meaning != nil && $0.fix != nil })
    }

    @Test("A file of another application is found")
    func findsOwner() {
        var facts = Self.healthy
        facts.isOfLibrary = false
        #expect(facts.findings.filter { $0.severity != .ok }.map(\.name) == ["sqlite.owner"])
    }

    @Test("A folder with the sticky bit, such as that for temporary files, is no fault")
    func toleratesStickyFolders() {
        var facts = Self.healthy
        facts.folderMode = 0o1777
        #expect(facts.findings.allSatisfy { $0.severity == .ok })
    }

    @Test("A real file is measured: a good one, a damaged one, one of another program, and none")
    func measuresFiles() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let location = StoreLocation.sqlite(path: path)
            let doctor = Doctor(SessionStoreOptions(), logger: LogAudit.logger())
            func problems() async throws -> [String] {
                try await doctor.examine(location).filter { $0.severity == .error }.map(\.name)
            }
            #expect(try await problems() == ["sqlite.file"])
            let opened = try OpenedSessionStore(creating: location, SessionStoreOptions(), logger: LogAudit.logger())
            await opened.close()
            #expect(try await problems() == [])
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
            #expect(try await problems() == ["sqlite.permissions"])
            let other = folder.path("other")
            try Data("no database, and long enough to be one".utf8).write(to: URL(filePath: other))
            let findings = try await doctor.examine(.sqlite(path: other))
            #expect(findings.contains { $0.name == "sqlite.reading" && $0.severity == .error })
        }
    }
}
#endif
