//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions
import Synchronization

/// A pending statement, and the call that waits for its reply.
///
/// The first result counts: a reply, a failure, or the cancellation of the waiting task. A cancelled call returns at
/// once while it is queued, and when its statement only reads. A statement that writes may already be done, and its
/// caller must learn the outcome: the call returns with the server's reply, or a moment later without one.
final class PostgresRequest: Sendable {
    /// Whether a statement may be sent again.
    enum Idempotency: Sendable {
        /// It only reads.
        case readOnly
        /// It writes. Repeating it changes nothing more and gives the same reply.
        case idempotent
        /// It writes. It must not be sent again unless it was certainly not performed.
        case nonIdempotent
    }

    private struct State {
        var continuation: CheckedContinuation<PostgresReply, any Error>?
        var early: Result<PostgresReply, any Error>?
        var isFinished = false
        var isCancelled = false
        /// Wakes the thread that has sent it.
        var sender: WakePipe?
    }

    /// Nil: only a connection is wanted.
    let statement: PostgresStatement?
    let parameters: [PostgresValue]
    let idempotency: Idempotency
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State())

    init(
        _ statement: PostgresStatement?,
        _ parameters: [PostgresValue],
        _ idempotency: Idempotency,
        deadline: ContinuousClock.Instant
    ) {
        self.statement = statement
        self.parameters = parameters
        self.idempotency = idempotency
        self.deadline = deadline
    }

    var isFinished: Bool { self.state.withLock { $0.isFinished } }
    var isCancelled: Bool { self.state.withLock { $0.isCancelled } }

    /// Waits for the result.
    func reply(isolation: isolated (any Actor)? = #isolation) async throws -> PostgresReply {
        try await withTaskCancellationHandler {
            // Only a closure with the caller's isolation stays on its executor. Any other costs two thread switches.
            _ = isolation
            return try await withCheckedThrowingContinuation { continuation in
                let early = self.state.withLock { state in
                    if state.early == nil { state.continuation = continuation }
                    return state.early
                }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            self.cancel()
        }
    }

    /// Records that the statement is about to be sent.
    ///
    /// - Returns: False if no call waits for it any more.
    func begin(by sender: WakePipe) -> Bool {
        self.state.withLock { state in
            state.sender = sender
            return !state.isFinished
        }
    }

    func finish(_ result: Result<PostgresReply, any Error>) {
        let continuation = self.state.withLock { state -> CheckedContinuation<PostgresReply, any Error>? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            state.sender = nil
            if state.continuation == nil { state.early = result }
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(with: result)
    }

    private func cancel() {
        let sender = self.state.withLock { state in
            state.isCancelled = true
            return self.idempotency == .readOnly ? nil : state.sender
        }
        if let sender { sender.wake() } else { self.finish(.failure(CancellationError())) }
    }
}
#endif
