//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
import Sessions
import Synchronization

/// A thread with its own connection that performs one call after another.
///
/// A statement that was sent runs to its end, even if its caller was cancelled: PostgreSQL stops it after its
/// `statement_timeout`. If that does not stop it, such as a commit that waits for a standby, the call is given up at
/// its deadline: the server is asked to stop it, and the thread waits with its connection until the server has
/// answered.
final class PostgresWorker: Sendable {
    enum Message {
        case request(PostgresRequest)
        /// Closes the connection and ends the thread.
        case close
    }

    /// How long a cancelled call waits for its outcome.
    private static let cancellationGrace = Duration.milliseconds(250)

    private let pool: PostgresPool
    private let wake: WakePipe
    private let message = Mutex<Message?>(nil)

    private init(_ pool: PostgresPool) throws(PostgresError) {
        self.pool = pool
        self.wake = try WakePipe()
    }

    /// Starts a thread for a call that the pool has already counted.
    static func start(_ pool: PostgresPool, _ request: PostgresRequest) {
        Thread.detachNewThread {
            do throws(PostgresError) {
                try PostgresWorker(pool).work(request)
            } catch {
                pool.noteFailure(.unreachable(error), for: request)
            }
        }
    }

    /// Sends a message to an idle thread.
    func give(_ message: Message) {
        self.message.withLock { $0 = message }
        self.wake.wake()
    }

    /// Wakes a waiting thread so that it checks for work again.
    func checkAgain() {
        self.wake.wake()
    }

    private func nextMessage() -> Message? {
        self.message.withLock { message in
            defer { message = nil }
            return message
        }
    }

    private func work(_ first: PostgresRequest) {
        var connection: PostgresConnection?
        var request: PostgresRequest? = first
        while let current = request {
            do {
                try self.serve(current, on: &connection)
            } catch {
                return self.pool.noteFailure(error, for: current)
            }
            if let open = connection { self.makeIndex(open) }
            request = self.pool.next(for: self, isConnected: connection != nil)
            if request == nil { request = self.idle(&connection) }
        }
        self.pool.end()
    }

    /// Waits for the next call.
    ///
    /// - Returns: Nil if the thread should end.
    private func idle(_ connection: inout PostgresConnection?) -> PostgresRequest? {
        while let open = connection {
            switch self.nextMessage() {
            case .request(let request):
                return request
            case .close:
                self.close(&connection)
            case nil where open.isBroken:
                // Otherwise a message for this thread is about to arrive.
                if self.pool.remove(self) { self.close(&connection) }
            case nil:
                open.idle()
            }
        }
        return nil
    }

    private func close(_ connection: inout PostgresConnection?) {
        guard connection != nil else { return }
        connection = nil
        self.pool.noteDisconnected()
    }

    /// Performs a call, on the existing connection or a new one.
    ///
    /// - Throws: An error when no connection can be made.
    private func serve(
        _ request: PostgresRequest,
        on connection: inout PostgresConnection?
    ) throws(SessionStoreError) {
        var triesLeft = 5
        var mayHaveRun = false
        while request.begin(by: self.wake) {
            triesLeft -= 1
            if connection?.isBroken == true { self.close(&connection) }
            try self.connect(&connection, for: request)
            guard let open = connection else { return }
            do {
                var reply = try self.run(request, on: open)
                reply.mayBeRepetition = mayHaveRun
                request.finish(.success(reply))
            } catch {
                self.note(error, of: open)
                mayHaveRun = mayHaveRun || error.mayHaveRun
                let maySendAgain = !mayHaveRun || request.idempotency != .nonIdempotent
                if triesLeft > 0, maySendAgain, error.isWorthRepeating, !request.isCancelled { continue }
                let isCancelled = request.isCancelled && error.isDeadline
                request.finish(.failure(isCancelled ? CancellationError() : error))
            }
        }
        if connection?.isBroken == true { self.close(&connection) }
    }

    /// Handles what an error says about the connection and the server.
    private func note(_ error: PostgresError, of open: PostgresConnection) {
        if error.isMissingTable { self.pool.noteMissingTable() }
        if error.isDuplicateStatement { self.pool.notePooler() }
        // After a failover, the next connection reaches the new primary. A connection that is still new would reach the
        // same server again.
        let isOld = self.pool.clock.now >= open.connectedAt + self.pool.configuration.maximumReconnectDelay
        if error.isReadOnly, isOld { open.closeWhenIdle() }
    }

    private func run(_ request: PostgresRequest, on open: PostgresConnection) throws(PostgresError) -> PostgresReply {
        guard let statement = request.statement else {
            self.makeIndex(open)
            return PostgresReply()
        }
        var cancellationDeadline: ContinuousClock.Instant?
        var cancellation: PostgresCancellation?
        defer {
            if let cancellation {
                self.pool.noteReleased(self)
                if cancellation.isPending { open.closeWhenIdle() }
            }
        }
        return try open.run(
            statement, request.parameters, isPrepared: !self.pool.isPooled, isWanted: { !request.isFinished }
        ) { () throws(PostgresError) -> Duration? in
            if let cancellation {
                guard !self.pool.isShutDown else { throw .deadlineExceeded }
                return try self.poll(until: cancellation.end)
            }
            if request.deadline <= .now {
                request.finish(.failure(request.isCancelled ? CancellationError() : PostgresError.deadlineExceeded))
                self.pool.noteAbandoned(self, isSuspicious: request.idempotency == .readOnly)
                // A cancel request through an older pooler could stop another client's statement.
                let isAsked = !self.pool.isPooled
                cancellation = isAsked ? open.cancel() : PostgresCancellation(nil, wake: self.wake)
                return try self.poll(until: cancellation?.end)
            }
            if let until = cancellationDeadline, until <= .now { request.finish(.failure(CancellationError())) }
            if request.isCancelled, cancellationDeadline == nil { cancellationDeadline = .now + Self.cancellationGrace }
            return try self.poll(until: nil, or: request.deadline, request.isFinished ? nil : cancellationDeadline)
        }
    }

    /// Connects if there is no connection, and prepares the tables unless a thread of the pool already has.
    private func connect(
        _ connection: inout PostgresConnection?,
        for request: PostgresRequest
    ) throws(SessionStoreError) {
        let open: PostgresConnection
        if let present = connection { open = present } else { open = try self.connect(for: request) }
        if !self.pool.isPrepared {
            do {
                // The table may be large.
                let end = ContinuousClock.now + PostgresSchema.deadline
                let isComplete = try self.pool.schema.prepare(open) { () throws(PostgresError) in
                    try self.poll(until: end, for: request)
                }
                self.pool.notePrepared(lacksIndex: !isComplete)
            } catch {
                self.close(&connection)
                throw error
            }
        }
        guard connection == nil else { return }
        connection = open
        self.pool.noteConnected()
    }

    private func connect(for request: PostgresRequest) throws(SessionStoreError) -> PostgresConnection {
        let configuration = self.pool.configuration
        let end = ContinuousClock.now + configuration.connectDeadline
        let pollHook = { () throws(PostgresError) -> Duration? in try self.poll(until: end, for: request) }
        do {
            let name = "s" + String(self.pool.random.next(), radix: 36)
            let open = try PostgresConnection(
                self.pool.string, name: name, wake: self.wake, connectedAt: self.pool.clock.now, pollHook: pollHook)
            guard !self.pool.isPooled else { return open }
            // Only if the backend is the one of the login: a setting in any other backend would affect other clients of
            // a pooler.
            let milliseconds = configuration.statementTimeout.wholeMilliseconds
            let reply = try open.simpleQuery(
                """
                SELECT set_config('statement_timeout', '\(milliseconds)', false)
                WHERE pg_backend_pid() = \(open.processID)
                """,
                pollHook: pollHook
            )
            if reply.rows.isEmpty { self.pool.notePooler() }
            return open
        } catch {
            throw .unreachable(error)
        }
    }

    /// Creates the index that tables of an older version lack, if it is missing and no other thread creates it.
    private func makeIndex(_ open: PostgresConnection) {
        guard self.pool.takeIndexing() else { return }
        guard !self.pool.isPooled else { return self.pool.noteMissingIndex(nil) }
        do {
            try self.pool.schema.makeIndex(open, statementTimeout: self.pool.configuration.statementTimeout) {
                () throws(PostgresError) in
                guard !self.pool.isShutDown else { throw .deadlineExceeded }
                // No call waits for it, and the server works on it for as long as needed.
                return min(try self.poll(until: nil) ?? .seconds(1), .seconds(1))
            }
        } catch {
            self.pool.noteMissingIndex(error)
            open.closeWhenIdle()
        }
    }

    /// Called between two waits before a call is sent.
    private func poll(
        until end: ContinuousClock.Instant,
        for request: PostgresRequest
    ) throws(PostgresError) -> Duration? {
        if request.deadline <= .now { request.finish(.failure(PostgresError.queuedTooLong)) }
        return try self.poll(until: end, or: request.isFinished ? nil : request.deadline)
    }

    /// Called between two waits.
    private func poll(
        until end: ContinuousClock.Instant?,
        or moments: ContinuousClock.Instant?...
    ) throws(PostgresError) -> Duration? {
        let overdue = self.pool.failOverdue()
        let now = ContinuousClock.now
        if let end, now >= end { throw .deadlineExceeded }
        return (moments + [end, overdue]).compactMap(\.self).min().map { $0 - now }
    }
}

extension SessionStoreError {
    static func unreachable(_ error: PostgresError) -> SessionStoreError {
        error == .deadlineExceeded
            ? SessionStoreError(.deadlineExceeded, "PostgreSQL gave no connection in time (connectDeadline).")
            : SessionStoreError(.unavailable, "PostgreSQL cannot be reached.", underlying: error)
    }
}
#endif
