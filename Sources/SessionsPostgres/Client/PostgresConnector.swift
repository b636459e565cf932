//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
import Logging
import Sessions
import Synchronization

/// Makes a connection on a thread of its own, because that may block: it looks up the address, logs in, and creates or
/// migrates the tables if necessary. The thread ends when the loop has the connection.
struct PostgresConnector: Sendable {
    enum Event: Sendable {
        /// The connection is ready.
        case connected(Handover, hasPreparedTables: Bool)
        /// There is no connection.
        case failed(SessionStoreError)
        /// Statements may reach other backends than the one of the login.
        case foundPooler
        /// The tables are ready. The connection creates the index that they lack before it is handed over.
        case indexing
        /// Such a connection is ready. Nil: the index could not be created, and the connection was closed.
        case indexed(Handover?)
    }

    /// A connection on its way from the thread that made it to the loop.
    final class Handover: Sendable {
        private let connection: Mutex<PostgresConnection?>

        init(_ connection: sending PostgresConnection) {
            self.connection = Mutex(connection)
        }

        func take() -> sending PostgresConnection? {
            self.connection.withLock { connection in
                defer { connection = nil }
                return connection
            }
        }
    }

    let pool: PostgresPool
    let isPooled: Bool
    let preparesTables: Bool

    func start() {
        Thread.detachNewThread { self.connect() }
    }

    private func connect() {
        do throws(SessionStoreError) {
            let (connection, isPooled) = try self.logIn()
            if isPooled, !self.isPooled { self.pool.report(.foundPooler) }
            let hasIndexes = self.preparesTables ? try self.prepareTables(connection) : true
            guard !hasIndexes, self.pool.takeIndexing() else {
                return self.pool.report(.connected(Handover(connection), hasPreparedTables: self.preparesTables))
            }
            self.pool.report(.indexing)
            let isDone = self.makeIndex(connection, isPooled: isPooled)
            // After a failure the connection may still have another time limit.
            self.pool.report(.indexed(isDone ? Handover(connection) : nil))
        } catch {
            self.pool.report(.failed(error))
        }
    }

    /// Connects, and sets the time limit of statements.
    ///
    /// - Returns: The connection, and whether a pooler is in use.
    private func logIn() throws(SessionStoreError) -> (PostgresConnection, isPooled: Bool) {
        let configuration = self.pool.configuration
        let pollHook = self.pollHook(until: .now + configuration.connectDeadline)
        do throws(PostgresError) {
            let name = "s" + String(self.pool.random.next(), radix: 36)
            let connection = try PostgresConnection(
                self.pool.string, name: name, connectedAt: self.pool.clock.now, pollHook: pollHook)
            guard !self.isPooled else { return (connection, true) }
            // Only if the backend is the one of the login: a setting in any other backend would affect other clients of
            // a pooler.
            let milliseconds = configuration.statementTimeout.wholeMilliseconds
            let reply = try connection.simpleQuery(
                """
                SELECT set_config('statement_timeout', '\(milliseconds)', false)
                WHERE pg_backend_pid() = \(connection.processID)
                """,
                pollHook: pollHook
            )
            return (connection, reply.rows.isEmpty)
        } catch {
            throw .unreachable(error)
        }
    }

    /// Creates or migrates the tables if necessary.
    ///
    /// - Returns: Whether they have all indexes.
    private func prepareTables(_ connection: PostgresConnection) throws(SessionStoreError) -> Bool {
        // The table may be large.
        try self.pool.schema.prepare(connection, pollHook: self.pollHook(until: .now + PostgresSchema.deadline))
    }

    /// Creates the index that tables of an older version lack. The server works on it for as long as needed.
    ///
    /// - Returns: Whether the connection is as it was before.
    private func makeIndex(_ connection: PostgresConnection, isPooled: Bool) -> Bool {
        guard !isPooled else {
            self.pool.schema.logMissingIndex(nil, self.pool.logger)
            return true
        }
        do throws(PostgresError) {
            try self.pool.schema.makeIndex(
                connection,
                statementTimeout: self.pool.configuration.statementTimeout,
                pollHook: self.pollHook(until: nil)
            )
            return true
        } catch {
            self.pool.schema.logMissingIndex(error, self.pool.logger)
            return false
        }
    }

    /// Ends the waiting at a deadline, and soon after the store was shut down.
    private func pollHook(until end: ContinuousClock.Instant?) -> PostgresConnection.PollHook {
        { () throws(PostgresError) -> Duration in
            guard !self.pool.isShutDown else { throw .deadlineExceeded }
            guard let end else { return .seconds(1) }
            let left = end - .now
            guard left > .zero else { throw .deadlineExceeded }
            return min(left, .seconds(1))
        }
    }
}
#endif
