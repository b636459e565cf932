//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
import Logging
import Sessions
import Synchronization

/// The connections to a server, as seen by calls: they leave requests here, and ``PostgresLoop`` takes them.
///
/// Requests are served first in, first out. A request wakes the thread of the loop only if the thread sleeps.
final class PostgresPool: PostgresStoreClient {
    /// What other threads tell the loop.
    struct Messages {
        var requests: [PostgresRequest] = []
        var events: [PostgresConnector.Event] = []
        /// Whether deadlines and cancellations are to be checked.
        var needsCheck = false
        var isShutDown = false

        var isEmpty: Bool { self.requests.isEmpty && self.events.isEmpty && !self.needsCheck }
    }

    /// What the loop tells the callers.
    struct Status {
        /// The number of connections, including those that are being made.
        var connectionCount = 0
        /// The number of requests that wait for a connection.
        var waitingCount = 0
        /// How many requests the loop takes before it must refuse some.
        var capacity: Int
        /// Whether a pooler is in use: each statement may reach another backend, so there are no prepared statements
        /// and no settings.
        var isPooled: Bool
    }

    private struct State {
        var messages = Messages()
        var status: Status
        var isLoopStarted = false
        /// Whether the loop waits for sockets, and must be woken for a message.
        var isLoopAsleep = false
        var hasLoopEnded = false
        /// Whether a connector creates the missing index, or has tried to.
        var isIndexTaken = false
        var shutdowns: [CheckedContinuation<Void, Never>] = []
    }

    let string: PostgresConnectionString
    let configuration: PostgresStoreConfiguration
    let schema: PostgresSchema
    /// Nil if endings are not reported.
    private let listener: PostgresListener?
    let random: SessionRandom
    let clock: SessionClock
    let logger: Logger
    let wake: WakePipe
    private let state: Mutex<State>

    init(
        _ string: PostgresConnectionString,
        _ configuration: PostgresStoreConfiguration,
        schema: PostgresSchema,
        listener: PostgresListener? = nil,
        clock: SessionClock,
        random: SessionRandom,
        logger: Logger
    ) throws(SessionStoreError) {
        self.string = string
        self.configuration = configuration
        self.schema = schema
        self.listener = listener
        self.random = random
        self.clock = clock
        self.logger = logger
        do {
            self.wake = try WakePipe()
        } catch {
            throw .unreachable(error)
        }
        let capacity = configuration.maximumConnectionCount + configuration.queueLimit
        self.state = Mutex(
            State(status: Status(capacity: capacity, isPooled: configuration.isBehindTransactionPooler)))
    }

    /// Runs a statement on the next free connection. It ends by the deadline of the engine that made the call.
    func execute(_ command: PostgresCommand) async throws -> PostgresReply {
        try await self.run(command, within: self.configuration.callDeadline)
    }

    /// - Parameter command: Nil: only a connection is wanted.
    private func run(
        _ command: PostgresCommand?,
        within limit: Duration,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> PostgresReply {
        let end = ContinuousClock.now + limit
        let deadline = SessionStoreDeadline.current.map { min($0, end) } ?? end
        let request = PostgresRequest(command, deadline: deadline)
        if Task.isCancelled { throw CancellationError() }
        try self.add(request)
        return try await request.reply { self.requestCheck() }
    }

    private func add(_ request: PostgresRequest) throws(SessionStoreError) {
        let (isFirst, isAsleep) = try self.state.withLock { state throws(SessionStoreError) in
            if state.messages.isShutDown { throw .shutDown }
            guard state.messages.requests.count < state.status.capacity else {
                throw .queueFull(self.configuration.queueLimit)
            }
            state.messages.requests.append(request)
            defer { (state.isLoopStarted, state.isLoopAsleep) = (true, false) }
            return (!state.isLoopStarted, state.isLoopAsleep)
        }
        if isFirst { Thread.detachNewThread { PostgresLoop(self).run() } }
        if isAsleep { self.wake.wake() }
    }

    /// Tells the loop something.
    private func tell(_ change: (inout Messages) -> Void) {
        let isAsleep = self.state.withLock { state in
            change(&state.messages)
            defer { state.isLoopAsleep = false }
            return state.isLoopAsleep
        }
        if isAsleep { self.wake.wake() }
    }

    /// Lets the loop check deadlines and cancellations.
    func requestCheck() {
        self.tell { $0.needsCheck = true }
    }

    /// Tells the loop about a connector.
    func report(_ event: PostgresConnector.Event) {
        self.tell { $0.events.append(event) }
    }

    /// The number of connections, and the number of calls that wait for one.
    var load: (Int, Int) {
        self.state.withLock { ($0.status.connectionCount, $0.status.waitingCount + $0.messages.requests.count) }
    }

    var isPooled: Bool { self.state.withLock { $0.status.isPooled } }
    var isShutDown: Bool { self.state.withLock { $0.messages.isShutDown } }

    /// Whether the caller should create the missing index. Only one connector gets true.
    func takeIndexing() -> Bool {
        self.state.withLock { state in
            defer { state.isIndexTaken = true }
            return !state.isIndexTaken
        }
    }

    var enforcesDeadline: Bool { true }

    func addEndingObserver(_ observer: any SessionEndingObserver) { self.listener?.add(observer, for: self) }

    func prepareTables() async throws {
        _ = try await self.run(nil, within: PostgresSchema.deadline)
    }

    func shutDown() async {
        await withCheckedContinuation { continuation in
            if self.beginShutdown(continuation) { continuation.resume() }
        }
    }

    func beginShutdown() {
        _ = self.beginShutdown(nil)
    }

    /// - Returns: Whether all connections are already closed.
    private func beginShutdown(_ continuation: CheckedContinuation<Void, Never>?) -> Bool {
        self.tell { messages in
            messages.isShutDown = true
            messages.needsCheck = true
        }
        return self.state.withLock { state in
            guard state.isLoopStarted, !state.hasLoopEnded else { return true }
            if let continuation { state.shutdowns.append(continuation) }
            return false
        }
    }
}

/// The calls of the loop.
extension PostgresPool {
    /// Takes what other threads have told.
    func takeMessages() -> Messages {
        self.state.withLock { state in
            state.isLoopAsleep = false
            let messages = state.messages
            state.messages = Messages(isShutDown: messages.isShutDown)
            return messages
        }
    }

    /// Records that the loop is about to wait for sockets.
    ///
    /// - Returns: Whether it may sleep. If not, there are messages already.
    func prepareToSleep(_ status: Status) -> Bool {
        self.state.withLock { state in
            state.status = status
            state.isLoopAsleep = state.messages.isEmpty
            return state.isLoopAsleep
        }
    }

    /// Records that the loop has closed all connections and ends.
    func endLoop() {
        let shutdowns = self.state.withLock { state in
            state.hasLoopEnded = true
            state.status.connectionCount = 0
            state.status.waitingCount = 0
            defer { state.shutdowns = [] }
            return state.shutdowns
        }
        for shutdown in shutdowns { shutdown.resume() }
    }
}

extension SessionStoreError {
    static func unreachable(_ error: PostgresError) -> SessionStoreError {
        error == .deadlineExceeded
            ? SessionStoreError(.deadlineExceeded, "PostgreSQL gave no connection in time (connectDeadline).")
            : SessionStoreError(.unavailable, "PostgreSQL cannot be reached.", underlying: error)
    }

    fileprivate static func queueFull(_ limit: Int) -> SessionStoreError {
        SessionStoreError(.unavailable, "\(limit) calls wait for a connection already (queueLimit).")
    }
}

extension PostgresPool: CustomReflectable {
    /// The connection string has a password, and requests have stored data.
    var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
