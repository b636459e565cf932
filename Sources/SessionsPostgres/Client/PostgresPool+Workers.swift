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

/// The calls that the worker threads make to the pool.
extension PostgresPool {
    /// The number of threads, and the number of calls that wait for one.
    var load: (Int, Int) { self.state.withLock { ($0.workerCount, $0.waiting.count) } }

    /// Whether the tables are known to exist.
    var isPrepared: Bool { self.state.withLock { $0.isPrepared } }

    /// Whether a pooler is in use: each statement may reach another backend, so there are no prepared statements and no
    /// settings.
    var isPooled: Bool { self.state.withLock { $0.isPooled } }

    var isShutDown: Bool { self.state.withLock { $0.isShutDown } }

    /// Records that the tables exist.
    func notePrepared(lacksIndex: Bool) {
        self.state.withLock { state in
            state.isPrepared = true
            state.lacksIndex = lacksIndex
        }
    }

    /// Records that a table was missing, although it had existed.
    func noteMissingTable() {
        self.state.withLock { $0.isPrepared = false }
    }

    /// Whether the caller should create the missing index. Only one thread gets true.
    func takeIndexing() -> Bool {
        self.state.withLock { state in
            defer { state.lacksIndex = false }
            return state.lacksIndex && !state.isShutDown
        }
    }

    /// Records that the index of users' sessions could not be created. Without it, long lists are slow.
    func noteMissingIndex(_ error: PostgresError?) {
        self.logger.warning(
            """
            The table of sessions has no index of the sessions of a user in their order: let the role that has the table \
            call prepare() on a connection without a pooler
            """,
            metadata: error.map { ["error": "\($0)"] } ?? [:]
        )
    }

    /// Records that a pooler is in use, which lets clients share connections.
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

    /// Records that a connection is ready.
    func noteConnected() {
        let wasDown = self.state.withLock { state in
            defer { state.backoff.reset() }
            state.connectedCount += 1
            state.lastFailure = nil
            return state.backoff.hasFailed
        }
        if wasDown { self.logger.notice("Reconnected to PostgreSQL") }
    }

    /// Records that a connection was closed.
    ///
    /// - Parameter isSuspicious: Whether the server did not answer, so that idle connections should be closed as well.
    func noteDisconnected(isSuspicious: Bool = false) {
        self.state.withLock { state in
            state.connectedCount -= 1
            guard isSuspicious else { return }
            for worker in state.idle { worker.give(.close) }
            state.idle = []
        }
    }

    /// Records that the call of a thread was given up and that its connection waits to be released.
    ///
    /// - Parameter isSuspicious: Whether idle connections may be dead as well.
    func noteAbandoned(_ worker: PostgresWorker, isSuspicious: Bool) {
        self.noteDisconnected(isSuspicious: isSuspicious)
        self.state.withLock { $0.abandoned.append(worker) }
    }

    /// Records that the connection of such a thread is free again or closed.
    func noteReleased(_ worker: PostgresWorker) {
        self.state.withLock { state in
            state.abandoned.removeAll { $0 === worker }
            state.connectedCount += 1
        }
    }

    /// Records that no connection could be made. The thread ends. If others have connections, for example because the
    /// server has reached its limit, the call waits for them.
    func noteFailure(_ failure: SessionStoreError, for request: PostgresRequest) {
        let (failed, isNew, shutdowns) = self.state.withLock { state in
            let isNew = !state.backoff.hasFailed
            state.backoff.begin()
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

    /// The next call. Nil if the thread should wait with its connection, or end without one.
    func next(for worker: PostgresWorker, isConnected: Bool) -> PostgresRequest? {
        while true {
            let next = self.state.withLock { state -> PostgresRequest? in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                if isConnected, state.isShutDown { worker.give(.close) }
                if isConnected, !state.isShutDown { state.idle.append(worker) }
                return nil
            }
            guard let next else { return nil }
            if next.deadline > .now { return next }
            next.finish(.failure(PostgresError.queuedTooLong))
        }
    }

    /// Removes an idle thread.
    ///
    /// - Returns: False if it is no longer idle, because it is about to receive a message.
    func remove(_ worker: PostgresWorker) -> Bool {
        self.state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0 === worker }) else { return false }
            state.idle.remove(at: index)
            return true
        }
    }

    /// Records that a thread ends. If a call arrived meanwhile that no other thread will take, starts another thread.
    func end() {
        let (next, shutdowns) = self.state.withLock { state -> (PostgresRequest?, [CheckedContinuation<Void, Never>]) in
            if !state.waiting.isEmpty, state.activeCount == 1 { return (state.waiting.removeFirst(), []) }
            return (nil, state.endWorker())
        }
        if let next { PostgresWorker.start(self, next) }
        for shutdown in shutdowns { shutdown.resume() }
    }

    /// Fails the calls that have waited too long.
    ///
    /// - Returns: The deadline of the next one.
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
