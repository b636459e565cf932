//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
package import Sessions

/// A connection of its own for a few questions about a server. It creates no tables and sets nothing.
package struct PostgresDiagnostics: Sendable {
    private let string: PostgresConnectionString
    private let schema: PostgresSchema
    private let deadline: Duration

    /// - Parameters:
    ///   - connectionString: The address of the server and the login, as a store takes it.
    ///   - configuration: The options of the store.
    ///   - deadline: The maximum time of a question. The default is 10 seconds.
    /// - Throws: `SessionStoreError` with the code `unusable` when the string or the configuration is invalid.
    package init(
        _ connectionString: String,
        configuration: PostgresStoreConfiguration,
        deadline: Duration = .seconds(10)
    ) throws(SessionStoreError) {
        try configuration.check()
        self.string = try PostgresConnectionString(connectionString)
        self.schema = PostgresSchema(PostgresTable(configuration), isUnlogged: configuration.isUnlogged)
        self.deadline = deadline
    }

    /// The sessions table, as statements name it.
    package var sessionsTable: String { self.schema.table.sessions }
    /// The version table, as statements name it.
    package var versionTable: String { self.schema.table.version }
    /// The indexes of the sessions table, as statements name them.
    package var indexes: [String] {
        ["by_due_time", PostgresSchema.subjectIndexName].map { self.schema.table.qualifiedIndex("\($0)") }
    }
    /// The statement that creates the index that tables of an earlier version lack.
    package var indexStatement: String { "CREATE INDEX CONCURRENTLY \(self.schema.subjectIndex)" }
    /// The schema version of this release.
    package var currentVersion: Int { self.schema.migrations.count }

    /// Asks questions, each a statement whose columns are text, one after the other on one connection.
    ///
    /// - Returns: The rows of each; an error for one that the server refused.
    /// - Throws: ``PostgresError`` when there is no connection.
    package func ask(_ statements: [String]) async throws -> [Result<[[String?]], PostgresError>] {
        try await withCheckedThrowingContinuation { continuation in
            // Connecting and asking wait on their thread.
            Thread.detachNewThread { continuation.resume(with: self.answers(statements)) }
        }
    }

    private func answers(_ statements: [String]) -> Result<[Result<[[String?]], PostgresError>], any Error> {
        do {
            let connection = try PostgresConnection(self.string, name: "doctor", pollHook: self.pollHook())
            return .success(statements.map { self.answer($0, connection) })
        } catch {
            return .failure(error)
        }
    }

    private func answer(_ sql: String, _ connection: PostgresConnection) -> Result<[[String?]], PostgresError> {
        do throws(PostgresError) {
            let reply = try connection.simpleQuery(sql, pollHook: self.pollHook())
            return .success(
                reply.rows.map { row in row.cells.indices.map { column in (try? row.text(column)) ?? nil } })
        } catch {
            return .failure(error)
        }
    }

    private func pollHook() -> PostgresConnection.PollHook {
        let end = ContinuousClock.now + self.deadline
        return { () throws(PostgresError) -> Duration in
            let left = end - .now
            guard left > .zero else { throw .deadlineExceeded }
            return min(left, .seconds(1))
        }
    }
}
#endif
