//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import Testing

@testable import SessionsPostgres

@Suite("Ways to PostgreSQL", .timeLimit(.minutes(10)))
struct PostgresConnectionTests {
    @Test(
        "sessions go over TLS, by libpq's own parameters", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice)
    )
    func secure() async throws {
        let samples = SampleRecords()
        let authority = try SharedPostgres.variable("_CA")
        let string = try SharedPostgres.variable("_TLS") + "&sslmode=verify-full&sslrootcert=\(authority)"
        let store = try PostgresSessionStore(
            string, configuration: SharedPostgres.configuration(), logger: LogAudit.logger())
        let record = samples.record()
        try await store.create(record, now: samples.now)
        #expect(try await store.load(record.id, now: samples.now) == .found(record))
        let reply = try await store.pool.execute(
            .reading(sql: "SELECT ssl::int4::int8 FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        #expect(try reply.rows.first?.count(0) == 1)
        await store.shutdown()
    }

    @Test(
        "a server that no one vouches for, or that is another one, is refused",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice),
        arguments: ["sslmode=verify-full&sslrootcert=/dev/null", "sslmode=verify-full&sslrootcert=CA&host=example.com"])
    func insecure(_ parameters: String) async throws {
        let authority = try SharedPostgres.variable("_CA")
        let string = try SharedPostgres.variable("_TLS") + "&" + parameters.replacing("=CA", with: "=\(authority)")
        try await self.expectRefusal(string)
    }

    @Test(
        "a wrong password is refused, and is in no error", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice)
    )
    func wrongPassword() async throws {
        let string = try SharedPostgres.variable().replacing("sesame", with: "opensesame")
        let error = try await self.expectRefusal(string)
        #expect(error.map { "\($0)".contains("password authentication failed") } == true)
    }

    @Test("a server that is not there is an error that says where it was looked for, and no more")
    func unreachableServer() async throws {
        let error = try await self.expectRefusal("postgres://sessions:opensesame@127.0.0.1:1/postgres")
        #expect(error.map { "\($0)".contains("127.0.0.1") } == true)
    }

    @discardableResult
    private func expectRefusal(_ string: String) async throws -> SessionStoreError? {
        var configuration = PostgresStoreConfiguration()
        configuration.connectDeadline = .seconds(60)
        configuration.callDeadline = .seconds(60)
        let store = try PostgresSessionStore(string, configuration: configuration, logger: LogAudit.logger())
        let error = await #expect(throws: SessionStoreError.self) { try await store.prepare() }
        #expect(error?.code == .unavailable)
        #expect(error.map { "\($0)".contains("opensesame") } == false)
        await store.shutdown()
        return error
    }

    @Test(
        "a connection string that is none is refused, and is in no error",
        arguments: [
            "opensesame", "postgres://sessions:opensesame@[::1", "host=x password='opensesame", "=opensesame", "a\0b",
            "host=x password=ab opensesame", "host=x password=ab opensesame=cd", "host=x port=opensesame",
            "postgres://sessions:a@opensesame@db.example.com/app",
            "postgres://sessions:a/opensesame@db.example.com/app",
            "postgres://sessions:a@b/opensesame@db.example.com/app", "postgres://sessions:opensesame/@db.example.com",
            "postgresql://sessions:a?b@opensesame@db.example.com/app",
            "postgres://sessions:a/b?opensesame@db.example.com",
            "postgres://sessions:a%opensesame@db.example.com", "postgres://sessions:opensesame",
            "postgres://a:b:opensesame",
            "postgres://sessions@db.example.com:opensesame@db/app", "postgres:/sessions:opensesame@db.example.com/app",
        ])
    func badString(_ string: String) {
        let error = #expect(throws: SessionStoreError.self) {
            try PostgresSessionStore(string, logger: LogAudit.logger())
        }
        #expect(error?.code == .unusable)
        #expect(error.map { "\($0)".contains("opensesame") } == false)
    }

    @Test(
        "a connection string that libpq understands as it is meant is taken",
        arguments: [
            "postgres://sessions:a%40b%2Fopensesame@db.example.com:5432/app?sslmode=require", "postgres://", "",
            "postgres://db.example.com/app?user=a@b&password=opensesame", "postgresql:///app?host=/tmp",
            "postgres://a:b@one:5432,two:5433/app", "host=x password='a@b/opensesame' user=a",
            "postgres://a:b?c:d@[::1]/app",
        ])
    func goodString(_ string: String) async throws {
        let store = try PostgresSessionStore(string, logger: LogAudit.logger())
        let parsed = try store.pool.string
        for text in ["\(parsed)", String(reflecting: parsed)] {
            #expect(!text.contains("opensesame"))
        }
        var dumped = ""
        dump(parsed, to: &dumped)
        #expect(!dumped.contains("opensesame"))
        await store.shutdown()
    }

    @Test("a password is redacted whole, and not where it is a part of other words")
    func redaction() throws {
        let message = "connection to \"opensesame\" failed:\npassword of postgres is opensesame"
        func redacted(_ password: String) throws -> String {
            try PostgresConnectionString("host=db user=postgres password=\(password)").redacted(message)
        }
        let line = "connection to \"opensesame\" failed:; password of postgres is opensesame"
        #expect(try redacted("e") == line)
        #expect(try redacted("on") == line)
        #expect(try redacted("postgres") == line)
        #expect(try redacted("unheardof") == line)
        #expect(try redacted("opensesame") == line.replacing("opensesame", with: "…"))
        let long = String(repeating: "x", count: 505) + "opensesame"
        #expect(try !PostgresConnectionString("password=opensesame").redacted(long).contains("opens"))
    }

    @Test("options that cannot be are refused, all of them at once and in words")
    func badOptions() {
        var configuration = PostgresStoreConfiguration()
        configuration.schema = "sessions\"; DROP SCHEMA public"
        configuration.tablePrefix = "1"
        configuration.maximumConnectionCount = 0
        configuration.queueLimit = -1
        configuration.connectDeadline = .zero
        configuration.callDeadline = .seconds(-1)
        configuration.statementTimeout = .seconds(Int64.max)
        let error = #expect(throws: SessionStoreError.self) {
            try PostgresSessionStore("postgres://localhost", configuration: configuration, logger: LogAudit.logger())
        }
        #expect(error?.code == .unusable)
        for option in [
            "schema", "tablePrefix", "maximumConnectionCount", "queueLimit", "connectDeadline", "callDeadline",
            "statementTimeout",
        ] {
            #expect(error?.message.contains(option) == true, "\(option)")
        }
    }
}
#endif
