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
/// `statement_timeout`. To have it stopped earlier, libpq would open another connection, without TLS, and what it sends
/// there could hit the next statement.
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

    private func close(_ connection: inout PostgresConnection?, isSuspicious: Bool = false) {
        guard connection != nil else { return }
        connection = nil
        self.pool.noteDisconnected(isSuspicious: isSuspicious)
    }

    /// Does a call, with a connection that is there or a new one.
    ///
    /// - Throws: When there is no connection to be had.
    private func serve(
        _ request: PostgresRequest,
        on connection: inout PostgresConnection?
    ) throws(SessionStoreError) {
        var triesLeft = 5
        while request.begin(by: self.wake) {
            triesLeft -= 1
            if connection?.isBroken == true { self.close(&connection) }
            let open: PostgresConnection
            if let present = connection {
                open = present
            } else {
                open = try self.connect(for: request)
                connection = open
                self.pool.noteConnected()
            }
            do {
                request.finish(.success(try self.run(request, on: open)))
            } catch {
                let wasLost = open.isBroken
                if wasLost { self.close(&connection, isSuspicious: error == .deadlineExceeded) }
                let maySendAgain = !error.mayHaveRun || request.effect != .once
                let isWorthIt = error.isSerializationFailure || error.isLoss
                if triesLeft > 0, maySendAgain, isWorthIt, !request.isCancelled { continue }
                let isCancelled = request.isCancelled && error.isDeadline
                request.finish(.failure(isCancelled ? CancellationError() : error))
            }
        }
    }

    private func run(_ request: PostgresRequest, on open: PostgresConnection) throws(PostgresError) -> PostgresReply {
        guard let statement = request.statement else { return PostgresReply() }
        var patience: ContinuousClock.Instant?
        return try open.run(
            statement, request.parameters, isPrepared: !self.pool.configuration.isBehindTransactionPooler
        ) { () throws(PostgresError) -> Duration? in
            if let until = patience, until <= .now { request.finish(.failure(CancellationError())) }
            if request.isCancelled, patience == nil { patience = .now + Self.settlingTime }
            return try self.lookUp(until: request.deadline, or: request.isFinished ? nil : patience)
        }
    }

    /// Makes a connection, and the tables, if no thread of the pool has looked for them yet.
    private func connect(for request: PostgresRequest) throws(SessionStoreError) -> PostgresConnection {
        let configuration = self.pool.configuration
        let name = "s" + String(self.pool.random.next(), radix: 36)
        var end = ContinuousClock.now + configuration.connectDeadline
        let lookUp = { () throws(PostgresError) -> Duration? in
            if request.deadline <= .now { request.finish(.failure(PostgresError.queuedTooLong)) }
            return try self.lookUp(until: end, or: request.isFinished ? nil : request.deadline)
        }
        let open: PostgresConnection
        do {
            open = try PostgresConnection(self.pool.string, name: name, wake: self.wake, lookUp: lookUp)
            if !configuration.isBehindTransactionPooler {
                let milliseconds = configuration.statementTimeout.wholeMilliseconds
                _ = try open.runText("SET statement_timeout = \(milliseconds)", lookUp: lookUp)
            }
        } catch {
            throw .unreachable(error)
        }
        if !self.pool.isPrepared {
            // A table may be large.
            end = .now + PostgresSchema.deadline
            try self.pool.schema.prepare(open, lookUp: lookUp)
        }
        return open
    }

    /// What is done between two waits.
    private func lookUp(
        until end: ContinuousClock.Instant,
        or moment: ContinuousClock.Instant?
    ) throws(PostgresError) -> Duration? {
        let overdue = self.pool.failOverdue()
        let now = ContinuousClock.now
        guard now < end else { throw .deadlineExceeded }
        return [overdue, moment].compactMap { $0 }.reduce(end, min) - now
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
