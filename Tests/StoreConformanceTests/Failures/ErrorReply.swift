//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

/// A reply that a server gives to each command instead of the one that was asked for.
struct ErrorReply: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]

    private init(_ description: String, _ bytes: String) {
        self.testDescription = description
        self.bytes = Array(bytes.utf8)
    }

    private init(error: String) {
        self.init(error, "-\(error)\r\n")
    }

    static let all = [
        ErrorReply(error: "LOADING Redis is loading the dataset in memory"),
        ErrorReply(error: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
        ErrorReply(error: "CLUSTERDOWN The cluster is down"),
        ErrorReply(error: "BUSY Redis is busy running a script."),
        ErrorReply(error: "NOPERM this user has no permissions to run the command"),
        ErrorReply(error: "ERR unknown command"),
        ErrorReply("an error inside of a page of keys", "*2\r\n$1\r\n0\r\n*1\r\n-ERR a part\r\n"),
        ErrorReply("an error inside of a list", "*2\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n-ERR a part\r\n"),
    ]
}

extension RedisFaultScenario {
    /// Makes sure that each call to the store fails while the server gives such a reply to each command, and that no
    /// list is empty or shorter because of it. The server performs the commands all the same.
    func expectErrors(from reply: ErrorReply) async throws {
        let (store, samples) = (self.store, SampleRecords())
        let (now, soon) = (samples.now, samples.now + .minutes(1))
        func expectError(_ comment: Comment, _ call: () async throws -> some Any) async {
            _ = await #expect(throws: SessionStoreError.self, comment) { try await call() }
        }
        try await store.serves()
        let record = samples.record(subject: "ada")
        try await store.create(record, now: now)
        self.proxy.make(.instead(reply.bytes))
        await expectError("load") { try await store.load(record.id, now: now) }
        await expectError("ended secrets") { try await store.endedSecrets(of: record.id, now: now) }
        await expectError("the sessions of a user") { try await store.sessions(of: "ada", now: now) }
        await expectError("all sessions, on every server") { try await store.sessions(now: now) }
        await expectError("a count") { try await store.count(now: now) }
        self.proxy.make(.none)
        try await store.serves()
        #expect(try await store.load(record.id, now: now) == .found(record))
        #expect(try await store.sessions(of: "ada", now: now) == [record])

        self.proxy.make(.instead(reply.bytes))
        await expectError("create") { try await store.create(samples.record(subject: "ada"), now: now) }
        await expectError("replace") {
            try await store.replace(samples.next(record), ifVersion: record.version, now: now)
        }
        await expectError("touch") {
            try await store.touch(record.id, SessionTouch(lastAccessedAt: now, expiresAt: soon), now: now)
        }
        await expectError("end") { try await store.end(record.id, tombstoneUntil: soon, now: now) }
        await expectError("end all") {
            try await store.endAll(of: "ada", except: [], tombstoneUntil: soon, now: now)
        }
        await expectError("clear") { try await store.clear() }
        self.proxy.make(.none)
    }
}
#endif
