//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// How a thread that makes connections prepares the tables.
extension PostgresSchema {
    /// Checks whether the tables exist and are up to date. Creates or migrates them if not.
    ///
    /// - Returns: Whether they have the index that ``makeIndex(_:statementTimeout:pollHook:)`` creates. They work
    ///   without it.
    func prepare(
        _ connection: PostgresConnection,
        pollHook: PostgresConnection.PollHook
    ) throws(SessionStoreError) -> Bool {
        func result(of sql: String) -> Result<PostgresReply, PostgresError> {
            do throws(PostgresError) {
                return .success(try connection.simpleQuery(sql, pollHook: pollHook))
            } catch {
                return .failure(error)
            }
        }
        do {
            let found = try self.state(result(of: self.stateStatement.sql))
            guard !found.isCurrent else { return found.hasIndex }
            _ = try self.checked(
                result(
                    of: """
                        BEGIN;
                        SET LOCAL statement_timeout = 0;
                        SET LOCAL client_min_messages = warning;
                        \(self.migrationStatement.sql);
                        COMMIT
                        """
                ))
            return try self.migratedState(result(of: self.stateStatement.sql)).hasIndex
        } catch let error as PostgresError {
            throw .unreachable(error)
        } catch let error as SessionStoreError {
            throw error
        } catch {
            throw SessionStoreError(.unavailable, "The PostgreSQL statement failed.", underlying: error)
        }
    }

    /// Creates the index that the tables of an earlier version lack, without blocking reads and writes, and drops the
    /// index that it replaces. One server does this. The lock ends with the connection at the latest.
    func makeIndex(
        _ connection: PostgresConnection,
        statementTimeout: Duration,
        pollHook: PostgresConnection.PollHook
    ) throws(PostgresError) {
        func run(_ sql: String) throws(PostgresError) -> PostgresReply {
            try connection.simpleQuery(sql, pollHook: pollHook)
        }
        let lock = "hashtextextended('swift-sessions index \(self.table.sessions)', 0)"
        guard !(try run("SELECT FROM pg_try_advisory_lock(\(lock)) AS taken WHERE taken").rows.isEmpty) else { return }
        let index = self.table.qualifiedIndex(Self.subjectIndexName)
        _ = try run("SET statement_timeout = 0")
        // An index that was begun and not finished is useless, and its name is in the way.
        let broken = "SELECT FROM pg_index WHERE indexrelid = to_regclass('\(index)') AND NOT indisvalid"
        if !(try run(broken).rows.isEmpty) { _ = try run("DROP INDEX CONCURRENTLY \(index)") }
        _ = try run("CREATE INDEX CONCURRENTLY IF NOT EXISTS \(self.subjectIndex)")
        _ = try run("DROP INDEX CONCURRENTLY IF EXISTS \(self.table.qualifiedIndex("by_subject"))")
        _ = try run("SET statement_timeout = \(statementTimeout.wholeMilliseconds)")
        _ = try run("SELECT pg_advisory_unlock(\(lock))")
    }
}
#endif
