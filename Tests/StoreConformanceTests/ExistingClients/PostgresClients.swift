//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if PostgresNIO && Postgres
import Foundation
import LogAudit
import PostgresNIO
import Sessions
import SessionsPostgresNIO
import Testing

@testable import SessionsPostgres

/// Clients of PostgresNIO, as an application has them.
enum PostgresClients {
    /// Runs the body with a client.
    static func with<Result>(
        _ url: String,
        port: Int? = nil,
        maximumConnectionCount: Int = 4,
        callDeadline: Duration = .seconds(60),
        _ body: (PostgresClientExecutor) async throws -> Result
    ) async throws -> Result {
        let parts = try #require(URLComponents(string: url))
        var configuration = PostgresClient.Configuration(
            host: try #require(parts.host),
            port: try #require(port ?? parts.port),
            username: try #require(parts.user),
            password: parts.password,
            database: String(parts.path.dropFirst()),
            tls: .disable
        )
        configuration.options.maximumConnections = maximumConnectionCount
        configuration.options.connectTimeout = .milliseconds(1500)
        let client = PostgresClient(configuration: configuration, backgroundLogger: LogAudit.logger())
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await client.run() }
            defer { group.cancelAll() }
            return try await body(PostgresClientExecutor(client, callDeadline: callDeadline))
        }
    }

    /// Runs the body with a store on the shared server, whose tables exist and whose role may only use them.
    static func withStore(_ body: (PostgresSessionStore) async throws -> Void) async throws {
        try await SharedPostgres.withTables { tables in
            try await Self.with(try SharedPostgres.variable("_USER")) { executor in
                try await body(try Self.store(executor, tables.tables))
            }
        }
    }

    static func store(
        _ executor: PostgresClientExecutor,
        _ configuration: PostgresTableConfiguration = PostgresTableConfiguration()
    ) throws -> PostgresSessionStore {
        try PostgresSessionStore(executor, configuration: configuration, logger: LogAudit.logger())
    }
}
#endif
