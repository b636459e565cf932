//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import Synchronization

/// The commands for one connection, from any thread. It also decides whether the server is contacted at all.
///
/// Cases that need no connection are decided here, without a thread switch: a full queue, and a server that has just
/// failed. So a command to a dead server costs a lock and a clock read.
final class RedisQueue: Sendable {
    /// Whether commands are accepted.
    private enum QueueState {
        /// Commands are accepted.
        case open
        /// The server failed at the instant, and commands fail until the pause is over. All of them share one error.
        case failed(SessionInstant, pause: Duration, RedisError)
        /// One command is testing whether the server has recovered.
        case probing(RedisError)
        /// No more commands are accepted.
        case shutDown
    }

    private struct State {
        var queueState = QueueState.open
        var pending: [RedisRequest] = []
        /// The number of commands that are pending, wait for the connection, or wait for their replies.
        var count = 0
        var isScheduled = false
    }

    private let limit: Int
    private let fullError: RedisError
    private let shutDownError: RedisError
    private let clock: SessionClock
    private let state = Mutex(State())

    init(_ configuration: RedisConfiguration, clock: SessionClock) {
        self.limit = configuration.queueLimit
        self.fullError = .queueFull(configuration.address, limit: configuration.queueLimit)
        self.shutDownError = .shutDown(configuration.address)
        self.clock = clock
    }

    /// Adds a command.
    ///
    /// - Returns: Whether the connection must be notified. It is notified once for all commands that arrive before it
    ///   drains the queue.
    func add(_ request: RedisRequest) throws(RedisError) -> Bool {
        let refusal: RedisError?
        let mustTell: Bool
        (refusal, mustTell) = self.state.withLock { state in
            if let refusal = self.refusal(&state) { return (refusal, false) }
            state.pending.append(request)
            state.count += 1
            defer { state.isScheduled = true }
            return (nil, !state.isScheduled)
        }
        if let refusal { throw refusal }
        return mustTell
    }

    private func refusal(_ state: inout State) -> RedisError? {
        switch state.queueState {
        case .open:
            return state.count < self.limit ? nil : self.fullError
        case .failed(let then, let pause, let error):
            // A clock that was set back must not extend the pause.
            let elapsed = then.duration(to: self.clock.now)
            if elapsed >= .zero, elapsed < pause { return error }
            // Only an accepted command can test the server.
            guard state.count < self.limit else { return self.fullError }
            state.queueState = .probing(error)
            return nil
        case .probing(let error):
            return error
        case .shutDown:
            return self.shutDownError
        }
    }

    /// Takes the added commands, and the error not to send them if the server failed meanwhile.
    func take() -> (requests: [RedisRequest], refusal: RedisError?) {
        self.state.withLock { state in
            defer {
                state.pending = []
                state.isScheduled = false
            }
            if case .failed(_, _, let error) = state.queueState { return (state.pending, error) }
            return (state.pending, nil)
        }
    }

    /// Releases the places of completed commands.
    func release(_ count: Int) {
        self.state.withLock { $0.count -= count }
    }

    /// Records that the server is available.
    func open() {
        self.change(to: .open)
    }

    /// Records that the server failed: commands fail with the error during the pause, and then one tests the server.
    func fail(for pause: Duration, _ error: RedisError) {
        self.change(to: .failed(self.clock.now, pause: pause, error))
    }

    /// Stops accepting commands.
    ///
    /// - Returns: Whether it accepted commands before.
    func shutDown() -> Bool {
        self.state.withLock { state in
            if case .shutDown = state.queueState { return false }
            state.queueState = .shutDown
            return true
        }
    }

    private func change(to queueState: QueueState) {
        self.state.withLock { state in
            if case .shutDown = state.queueState { return }
            state.queueState = queueState
        }
    }
}
#endif
