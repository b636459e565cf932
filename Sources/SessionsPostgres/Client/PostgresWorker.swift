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

/// A thread with a connection of its own, which does one call after another.
///
/// A statement that was sent is left to its end, also when its caller was cancelled: PostgreSQL stops it after its
/// `statement_timeout`. What that does not stop, such as a commit that waits for a standby, is given up at the deadline
/// of the call: the server is then asked to stop it, and the thread waits with its connection until the server has
/// answered.
final class PostgresWorker: Sendable {
    enum Mail {
        case request(PostgresRequest)
        /// To close the connection and end.
        case retirement
    }

    /// How long a cancelled call waits to hear what it did.
    private static let settlingTime = Duration.milliseconds(250)

    private let pool: PostgresPool
    private let wake: WakePipe
    private let mail = Mutex<Mail?>(nil)

    private init(_ pool: PostgresPool) throws(PostgresError) {
        self.pool = pool
        self.wake = try WakePipe()
    }

    /// Starts a thread for a call, of which the pool knows already.
    static func start(_ pool: PostgresPool, _ request: PostgresRequest) {
        Thread.detachNewThread {
            do throws(PostgresError) {
                try PostgresWorker(pool).work(request)
            } catch {
                pool.noteFailure(.unreachable(error), for: request)
            }
        }
    }

    /// Gives something to a thread that is idle.
    func give(_ mail: Mail) {
        self.mail.withLock { $0 = mail }
        self.wake.wake()
    }

    /// Lets a thread that waits look again at what there is to do.
    func lookAgain() {
        self.wake.wake()
    }

    private func takeMail() -> Mail? {
        self.mail.withLock { mail in
            defer { mail = nil }
            return mail
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
    /// - Returns: Nil when the thread is to end.
    private func idle(_ connection: inout PostgresConnection?) -> PostgresRequest? {
        while let open = connection {
            switch self.takeMail() {
            case .request(let request):
                return request
            case .retirement:
                self.close(&connection)
            case nil where open.isBroken:
                // What is on its way to this thread comes in a moment.
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

    /// Does a call, with a connection that is there or a new one.
    ///
    /// - Throws: When there is no connection to be had.
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
                let maySendAgain = !mayHaveRun || request.effect != .once
                if triesLeft > 0, maySendAgain, error.isWorthRepeating, !request.isCancelled { continue }
                let isCancelled = request.isCancelled && error.isDeadline
                request.finish(.failure(isCancelled ? CancellationError() : error))
            }
        }
        if connection?.isBroken == true { self.close(&connection) }
    }

    /// Notes what an error says of the connection and of the server.
    private func note(_ error: PostgresError, of open: PostgresConnection) {
        if error.isMissingTable { self.pool.noteMissingTable() }
        if error.isDuplicateStatement { self.pool.notePooler() }
        // After a failover the next connection finds the new primary. A new one would find the same server again.
        let isOld = self.pool.clock.now >= open.connectedAt + self.pool.configuration.maximumReconnectDelay
        if error.isReadOnly, isOld { open.condemn() }
    }

    private func run(_ request: PostgresRequest, on open: PostgresConnection) throws(PostgresError) -> PostgresReply {
        guard let statement = request.statement else {
            self.makeIndex(open)
            return PostgresReply()
        }
        var patience: ContinuousClock.Instant?
        var cancellation: PostgresCancellation?
        defer {
            if let cancellation {
                self.pool.noteReleased(self)
                if cancellation.isPending { open.condemn() }
            }
        }
        return try open.run(
            statement, request.parameters, isPrepared: !self.pool.isPooled, isWanted: { !request.isFinished }
        ) { () throws(PostgresError) -> Duration? in
            if let cancellation {
                guard !self.pool.isShutDown else { throw .deadlineExceeded }
                return try self.lookUp(until: cancellation.end)
            }
            if request.deadline <= .now {
                request.finish(.failure(request.isCancelled ? CancellationError() : PostgresError.deadlineExceeded))
                self.pool.noteAbandoned(self, isSuspicious: request.effect == .none)
                // A pooler of old could stop the statement of another client.
                let isAsked = !self.pool.isPooled
                cancellation = isAsked ? open.cancel() : PostgresCancellation(nil, wake: self.wake)
                return try self.lookUp(until: cancellation?.end)
            }
            if let until = patience, until <= .now { request.finish(.failure(CancellationError())) }
            if request.isCancelled, patience == nil { patience = .now + Self.settlingTime }
            return try self.lookUp(until: nil, or: request.deadline, request.isFinished ? nil : patience)
        }
    }

    /// Makes a connection if there is none, and the tables if no thread of the pool knows them.
    private func connect(
        _ connection: inout PostgresConnection?,
        for request: PostgresRequest
    ) throws(SessionStoreError) {
        let open: PostgresConnection
        if let present = connection { open = present } else { open = try self.connect(for: request) }
        if !self.pool.isPrepared {
            do {
                // A table may be large.
                let end = ContinuousClock.now + PostgresSchema.deadline
                let isComplete = try self.pool.schema.prepare(open) { () throws(PostgresError) in
                    try self.lookUp(until: end, for: request)
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
        let lookUp = { () throws(PostgresError) -> Duration? in try self.lookUp(until: end, for: request) }
        do {
            let name = "s" + String(self.pool.random.next(), radix: 36)
            let open = try PostgresConnection(
                self.pool.string, name: name, wake: self.wake, connectedAt: self.pool.clock.now, lookUp: lookUp)
            guard !self.pool.isPooled else { return open }
            // Only if the process that answers is the one that has logged in: what is set in any other stays there for
            // the other clients of a pooler.
            let milliseconds = configuration.statementTimeout.wholeMilliseconds
            let reply = try open.runText(
                """
                SELECT set_config('statement_timeout', '\(milliseconds)', false)
                WHERE pg_backend_pid() = \(open.processID)
                """,
                lookUp: lookUp
            )
            if reply.rows.isEmpty { self.pool.notePooler() }
            return open
        } catch {
            throw .unreachable(error)
        }
    }

    /// Makes the index that the tables of an older version lack, if they do and no other thread is at it.
    private func makeIndex(_ open: PostgresConnection) {
        guard self.pool.takeIndexing() else { return }
        guard !self.pool.isPooled else { return self.pool.noteMissingIndex(nil) }
        do {
            try self.pool.schema.makeIndex(open, statementTimeout: self.pool.configuration.statementTimeout) {
                () throws(PostgresError) in
                guard !self.pool.isShutDown else { throw .deadlineExceeded }
                // It waits for nobody, and the server works on it for as long as it takes.
                return min(try self.lookUp(until: nil) ?? .seconds(1), .seconds(1))
            }
        } catch {
            self.pool.noteMissingIndex(error)
            open.condemn()
        }
    }

    /// What is done between two waits before a call is sent.
    private func lookUp(
        until end: ContinuousClock.Instant,
        for request: PostgresRequest
    ) throws(PostgresError) -> Duration? {
        if request.deadline <= .now { request.finish(.failure(PostgresError.queuedTooLong)) }
        return try self.lookUp(until: end, or: request.isFinished ? nil : request.deadline)
    }

    /// What is done between two waits.
    private func lookUp(
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
            ? SessionStoreError(.deadlineExceeded, "PostgreSQL was not there in time (connectDeadline).")
            : SessionStoreError(.unavailable, "PostgreSQL cannot be reached.", underlying: error)
    }
}
#endif
