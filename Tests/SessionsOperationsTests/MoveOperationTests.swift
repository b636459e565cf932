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
import TestSupport
import Testing

@Suite("A move to another store")
struct MoveOperationTests {
    private let now = SessionClock.system.now

    private func store(_ count: UInt64) async throws -> MemorySessionStore {
        let store = MemorySessionStore()
        for number in 0..<count {
            let record = SessionRecord(
                id: SessionID(high: number, low: 1),
                secretHash: try #require(SecretHash(bytes: [UInt8](repeating: 1, count: 32))), secretIssuedAt: self.now,
                version: SessionVersion(counter: 1, tag: number), createdAt: self.now, lastAccessedAt: self.now,
                expiresAt: self.now + .seconds(3_600), absoluteExpiresAt: self.now + .seconds(3_600))
            try await store.create(record, now: self.now)
        }
        return store
    }

    @Test("All sessions move, with progress, beside services that end with it")
    func moves() async throws {
        let (old, new) = (try await self.store(25), MemorySessionStore())
        let outcome = try await MoveOperation(from: old, to: new, pageSize: 10)
            .run(beside: [SessionSweeper(new, logger: LogAudit.logger())], logger: LogAudit.logger()) { moved, total in
                #expect(total == 25 && moved <= 25)
            }
        #expect(outcome?.moved == 25 && outcome?.left == 0)
        #expect(try await new.count(now: self.now) == 25)
    }

    @Test("An interrupted move goes on where it was, and removes its file at the end")
    func resumes() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("progress")
            let (old, new) = (try await self.store(30), MemorySessionStore())
            let task = Task {
                let file = try MoveProgressFile(path: path)
                return try await MoveOperation(from: old, to: new, notingProgressIn: file, pageSize: 10)
                    .run { moved, _ in if moved >= 10 { withUnsafeCurrentTask { $0?.cancel() } } }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(FileManager.default.fileExists(atPath: path))
            let outcome = try await MoveOperation(
                from: old, to: new, notingProgressIn: MoveProgressFile(path: path), pageSize: 10
            ).run { _, _ in }
            #expect(outcome.moved < 30 && outcome.left == 0)
            #expect(try await new.count(now: self.now) == 30)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("A file with anything else is refused")
    func refusesOtherFiles() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("progress")
            try Data("not a cursor!\n".utf8).write(to: URL(filePath: path))
            #expect(throws: OperationError.self) { try MoveProgressFile(path: path) }
        }
    }
}
#endif
