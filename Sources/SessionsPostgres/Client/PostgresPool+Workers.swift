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
import Synchronization

/// What threads tell the pool, and ask of it.
extension PostgresPool {
    /// How many threads there are, and how many calls wait for one.
    var load: (Int, Int) { self.state.withLock { ($0.workerCount, $0.waiting.count) } }

    /// Whether the tables are known to be there.
    var isPrepared: Bool { self.state.withLock { $0.isPrepared } }

    /// Whether statements are sent as they are, and nothing is set: a connection may be another process each time.
    var isPooled: Bool { self.state.withLock { $0.isPooled } }

    var isShutDown: Bool { self.state.withLock { $0.isShutDown } }

    /// Notes that the tables are there.
    func notePrepared(lacksIndex: Bool) {
        self.state.withLock { state in
            state.isPrepared = true
            state.lacksIndex = lacksIndex
        }
    }

    /// Notes that a table was not there, although it had been.
    func noteMissingTable() {
        self.state.withLock { $0.isPrepared = false }
    }

    /// Whether an index is to be made. One thread is told so, once.
    func takeIndexing() -> Bool {
        self.state.withLock { state in
            defer { state.lacksIndex = false }
            return state.lacksIndex && !state.isShutDown
        }
    }

    /// Notes that the index of the sessions of users could not be made, without which long lists take long.
    func noteMissingIndex(_ error: PostgresError?) {
        self.logger.warning(
            """
            The table of sessions has no index of the sessions of a user in their order: let the role that has the table \
            call prepare() on a connection without a pooler
            """,
            metadata: error.map { ["error": "\($0)"] } ?? [:]
        )
    }

    /// Notes that there is a pooler, which lets clients share connections.
    func notePooler() {
        let isNews = self.state.withLock { state in
            defer { state.isPooled = true }
            return !state.isPooled
        }
        guard isNews else { return }
        self.logger.warning(
            """
            PostgreSQL is behind a pooler: statements are not prepared, and statementTimeout is not set. Set \
            isBehindTransactionPooler, and give the role a statement_timeout
            """
        )
    }

    /// Notes that a connection is ready.
    func noteConnected() {
        let wasDown = self.state.withLock { state in
            defer { state.pause.reset() }
            state.connectedCount += 1
            state.lastFailure = nil
            return state.pause.hasFailed
        }
        if wasDown { self.logger.notice("PostgreSQL is there again") }
    }

    /// Notes that a connection was closed.
    ///
    /// - Parameter isSuspicious: Whether the server did not answer, so that the idle ones are best closed as well.
    func noteDisconnected(isSuspicious: Bool = false) {
        self.state.withLock { state in
            state.connectedCount -= 1
            guard isSuspicious else { return }
            for worker in state.idle { worker.give(.retirement) }
            state.idle = []
        }
    }

    /// Notes that the call of a thread was given up, and its connection waits to be released.
    ///
    /// - Parameter isSuspicious: Whether the server may not answer the idle ones either.
    func noteAbandoned(_ worker: PostgresWorker, isSuspicious: Bool) {
        self.noteDisconnected(isSuspicious: isSuspicious)
        self.state.withLock { $0.abandoned.append(worker) }
    }

    /// Notes that the connection of such a thread is free, or at its end.
    func noteReleased(_ worker: PostgresWorker) {
        self.state.withLock { state in
            state.abandoned.removeAll { $0 === worker }
            state.connectedCount += 1
        }
    }

    /// Notes that no connection could be made, with which the thread ends. While others have connections, such as when
    /// the server has no more to give, the call waits for these.
    func noteFailure(_ failure: SessionStoreError, for request: PostgresRequest) {
        let (failed, isNew, shutdowns) = self.state.withLock { state in
            let isNew = !state.pause.hasFailed
            state.pause.begin()
            var failed: [PostgresRequest] = []
            if state.connectedCount == 0 {
                state.lastFailure = failure
                failed = [request] + state.waiting
                state.waiting = []
            } else if let worker = state.idle.popLast() {
                worker.give(.request(request))
            } else {
                state.waiting.insert(request, at: 0)
            }
            return (failed, isNew, state.endWorker())
        }
        if isNew { self.logger.error("PostgreSQL cannot be reached", metadata: ["error": "\(failure)"]) }
        for request in failed { request.finish(.failure(failure)) }
        for shutdown in shutdowns { shutdown.resume() }
    }

    /// What to do next; nil when the thread waits with its connection, or ends without one.
    func next(for worker: PostgresWorker, isConnected: Bool) -> PostgresRequest? {
        while true {
            let next = self.state.withLock { state -> PostgresRequest? in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                if isConnected, state.isShutDown { worker.give(.retirement) }
                if isConnected, !state.isShutDown { state.idle.append(worker) }
                return nil
            }
            guard let next else { return nil }
            if next.deadline > .now { return next }
            next.finish(.failure(PostgresError.queuedTooLong))
        }
    }

    /// Takes back an idle thread.
    ///
    /// - Returns: False when it is not idle any more: it is about to be given something.
    func remove(_ worker: PostgresWorker) -> Bool {
        self.state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0 === worker }) else { return false }
            state.idle.remove(at: index)
            return true
        }
    }

    /// Notes that a thread ends. A call that came in the meantime, and that no other thread will look at, gets another.
    func end() {
        let (next, shutdowns) = self.state.withLock { state -> (PostgresRequest?, [CheckedContinuation<Void, Never>]) in
            if !state.waiting.isEmpty, state.activeCount == 1 { return (state.waiting.removeFirst(), []) }
            return (nil, state.endWorker())
        }
        if let next { PostgresWorker.start(self, next) }
        for shutdown in shutdowns { shutdown.resume() }
    }

    /// Fails calls that have waited too long.
    ///
    /// - Returns: When the next one will have.
    func failOverdue() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (overdue, next) = self.state.withLock { state -> ([PostgresRequest], ContinuousClock.Instant?) in
            guard let first = state.waiting.first else { return ([], nil) }
            guard first.deadline <= now else { return ([], first.deadline) }
            let overdue = state.waiting.filter { $0.deadline <= now }
            state.waiting.removeAll { $0.deadline <= now }
            return (overdue, state.waiting.first?.deadline)
        }
        for request in overdue { request.finish(.failure(PostgresError.queuedTooLong)) }
        return next
    }
}
#endif
