//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import LogAudit
import Logging
import Sessions
import SessionsTesting
import Testing

@testable import SessionsPostgres

@Suite(
    "PostgreSQL behind a pooler", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
    .timeLimit(.minutes(10)))
struct PostgresPoolerTests {
    private let samples = SampleRecords()

    @Test(
        "a pooler that was not mentioned is noticed at the login: nothing is set, nothing prepared, and the log names the option"
    )
    func unmentioned() async throws {
        try await OwnPostgres.with { server in
            try await TroublesomeProxy.with(to: server.port) { proxy in
                // A pooler answers a login itself, with an id that no process has.
                proxy.make(.changed { Self.withAnotherProcessID($0) })
                let lines = Mutexed<[String]>([])
                var configuration = PostgresStoreConfiguration()
                configuration.maximumConnectionCount = 1
                let store = try PostgresSessionStore(
                    server.string(port: proxy.port), configuration: configuration,
                    logger: LogAudit.logger(LineHandler(lines: lines)))
                let record = self.samples.record()
                try await store.create(record, now: self.samples.now)
                #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
                #expect(try await self.word(store, "count(*) FROM pg_prepared_statements") == 0)
                #expect(
                    try await self.word(store, "setting::int8 FROM pg_settings WHERE name = 'statement_timeout'") == 0)
                #expect(try await self.word(store, "setting::int8 FROM pg_settings WHERE name = 'lock_timeout'") == 0)
                #expect(lines.value.count { $0.contains("isBehindTransactionPooler") } == 1)
                await store.shutdown()
            }
        }
    }

    @Test("without a pooler statements are prepared and have a time limit, and the log has nothing to say of it")
    func withoutPooler() async throws {
        try await SharedPostgres.withStore({ $0.maximumConnectionCount = 1 }) { store in
            _ = try await store.load(self.samples.id(), now: self.samples.now)
            #expect(try await self.word(store, "count(*) FROM pg_prepared_statements") > 0)
            #expect(
                try await self.word(store, "setting::int8 FROM pg_settings WHERE name = 'statement_timeout'") == 60_000)
            #expect(try !store.pool.isPooled)
        }
    }

    @Test("a statement whose name is taken already is sent unprepared, and so is every other from then on (42P05)")
    func duplicate() async throws {
        let lines = Mutexed<[String]>([])
        var configuration = SharedPostgres.configuration()
        configuration.maximumConnectionCount = 1
        let store = try PostgresSessionStore(
            try SharedPostgres.variable(), configuration: configuration,
            random: DeterministicRandom(seed: 20).sessionRandom, logger: LogAudit.logger(LineHandler(lines: lines)))
        try await store.prepare()
        // The first statement of the first connection, as another client of a pooler would have left it there.
        let name = "s\(String(DeterministicRandom(seed: 20).next(), radix: 36))_0"
        _ = try await store.pool.execute(.reading(sql: "PREPARE \(name) AS SELECT 1"))
        let record = self.samples.record()
        #expect(try await store.load(record.id, now: self.samples.now) == .missing)
        try await store.create(record, now: self.samples.now)
        #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
        #expect(try store.pool.isPooled)
        #expect(lines.value.count { $0.contains("isBehindTransactionPooler") } == 1)
        await store.shutdown()
    }

    @Test("a table that was changed is no sign of a pooler: its statements are prepared again")
    func changedTable() async throws {
        try await SharedPostgres.withStore({ $0.maximumConnectionCount = 1 }) { store in
            let record = self.samples.record()
            try await store.create(record, now: self.samples.now)
            let table = try PostgresTable(store.pool.configuration).sessions
            let database = try PostgresDatabase(try SharedPostgres.variable())
            #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
            try await database.tell("ALTER TABLE \(table) ALTER COLUMN version_tag TYPE numeric")
            await #expect(throws: SessionStoreError.self) {
                _ = try await store.load(record.id, now: self.samples.now)
            }
            try await database.tell("ALTER TABLE \(table) ALTER COLUMN version_tag TYPE int8")
            #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
            #expect(try await self.word(store, "count(*) FROM pg_prepared_statements") > 0)
            #expect(try !store.pool.isPooled)
        }
    }

    private func word(_ store: PostgresSessionStore, _ question: String) async throws -> UInt64 {
        let command = PostgresCommand.reading(number: 1000 + question.utf8.count, sql: "SELECT \(question)")
        return try #require(try await store.pool.execute(command).rows.first).word(0)
    }

    /// The message that has the process id (`BackendKeyData`), with another one.
    private static func withAnotherProcessID(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let head: [UInt8] = [0x4B, 0, 0, 0, 12]
        if let start = bytes.indices.first(where: { bytes[$0...].starts(with: head) }), start + 8 < bytes.count {
            bytes[start + 8] ^= 1
        }
        return bytes
    }
}

/// Keeps the messages of a log.
private struct LineHandler: LogHandler {
    let lines: Mutexed<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Mutexed<[String]>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        self.lines.update { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
    }
}
#endif
