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

/// A connection. One thread uses it at a time: the thread that makes it, and then the loop.
///
/// No method here waits for the server. ``simpleQuery(_:pollHook:)`` and the connecting itself do.
final class PostgresConnection {
    let handle: OpaquePointer
    /// The time of the login, by the clock of the pool.
    let connectedAt: SessionInstant
    var state: PostgresConnectionState
    /// Whether a part of the last message waits until the socket takes more.
    private(set) var hasUnsentData = false
    /// The request to the server to stop the statement that was abandoned.
    private(set) var cancellation: PostgresCancellation?
    private var mustClose = false
    /// The part of the reply that has arrived.
    private var reply = PostgresReply()
    private var failure: PostgresError?

    /// - Parameter handle: libpq's connection. It is closed with this object.
    init(_ handle: OpaquePointer, name: String, connectedAt: SessionInstant) {
        self.handle = handle
        self.connectedAt = connectedAt
        self.state = PostgresConnectionState(name: name)
    }

    deinit {
        PQfinish(self.handle)
    }

    var socket: Int32 { PQsocket(self.handle) }

    /// The process ID of the server backend, as reported at the login.
    var processID: Int32 { PQbackendPID(self.handle) }

    /// Whether the connection is no longer usable for another statement.
    var isBroken: Bool {
        self.mustClose || PQstatus(self.handle) != CONNECTION_OK || PQtransactionStatus(self.handle) != PQTRANS_IDLE
    }

    /// Closes the connection as soon as no statement runs on it.
    func closeWhenIdle() {
        self.mustClose = true
    }

    /// Asks the server to stop the running statement.
    ///
    /// - Parameters:
    ///   - isAsked: Whether a request is sent. If not, the connection waits for the reply as long as it exists.
    ///   - onOutcome: Called when it is known whether the server has received the request.
    func cancel(isAsked: Bool, onOutcome: @escaping @Sendable () -> Void) {
        self.cancellation = PostgresCancellation(isAsked ? PQgetCancel(self.handle) : nil, onOutcome: onOutcome)
    }

    /// Forgets the abandoned statement after its reply.
    func endCancellation() {
        // A request that arrives later would stop any other statement.
        if self.cancellation?.isPending == true { self.mustClose = true }
        self.cancellation = nil
    }

    /// Detects whether the server has closed the connection. Drops notices.
    func detectDisconnect() {
        if PQconsumeInput(self.handle) == 0 { self.mustClose = true }
    }

    /// Sends a message of a request.
    func send(_ message: PostgresConnectionState.Message, _ arguments: inout PostgresArguments) throws(PostgresError) {
        switch message {
        case .prepare(let statement, let name):
            let types = self.state.parameters.map(\.typeID)
            try self.send { PQsendPrepare($0, name, statement.sql, Int32(clamping: types.count), types) }
        case .execute(let name):
            arguments.set(self.state.parameters)
            try self.send { handle in
                arguments.withPointers { PQsendQueryPrepared(handle, name, $0, $1, $2, $3, 1) }
            }
        case .executeUnprepared(let statement):
            let types = self.state.parameters.map(\.typeID)
            arguments.set(self.state.parameters)
            try self.send { handle in
                arguments.withPointers { PQsendQueryParams(handle, statement.sql, $0, types, $1, $2, $3, 1) }
            }
        }
    }

    /// Sends a message with a function of libpq.
    func send(_ function: (OpaquePointer) -> Int32) throws(PostgresError) {
        self.reply = PostgresReply()
        self.failure = nil
        guard !self.mustClose, PQstatus(self.handle) == CONNECTION_OK, function(self.handle) == 1 else {
            self.mustClose = true
            throw PostgresError("the connection was closed")
        }
        try self.flush()
    }

    /// Sends what the socket takes of the message.
    func flush() throws(PostgresError) {
        let result = PQflush(self.handle)
        self.hasUnsentData = result == 1
        guard result >= 0 else {
            self.mustClose = true
            throw .closed
        }
    }

    /// Reads what has arrived.
    ///
    /// - Returns: The complete reply, or nil if more must arrive.
    func receive() -> Result<PostgresReply, PostgresError>? {
        let result = PQconsumeInput(self.handle) == 1 ? self.nextReply() : .failure(self.lastWords())
        if case .failure(let error) = result, error.endsConnection { self.mustClose = true }
        return result
    }

    private func nextReply() -> Result<PostgresReply, PostgresError>? {
        while PQisBusy(self.handle) == 0 {
            guard let result = PQgetResult(self.handle) else {
                return self.failure.map { .failure($0) } ?? .success(self.reply)
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: self.reply = PostgresReply(result)
            default: self.failure = self.failure ?? PostgresError(result)
            }
        }
        return nil
    }

    /// The reason for the end of the connection. The server's last message says more than the fact.
    private func lastWords() -> PostgresError {
        while self.failure == nil, let result = PQgetResult(self.handle) {
            self.failure = PostgresError(result)
            PQclear(result)
        }
        return self.failure ?? .closed
    }
}
#endif
