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

/// The connections to a server: as many as needed, up to a limit. Each has a thread of its own.
///
/// Calls are served in order of arrival. A thread does not share its connection, so that a blocking call of libpq, such
/// as a DNS lookup, delays no other call. Threads are started for calls and end with their connections. Without calls
/// they wait on their sockets.
///
/// A call that is given up keeps its place, because the server keeps a process for it. A replacement connection would
/// be one more, and a server that hangs would soon run out of connections.
final class PostgresPool: Sendable {
    struct State {
        var waiting: [PostgresRequest] = []
        var idle: [PostgresWorker] = []
        var workerCount = 0
        /// The number of connections, without those of calls that were given up.
        var connectedCount = 0
        /// Threads that wait for the server to release the connection of a call that was given up.
        var abandoned: [PostgresWorker] = []
        var isPrepared = false
        var lacksIndex = false
        var isPooled: Bool
        var isShutDown = false
        var backoff: ReconnectBackoff
        var lastFailure: SessionStoreError?
        var shutdowns: [CheckedContinuation<Void, Never>] = []

        /// The number of threads that serve calls or are about to.
        var activeCount: Int { self.workerCount - self.abandoned.count }

        /// Decrements the number of threads.
        ///
        /// - Returns: The shutdown calls that waited for the last thread, if it was the last.
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
    let clock: SessionClock
    let logger: Logger
    let state: Mutex<State>

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
        self.clock = clock
        self.logger = logger
        self.state = Mutex(
            State(
                isPooled: configuration.isBehindTransactionPooler,
                backoff: ReconnectBackoff(configuration, clock: clock, random: random)
            )
        )
    }

    /// Runs a statement on the next free connection.
    func run(
        _ statement: PostgresStatement?,
        _ parameters: [PostgresValue] = [],
        _ idempotency: PostgresRequest.Idempotency,
        within limit: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> PostgresReply {
        let deadline = ContinuousClock.now + (limit ?? self.configuration.callDeadline)
        let request = PostgresRequest(statement, parameters, idempotency, deadline: deadline)
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
            if state.workerCount < self.configuration.maximumConnectionCount, !state.backoff.isActive,
                !state.backoff.hasFailed || state.activeCount == 0 || state.connectedCount > 0
            {
                state.workerCount += 1
                return true
            }
            // While there is no connection, one call tries to connect. The others fail at once.
            if state.connectedCount == 0, let failure = state.lastFailure { throw failure }
            if state.activeCount == 0 {
                // One of these threads will see that the call has waited too long.
                guard let abandoned = state.abandoned.first else { throw .leftAlone }
                abandoned.checkAgain()
            }
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

    /// Closes all connections after their running statements have been answered. Later calls fail.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            if self.beginShutdown(continuation) { continuation.resume() }
        }
    }

    /// - Returns: Whether all connections are already closed.
    @discardableResult
    func beginShutdown(_ continuation: CheckedContinuation<Void, Never>? = nil) -> Bool {
        let waiting = self.state.withLock { state -> [PostgresRequest]? in
            state.isShutDown = true
            for worker in state.idle { worker.give(.close) }
            for worker in state.abandoned { worker.checkAgain() }
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

extension SessionStoreError {
    fileprivate static let shutDown = SessionStoreError(.unavailable, "The store was shut down.")

    fileprivate static let leftAlone = SessionStoreError(
        .unavailable, "PostgreSQL gave no connection, and is tried again after a pause (reconnectDelay).")

    fileprivate static func queueFull(_ limit: Int) -> SessionStoreError {
        SessionStoreError(.unavailable, "\(limit) calls wait for a connection already (queueLimit).")
    }
}

extension PostgresPool: CustomReflectable {
    /// The connection string has a password, and requests have stored data.
    var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
