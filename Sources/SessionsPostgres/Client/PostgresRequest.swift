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
    private struct State {
        var continuation: CheckedContinuation<PostgresReply, any Error>?
        var early: Result<PostgresReply, any Error>?
        var isFinished = false
        var isCancelled = false
        /// Whether the statement may be on its way to the server.
        var hasBegun = false
    }

    /// Nil: only a connection is wanted.
    let command: PostgresCommand?
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ command: PostgresCommand?, deadline: ContinuousClock.Instant) {
        self.command = command
        self.deadline = deadline
    }

    /// The statement and its parameters. Without a statement a request only reads.
    var statement: PostgresStatement? { self.command?.statement }
    var parameters: [PostgresParameter] { self.command?.parameters ?? [] }
    var idempotency: PostgresCommand.Idempotency { self.command?.idempotency ?? .readOnly }

    var isFinished: Bool { self.state.withLock { $0.isFinished } }
    var isCancelled: Bool { self.state.withLock { $0.isCancelled } }

    /// Waits for the result.
    ///
    /// - Parameter onCancel: Called when the task is cancelled.
    func reply(
        isolation: isolated (any Actor)? = #isolation,
        onCancel: @Sendable () -> Void
    ) async throws -> PostgresReply {
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
            onCancel()
        }
    }

    /// Records that the statement is about to be sent.
    ///
    /// - Returns: False if no call waits for it any more.
    func begin() -> Bool {
        self.state.withLock { state in
            state.hasBegun = true
            return !state.isFinished
        }
    }

    func finish(_ result: Result<PostgresReply, any Error>) {
        let continuation = self.state.withLock { state -> CheckedContinuation<PostgresReply, any Error>? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            if state.continuation == nil { state.early = result }
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(with: result)
    }

    /// Records that the task was cancelled. If a write may be on its way, the loop decides when the call returns.
    private func cancel() {
        let waitsForOutcome = self.state.withLock { state in
            state.isCancelled = true
            return state.hasBegun && self.idempotency != .readOnly
        }
        if !waitsForOutcome { self.finish(.failure(CancellationError())) }
    }
}
#endif
