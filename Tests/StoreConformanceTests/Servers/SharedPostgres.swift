//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
import LogAudit
import Sessions
import SessionsPostgres
import Testing

/// A PostgreSQL that all tests share. The script of the tests starts it; a test has tables of its own.
enum SharedPostgres {
    static let advice: Comment =
        "There are no servers: run the tests as make test or Scripts/run-tests"

    static var isStarted: Bool { ProcessInfo.processInfo.environment["SESSIONS_TEST_POSTGRES"] != nil }

    /// A variable that the script has set.
    static func variable(_ suffix: String = "") throws -> String {
        try #require(ProcessInfo.processInfo.environment["SESSIONS_TEST_POSTGRES\(suffix)"])
    }

    /// The defaults, with unique tables, and with deadlines for a machine that runs all tests at once.
    static func configuration() -> PostgresStoreConfiguration {
        var configuration = PostgresStoreConfiguration()
        configuration.tablePrefix = "t" + String(UInt64.random(in: 0 ... .max), radix: 36) + "_"
        configuration.maximumConnectionCount = 4
        configuration.queueLimit = 100_000
        configuration.connectDeadline = .seconds(60)
        configuration.callDeadline = .seconds(60)
        configuration.statementTimeout = .seconds(60)
        return configuration
    }

    /// A store on the shared server, as the role that has the tables or another one.
    static func store(
        _ configuration: PostgresStoreConfiguration = configuration(),
        as role: String = ""
    ) throws -> PostgresSessionStore {
        try PostgresSessionStore(try Self.variable(role), configuration: configuration, logger: LogAudit.logger())
    }

    /// Runs the body with a store whose role may do what the article "Sessions in PostgreSQL" grants, and nothing else.
    static func withStore(
        _ configure: (inout PostgresStoreConfiguration) -> Void = { _ in },
        _ body: (PostgresSessionStore) async throws -> Void
    ) async throws {
        try await self.withStores(1, configure) { try await body($0[0]) }
    }

    /// Runs the body with several such stores on one table, as several servers have them.
    static func withStores(
        _ count: Int,
        _ configure: (inout PostgresStoreConfiguration) -> Void = { _ in },
        _ body: ([PostgresSessionStore]) async throws -> Void
    ) async throws {
        try await self.withTables(configure) { configuration in
            let stores = try (0..<count).map { _ in try Self.store(configuration, as: "_USER") }
            try await body(stores)
            for store in stores { await store.shutdown() }
        }
    }

    /// Runs the body with tables that the role of an application may use.
    static func withTables(
        _ configure: (inout PostgresStoreConfiguration) -> Void = { _ in },
        _ body: (PostgresStoreConfiguration) async throws -> Void
    ) async throws {
        var configuration = Self.configuration()
        configure(&configuration)
        let owner = try Self.store(configuration)
        try await owner.prepare()
        await owner.shutdown()
        let grants = try Self.variable("_GRANTS").replacing(
            " ON sessions.", with: " ON sessions.\(configuration.tablePrefix)")
        let database = try PostgresDatabase(try Self.variable())
        try await database.tell(grants)
        try await body(configuration)
        try await database.tell(
            """
            DROP TABLE sessions.\(configuration.tablePrefix)sessions;
            DROP TABLE sessions.\(configuration.tablePrefix)sessions_schema
            """
        )
    }
}
#endif
