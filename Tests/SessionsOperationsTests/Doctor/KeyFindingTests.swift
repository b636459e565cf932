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
import Sessions
import SessionsOperations
import SessionsTesting
import TestSupport
import Testing

@Suite("Findings about key files")
struct KeyFindingTests {
    private func findings(mode: Int = 0o600, age: Duration = .zero, _ change: (String) -> String = { $0 })
        async throws -> [Finding]
    {
        try await TemporaryFolder.with { folder in
            let path = folder.path("keys")
            let clock = ManualClock()
            let file = KeyFile(path, clock: clock.sessionClock)
            _ = try file.create()
            let text = change(try String(contentsOfFile: path, encoding: .utf8))
            try Data(text.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            clock.advance(by: age)
            return try file.report().findings
        }
    }

    @Test("A good file has nothing to repair")
    func isHealthy() async throws {
        #expect(try await self.findings().map(\.severity) == [.ok, .ok])
    }

    @Test("Each fault is found")
    func findsFaults() async throws {
        func problems(_ findings: [Finding]) -> [String] {
            findings.filter { $0.severity != .ok }.map { "\($0.name) \($0.severity)" }
        }
        #expect(problems(try await self.findings(mode: 0o644)) == ["keys.permissions warning"])
        #expect(problems(try await self.findings(mode: 0o622)) == ["keys.file error"])
        #expect(problems(try await self.findings(age: .seconds(400 * 86_400))) == ["keys.age warning"])
        let bare = try await self.findings { String($0.prefix { $0 != " " }) + "\n" }
        #expect(problems(bare) == ["keys.age notice"])
        let cutOff = try await self.findings { String($0.prefix { $0 != " " }) }
        #expect(problems(cutOff) == ["keys.age notice", "keys.end warning"])
        #expect(problems(try await self.findings { _ in "password\n" }) == ["keys.file error"])
        let none = Doctor(SessionStoreOptions(), logger: LogAudit.logger()).examine(keyFile: "no/such/file")
        #expect(problems(none) == ["keys.file error"])
    }
}
#endif
