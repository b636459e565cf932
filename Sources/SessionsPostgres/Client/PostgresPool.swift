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

/// The connections to a server: as many as are needed and allowed, each with a thread of its own.
///
/// Calls are served in the order in which they came. A thread owns its connection alone, so that nothing of libpq is
/// shared, and nothing that libpq may block on (such as a look-up in DNS) holds up anybody else. Threads come with the
/// calls that need them and go with their connections; when there are no calls they wait for their sockets.
final class PostgresPool: Sendable {
    private struct State {
        var waiting: [PostgresRequest] = []
        var idle: [PostgresWorker] = []
        var workerCount = 0
        var connectedCount = 0
        var isPrepared = false
        var isShutDown = false
        var pause: ReconnectPause
        var lastFailure: SessionStoreError?
        var shutdowns: [CheckedContinuation<Void, Never>] = []

        /// Counts one thread less.
        ///
        /// - Returns: Who waited for the last one to end, if it was the last.
        mutating func endWorker() -> [CheckedContinuation<Void, Never>] {
            self.workerCount -= 1
            guard self.isShutDown, self.workerCount == 0 else { return [] }
            defer { self.shutdowns = [] }
            return self.shutdowns
        }
    }

    let string: PostgresConnectionString
    let configuration: PostgresStoreConfiguration
    let schema: PostgresSchema
    let random: SessionRandom
    private let logger: Logger
    private let state: Mutex<State>

    init(
        _ string: PostgresConnectionString,
        _ configuration: PostgresStoreConfiguration,
        schema: PostgresSchema,
        clock: SessionClock,
        random: SessionRandom,
        logger: Logger
    ) {
        self.string = string
        self.configuration = configuration
        self.schema = schema
        self.random = random
        self.logger = logger
        self.state = Mutex(State(pause: ReconnectPause(configuration, clock: clock, random: random)))
    }

    /// Runs a statement on the next connection that is free.
    func run(
        _ statement: PostgresStatement?,
        _ parameters: [PostgresValue] = [],
        _ effect: PostgresRequest.Effect,
        within limit: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> PostgresReply {
        let deadline = ContinuousClock.now + (limit ?? self.configuration.callDeadline)
        let request = PostgresRequest(statement, parameters, effect, deadline: deadline)
        if Task.isCancelled { throw CancellationError() }
        try self.add(request)
        return try await request.reply()
    }

    private func add(_ request: PostgresRequest) throws(SessionStoreError) {
        let isWorkerNeeded = try self.state.withLock { state throws(SessionStoreError) in
            if state.isShutDown { throw .shutDown }
            if let worker = state.idle.popLast() {
                worker.give(.request(request))
                return false
            }
            if state.workerCount < self.configuration.maximumConnectionCount, !state.pause.isOn,
                !state.pause.hasFailed || state.workerCount == 0 || state.connectedCount > 0
            {
                state.workerCount += 1
                return true
            }
            // While there is no connection, one call tries to have one; the others fail at once.
            if state.connectedCount == 0, let failure = state.lastFailure { throw failure }
            if state.waiting.count >= self.configuration.queueLimit {
                state.waiting.removeAll { $0.isFinished }
                guard state.waiting.count < self.configuration.queueLimit else {
                    throw .queueFull(self.configuration.queueLimit)
                }
            }
            state.waiting.append(request)
            return false
        }
        if isWorkerNeeded { PostgresWorker.start(self, request) }
    }

    /// Closes all connections, once what runs on them has its answer. What comes later fails.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            if self.beginShutdown(continuation) { continuation.resume() }
        }
    }

    /// - Returns: Whether all is closed already.
    @discardableResult
    func beginShutdown(_ continuation: CheckedContinuation<Void, Never>? = nil) -> Bool {
        let waiting = self.state.withLock { state -> [PostgresRequest]? in
            state.isShutDown = true
            for worker in state.idle { worker.give(.retirement) }
            state.idle = []
            guard state.workerCount > 0 else { return nil }
            if let continuation { state.shutdowns.append(continuation) }
            defer { state.waiting = [] }
            return state.waiting
        }
        for request in waiting ?? [] { request.finish(.failure(SessionStoreError.shutDown)) }
        return waiting == nil
    }
}

/// What threads tell the pool, and ask of it.
extension PostgresPool {
    /// How many threads there are, and how many calls wait for one.
    var load: (Int, Int) { self.state.withLock { ($0.workerCount, $0.waiting.count) } }

    /// Whether the tables are known to be there.
    var isPrepared: Bool { self.state.withLock { $0.isPrepared } }

    /// Notes that a connection is ready, and the tables are there.
    func noteConnected() {
        let wasDown = self.state.withLock { state in
            defer { state.pause.reset() }
            state.isPrepared = true
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
            if !state.waiting.isEmpty, state.workerCount == 1 { return (state.waiting.removeFirst(), []) }
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

extension SessionStoreError {
    fileprivate static let shutDown = SessionStoreError(.unavailable, "The store was shut down.")

    fileprivate static func queueFull(_ limit: Int) -> SessionStoreError {
        SessionStoreError(.unavailable, "\(limit) calls wait for a connection already (queueLimit).")
    }
}
#endif
