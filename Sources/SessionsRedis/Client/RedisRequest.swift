//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import Sessions
import Synchronization

/// A pending command, and the call that waits for its reply.
///
/// The first result counts: a reply, a failure, or the cancellation of the waiting task. A later reply is dropped, and
/// the command keeps its place in the order until then.
final class RedisRequest: Sendable {
    private enum State {
        case begun
        case awaited(CheckedContinuation<RedisReply, any Error>)
        case finishedEarly(Result<RedisReply, any Error>)
        case finished
    }

    let command: RedisCommand
    /// The commands directly before and after it on its connection.
    let companions: RedisCommandCompanions
    /// When the connection counts as broken unless the reply has arrived.
    let deadline: NIODeadline
    /// The deadline of the caller.
    let callerDeadline: NIODeadline
    private let state = Mutex(State.begun)

    init(
        _ command: RedisCommand, _ companions: RedisCommandCompanions = RedisCommandCompanions(), deadline: NIODeadline
    ) {
        self.command = command
        self.companions = companions
        self.deadline = deadline
        self.callerDeadline = min(deadline, .ofStoreCall ?? deadline)
    }

    /// Waits for the result or the cancellation of the task.
    func reply(isolation: isolated (any Actor)? = #isolation) async throws -> RedisReply {
        try await withTaskCancellationHandler {
            // Only a closure with the caller's isolation stays on its executor. Any other costs two thread switches.
            _ = isolation
            return try await withCheckedThrowingContinuation { continuation in
                let early = self.state.withLock { state -> Result<RedisReply, any Error>? in
                    if case .finishedEarly(let result) = state {
                        state = .finished
                        return result
                    }
                    state = .awaited(continuation)
                    return nil
                }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            self.finish(.failure(CancellationError()))
        }
    }

    var isFinished: Bool {
        self.state.withLock { state in
            switch state {
            case .begun, .awaited: false
            case .finishedEarly, .finished: true
            }
        }
    }

    func finish(_ result: Result<RedisReply, any Error>) {
        let continuation = self.state.withLock { state -> CheckedContinuation<RedisReply, any Error>? in
            switch state {
            case .begun:
                state = .finishedEarly(result)
                return nil
            case .awaited(let continuation):
                state = .finished
                return continuation
            case .finishedEarly, .finished:
                return nil
            }
        }
        continuation?.resume(with: result)
    }
}

extension NIODeadline {
    /// The deadline of the engine that called the store. Nil if there is none.
    static var ofStoreCall: NIODeadline? {
        SessionStoreDeadline.current.map { .now() + TimeAmount($0 - .now) }
    }
}
#endif
