//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// The thread that serves all connections of a store.
///
/// It sends requests on free connections and reads replies, and waits for all sockets at once. One wake-up serves
/// everything that is ready. It never waits for anything else, so that every call ends by its deadline. What may block
/// is done on other threads: ``PostgresConnector`` makes connections, and ``PostgresCancellation`` stops statements.
///
/// A connection runs one statement at a time, so that one that waits for a lock delays no other.
final class PostgresLoop {
    let pool: PostgresPool
    var supply: ConnectionSupply
    var connections: [PostgresConnection] = []
    /// The connections without a request. The last one is used first.
    var idle: [PostgresConnection] = []
    var waiting = RequestQueue()
    /// The calls that wait until the tables and their indexes exist.
    var preparations: [PostgresRequest] = []
    /// The results that are to be delivered. Callers are resumed together, after everything that is ready was handled.
    var results: [(PostgresRequest, Result<PostgresReply, any Error>)] = []
    /// No deadline is earlier. Nil: nothing has a deadline.
    var nextCheck: ContinuousClock.Instant?
    var isPooled: Bool
    /// Whether the tables are known to exist.
    var areTablesReady = false
    var isShutDown = false
    private var sockets = PollSet()
    private var arguments = PostgresArguments()

    init(_ pool: PostgresPool) {
        let configuration = pool.configuration
        self.pool = pool
        self.isPooled = configuration.isBehindTransactionPooler
        self.supply = ConnectionSupply(
            maximumCount: configuration.maximumConnectionCount,
            backoff: ReconnectBackoff(configuration, clock: pool.clock, random: pool.random)
        )
    }

    /// Serves until the store is shut down and all connections are closed.
    func run() {
        while true {
            let needsCheck = self.takeMessages()
            let now = ContinuousClock.now
            if needsCheck || self.nextCheck.map({ $0 <= now }) == true { self.check(now) }
            self.startRequests()
            self.deliverResults()
            if self.isShutDown, self.supply.count == 0 { return self.pool.endLoop() }
            let isIdle = self.pool.prepareToSleep(self.status)
            self.wait(atMost: isIdle ? self.nextCheck.map { $0 - now } : .zero)
        }
    }

    private var status: PostgresPool.Status {
        let configuration = self.pool.configuration
        let busyCount = self.connections.count - self.idle.count + self.supply.indexingCount
        let freeCount = configuration.maximumConnectionCount - busyCount
        return PostgresPool.Status(
            connectionCount: self.supply.count,
            waitingCount: self.waiting.count,
            capacity: configuration.queueLimit + freeCount - self.waiting.count,
            isPooled: self.isPooled
        )
    }

    /// - Returns: Whether deadlines and cancellations are to be checked.
    private func takeMessages() -> Bool {
        let messages = self.pool.takeMessages()
        self.isShutDown = messages.isShutDown
        for request in messages.requests {
            self.waiting.append(PostgresAttempt(request))
            self.nextCheck = min(self.nextCheck ?? request.deadline, request.deadline)
        }
        for event in messages.events { self.handle(event) }
        return messages.needsCheck
    }

    /// Gives waiting requests to idle connections, and has connections made for the others.
    private func startRequests() {
        if self.isShutDown {
            self.failWaiting(.shutDown)
            self.closeIdle()
        }
        while let connection = self.idle.last, let attempt = self.waiting.popFirst() {
            self.start(attempt, on: connection)
        }
        while self.supply.connect(for: self.waiting.count) {
            PostgresConnector(pool: self.pool, isPooled: self.isPooled, preparesTables: !self.areTablesReady).start()
        }
        if let (failure, waitingCount) = self.supply.outage { self.failWaiting(failure, after: waitingCount) }
        if self.supply.indexingCount == 0 {
            for request in self.preparations { self.results.append((request, .success(PostgresReply()))) }
            self.preparations = []
        }
    }

    private func start(_ attempt: PostgresAttempt, on connection: PostgresConnection) {
        guard attempt.request.begin() else { return }
        guard let statement = attempt.request.statement else { return self.preparations.append(attempt.request) }
        self.idle.removeLast()
        self.proceed(connection, connection.state.begin(attempt, statement, prepares: !self.isPooled))
    }

    private func failWaiting(_ failure: SessionStoreError, after count: Int = 0) {
        for request in self.waiting.removeAll(after: count) { self.results.append((request, .failure(failure))) }
    }

    private func deliverResults() {
        for (request, result) in self.results { request.finish(result) }
        self.results.removeAll(keepingCapacity: true)
    }

    /// Waits for the sockets, and reads everything that has arrived.
    private func wait(atMost limit: Duration?) {
        let connections = self.connections
        self.sockets.removeAll()
        self.sockets.add(self.pool.wake.readEnd, .readable)
        for connection in connections {
            self.sockets.add(connection.socket, connection.hasUnsentData ? [.readable, .writable] : .readable)
        }
        guard self.sockets.wait(atMost: limit) else { return }
        if !self.sockets.events(of: 0).isEmpty { self.pool.wake.drain() }
        for (index, connection) in connections.enumerated() {
            let events = self.sockets.events(of: index + 1)
            if !events.isEmpty { self.handle(events, of: connection) }
        }
    }

    private func handle(_ events: SocketEvents, of connection: PostgresConnection) {
        guard connection.state.isBusy else {
            // An unsolicited message of the server: a shutdown, or a notice, which is dropped.
            connection.detectDisconnect()
            if connection.isBroken { self.close(connection) }
            return
        }
        if events.contains(.readable), let result = connection.receive() {
            return self.complete(connection, result)
        }
        guard connection.hasUnsentData else { return }
        do throws(PostgresError) {
            try connection.flush()
        } catch {
            self.complete(connection, .failure(error))
        }
    }

    /// Handles a complete reply.
    private func complete(_ connection: PostgresConnection, _ result: Result<PostgresReply, PostgresError>) {
        if case .failure(let error) = result { self.note(error, of: connection) }
        self.proceed(connection, connection.state.receive(result))
    }

    private func proceed(_ connection: PostgresConnection, _ first: PostgresConnectionState.Step?) {
        var step = first
        while case .send(let message)? = step {
            do throws(PostgresError) {
                return try connection.send(message, &self.arguments)
            } catch {
                step = connection.state.receive(.failure(error))
            }
        }
        switch step {
        case .finish(let request, let result)?: self.results.append((request, result))
        case .retry(let attempt)?: self.waiting.prepend(attempt)
        case .send, nil: return
        }
        self.release(connection)
    }
}
#endif
