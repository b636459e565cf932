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

/// The commands for one connection, from any thread, and whether the server is asked at all.
///
/// Whatever needs no connection is decided here, without a change of threads: a full queue, and a server that has just
/// failed. So a dead server costs a look at a lock and a clock.
final class RedisQueue: Sendable {
    /// Whether commands are taken.
    private enum Standing {
        /// They are.
        case open
        /// The server failed then, and is left alone for so long. The error is made once for all who are told.
        case failed(Instant, pause: Duration, RedisError)
        /// One is on its way to see whether the server is there again.
        case probing(RedisError)
        /// Not any more.
        case shutDown
    }

    private struct State {
        var standing = Standing.open
        var pending: [RedisRequest] = []
        /// Those that are pending, wait for the connection or for their replies.
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
    /// - Returns: Whether the connection must be told. It is told once for all that come before it looks.
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
        switch state.standing {
        case .open:
            return state.count < self.limit ? nil : self.fullError
        case .failed(let then, let pause, let error):
            // A clock that was set back must not make the pause longer.
            let elapsed = then.duration(to: self.clock.now)
            if elapsed >= .zero, elapsed < pause { return error }
            // Only a command that is taken can see whether the server is there.
            guard state.count < self.limit else { return self.fullError }
            state.standing = .probing(error)
            return nil
        case .probing(let error):
            return error
        case .shutDown:
            return self.shutDownError
        }
    }

    /// Takes what was added, and the reason not to send it: the server failed meanwhile.
    func take() -> (requests: [RedisRequest], refusal: RedisError?) {
        self.state.withLock { state in
            defer {
                state.pending = []
                state.isScheduled = false
            }
            if case .failed(_, _, let error) = state.standing { return (state.pending, error) }
            return (state.pending, nil)
        }
    }

    /// Commands are done with, and make room for others.
    func release(_ count: Int) {
        self.state.withLock { $0.count -= count }
    }

    /// The server is there.
    func open() {
        self.change(to: .open)
    }

    /// The server failed: commands fail with the error for a while, and then one tries.
    func fail(for pause: Duration, _ error: RedisError) {
        self.change(to: .failed(self.clock.now, pause: pause, error))
    }

    /// Takes no more commands.
    ///
    /// - Returns: Whether it took any until now.
    func shutDown() -> Bool {
        self.state.withLock { state in
            if case .shutDown = state.standing { return false }
            state.standing = .shutDown
            return true
        }
    }

    private func change(to standing: Standing) {
        self.state.withLock { state in
            if case .shutDown = state.standing { return }
            state.standing = standing
        }
    }
}
#endif
