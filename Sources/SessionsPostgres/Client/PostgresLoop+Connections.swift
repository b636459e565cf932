//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Logging
import Sessions

/// How connections come and go.
extension PostgresLoop {
    /// Handles what a connector reports.
    func handle(_ event: PostgresConnector.Event) {
        switch event {
        case .connected(let handover, let hasPreparedTables):
            self.areTablesReady = self.areTablesReady || hasPreparedTables
            self.logReconnection(self.supply.noteConnected())
            self.add(handover)
        case .foundPooler:
            self.notePooler()
        case .indexing:
            self.areTablesReady = true
            self.supply.noteIndexing()
        case .indexed(let handover):
            self.logReconnection(self.supply.noteIndexed(isClosed: handover == nil))
            if let handover { self.add(handover) }
        case .failed(let failure):
            guard self.supply.noteFailure(failure) else { return }
            self.pool.logger.error("PostgreSQL cannot be reached", metadata: ["error": "\(failure)"])
        }
    }

    private func add(_ handover: PostgresConnector.Handover) {
        guard let connection = handover.take() else { return }
        self.connections.append(connection)
        self.release(connection)
    }

    private func logReconnection(_ wasDown: Bool) {
        if wasDown { self.pool.logger.notice("Reconnected to PostgreSQL") }
    }

    /// Records that a pooler is in use, which lets clients share connections.
    private func notePooler() {
        guard !self.isPooled else { return }
        self.isPooled = true
        self.pool.logger.warning(
            """
            PostgreSQL is behind a pooler: statements are not prepared, and statementTimeout is not set. Set \
            isBehindTransactionPooler, and give the role a statement_timeout
            """
        )
    }

    /// Handles what an error says about the connection and the server.
    func note(_ error: PostgresError, of connection: PostgresConnection) {
        if error.isDuplicateStatement { self.notePooler() }
        if error.isMissingTable {
            // A new connection makes it again.
            self.areTablesReady = false
            self.closeIdle()
        }
        // After a failover, the next connection reaches the new primary. A connection that is still new would reach the
        // same server again.
        let delay = self.pool.configuration.maximumReconnectDelay
        if error.isReadOnly, self.pool.clock.now >= connection.connectedAt + delay { connection.closeWhenIdle() }
    }

    /// Makes a connection free for the next request, or closes it.
    func release(_ connection: PostgresConnection) {
        if connection.cancellation != nil {
            self.supply.noteReleased()
            connection.endCancellation()
        }
        if connection.isBroken || !self.areTablesReady || self.isShutDown {
            self.close(connection)
        } else {
            self.idle.append(connection)
        }
    }

    func close(_ connection: PostgresConnection) {
        guard let index = self.connections.firstIndex(where: { $0 === connection }) else { return }
        self.connections.remove(at: index)
        self.idle.removeAll { $0 === connection }
        self.supply.noteClosed(isAbandoned: connection.cancellation != nil)
    }

    func closeIdle() {
        for connection in self.idle { self.close(connection) }
    }

    /// Checks all deadlines, and which callers were cancelled.
    func check(_ now: ContinuousClock.Instant) {
        self.nextCheck = nil
        self.waiting.removeAll { request in
            if request.isFinished { return true }
            // A request that was sent before and was cancelled since. Others finish by themselves.
            if request.isCancelled {
                self.results.append((request, .failure(CancellationError())))
                return true
            }
            if request.deadline <= now {
                self.results.append((request, .failure(PostgresError.queuedTooLong)))
                return true
            }
            self.noteDeadline(request.deadline)
            return false
        }
        for connection in self.connections { self.check(connection, now) }
    }

    private func check(_ connection: PostgresConnection, _ now: ContinuousClock.Instant) {
        switch connection.state.check(now) {
        case .finishCancelled(let request)?:
            self.results.append((request, .failure(CancellationError())))
        case .abandon(let request)?:
            self.abandon(request, on: connection)
        case nil:
            break
        }
        if let cancellation = connection.cancellation {
            let end = cancellation.end
            if self.isShutDown || end.map({ $0 <= now }) == true { return self.close(connection) }
            if let end { self.noteDeadline(end) }
        }
        if let deadline = connection.state.nextCheck { self.noteDeadline(deadline) }
    }

    private func noteDeadline(_ deadline: ContinuousClock.Instant) {
        self.nextCheck = min(self.nextCheck ?? deadline, deadline)
    }

    /// Gives up a request at its deadline. Its connection waits until the server has stopped the statement.
    private func abandon(_ request: PostgresRequest, on connection: PostgresConnection) {
        let isCancelled = request.isCancelled
        self.results.append((request, .failure(isCancelled ? CancellationError() : PostgresError.deadlineExceeded)))
        self.supply.noteAbandoned()
        // A cancel request through an older pooler could stop another client's statement.
        connection.cancel(isAsked: !self.isPooled) { [pool = self.pool] in pool.requestCheck() }
        // The server did not even answer a read, so idle connections may be dead as well.
        if request.idempotency == .readOnly { self.closeIdle() }
    }
}
#endif
