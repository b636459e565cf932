//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Sessions

/// A connection that only the thread that created it uses.
///
/// No call of libpq blocks here except the lookup of a host name: the thread waits for the socket, and calls `pollHook`
/// between two waits.
final class PostgresConnection {
    /// Called between two waits of a thread. It returns the maximum time of the next wait, or throws to end the
    /// waiting.
    typealias PollHook = () throws(PostgresError) -> Duration?

    private let handle: OpaquePointer
    private let wake: WakePipe
    private let name: String
    /// The time of the login, by the clock of the pool.
    let connectedAt: SessionInstant
    private var prepared: Set<Int> = []
    private var mustClose = false

    /// Parameters that the connection string overrides: the name of the application, and how soon the kernel must
    /// detect that the other side is gone.
    private static let defaults = [
        ("fallback_application_name", "swift-sessions"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
        ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
    ]

    /// Connects and logs in.
    init(
        _ string: PostgresConnectionString,
        name: String,
        wake: WakePipe,
        connectedAt: SessionInstant = .distantPast,
        pollHook: PollHook
    ) throws(PostgresError) {
        // The parameters of the string come later and win.
        let parameters = Self.defaults + [("dbname", string.text)]
        let handle = withCStrings(parameters.map(\.0)) { keywords in
            withCStrings(parameters.map(\.1)) { PQconnectStartParams(keywords, $0, 1) }
        }
        guard let handle else { throw PostgresError("there is no memory for a connection") }
        self.handle = handle
        self.wake = wake
        self.name = name
        self.connectedAt = connectedAt
        // By default libpq writes notices to the standard error of the process.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        var polling = PGRES_POLLING_WRITING
        while polling != PGRES_POLLING_OK {
            guard PQstatus(handle) != CONNECTION_BAD, polling != PGRES_POLLING_FAILED else {
                throw PostgresError(string.redacted(String(cString: PQerrorMessage(handle))))
            }
            _ = try self.wait(for: polling == PGRES_POLLING_READING ? .readable : .writable, pollHook)
            polling = PQconnectPoll(handle)
        }
        guard PQsetnonblocking(handle, 1) == 0 else { throw PostgresError("the connection is gone") }
    }

    deinit {
        PQfinish(self.handle)
    }

    /// Whether the connection is no longer usable.
    var isBroken: Bool {
        self.mustClose || PQstatus(self.handle) != CONNECTION_OK || PQtransactionStatus(self.handle) != PQTRANS_IDLE
    }

    /// Closes the connection as soon as no statement runs on it.
    func closeWhenIdle() {
        self.mustClose = true
    }

    /// The process ID of the server backend, as reported at the login.
    var processID: Int32 { PQbackendPID(self.handle) }

    /// Asks the server to stop the running statement of this connection.
    func cancel() -> PostgresCancellation {
        PostgresCancellation(PQgetCancel(self.handle), wake: self.wake)
    }

    /// Waits while the connection is idle, for new work or the end of the connection.
    func idle() {
        if SocketEvents.wait(PQsocket(self.handle), for: .readable, or: self.wake, atMost: nil).contains(.readable) {
            // An unsolicited message of the server: a shutdown, or a notice, which is dropped.
            self.detectDisconnect()
        }
    }

    /// Detects whether the server has closed the connection.
    func detectDisconnect() {
        if PQconsumeInput(self.handle) == 0 { self.mustClose = true }
    }

    /// Runs a statement, prepared or not.
    ///
    /// - Parameter isWanted: Asked after the preparation: whether the statement is still to be sent.
    func run(
        _ statement: PostgresStatement,
        _ parameters: [PostgresValue],
        isPrepared: Bool,
        isWanted: () -> Bool = { true },
        pollHook: PollHook
    ) throws(PostgresError) -> PostgresReply {
        guard isPrepared else { return try self.send(statement, parameters, as: nil, pollHook) }
        do {
            return try self.runPrepared(statement, parameters, isWanted, pollHook)
        } catch  where error.isForgottenStatement {
            // A DISCARD or a change of the table invalidated the statement. It was not run.
            self.prepared.removeAll()
            return try self.runPrepared(statement, parameters, isWanted, pollHook)
        }
    }

    private func runPrepared(
        _ statement: PostgresStatement,
        _ parameters: [PostgresValue],
        _ isWanted: () -> Bool,
        _ pollHook: PollHook
    ) throws(PostgresError) -> PostgresReply {
        // The name is unique to this connection: behind a pooler, another connection's name may belong to a different
        // statement.
        let name = "\(self.name)_\(statement.number)"
        if !self.prepared.contains(statement.number) {
            let types = parameters.map(\.type)
            do {
                _ = try self.exchange(pollHook) {
                    types.withUnsafeBufferPointer {
                        PQsendPrepare(self.handle, name, statement.sql, Int32(clamping: types.count), $0.baseAddress)
                    }
                }
            } catch {
                throw error.ofPreparation
            }
            self.prepared.insert(statement.number)
            guard isWanted() else { throw .givenUp }
        }
        return try self.send(statement, parameters, as: name, pollHook)
    }

    private func send(
        _ statement: PostgresStatement,
        _ parameters: [PostgresValue],
        as name: String?,
        _ pollHook: PollHook
    ) throws(PostgresError) -> PostgresReply {
        let arguments = PostgresArguments(parameters)
        return try self.exchange(pollHook) {
            arguments.withPointers { values, lengths, formats in
                let count = Int32(clamping: parameters.count)
                guard let name else {
                    return PQsendQueryParams(
                        self.handle, statement.sql, count, arguments.types, values, lengths, formats, 1)
                }
                return PQsendQueryPrepared(self.handle, name, count, values, lengths, formats, 1)
            }
        }
    }

    /// Runs statements without parameters. The results are text.
    func simpleQuery(_ sql: String, pollHook: PollHook) throws(PostgresError) -> PostgresReply {
        try self.exchange(pollHook) { PQsendQuery(self.handle, sql) }
    }

    /// Sends a message and reads the complete reply.
    private func exchange(_ pollHook: PollHook, _ send: () -> Int32) throws(PostgresError) -> PostgresReply {
        self.detectDisconnect()
        guard !self.mustClose, PQstatus(self.handle) == CONNECTION_OK, send() == 1 else {
            self.mustClose = true
            throw PostgresError("the connection was closed")
        }
        do {
            return try self.answer(pollHook)
        } catch {
            if error.endsConnection { self.mustClose = true }
            throw error
        }
    }

    private func answer(_ pollHook: PollHook) throws(PostgresError) -> PostgresReply {
        var reply = PostgresReply()
        var failure: PostgresError?
        while true {
            let unsent = PQflush(self.handle)
            guard unsent >= 0 else { throw PostgresError("the connection was closed", mayHaveRun: true) }
            if unsent == 0, PQisBusy(self.handle) == 0 {
                guard let result = PQgetResult(self.handle) else {
                    if let failure { throw failure }
                    return reply
                }
                defer { PQclear(result) }
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK: reply = PostgresReply(result)
                default: failure = failure ?? PostgresError(result)
                }
                continue
            }
            let wanted: SocketEvents = unsent == 1 ? [.readable, .writable] : .readable
            guard try self.wait(for: wanted, pollHook).contains(.readable) else { continue }
            guard PQconsumeInput(self.handle) == 1 else {
                // The server's last message says more than the fact that the connection was closed.
                while failure == nil, let result = PQgetResult(self.handle) {
                    failure = PostgresError(result)
                    PQclear(result)
                }
                throw failure ?? PostgresError("the connection was closed", mayHaveRun: true)
            }
        }
    }

    private func wait(for wanted: SocketEvents, _ pollHook: PollHook) throws(PostgresError) -> SocketEvents {
        while true {
            let limit = try pollHook()
            let events = SocketEvents.wait(PQsocket(self.handle), for: wanted, or: self.wake, atMost: limit)
            if !events.isDisjoint(with: wanted) { return events }
        }
    }
}
#endif
