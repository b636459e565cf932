//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Runs an operation and stops waiting for it when a deadline passes or the calling task is canceled.
///
/// A structured task group would wait for its children even after the deadline, and a stuck store does not respond to
/// cancellation. So the operation runs in its own task, which is canceled and, if necessary, abandoned. Its late
/// result is dropped.
///
/// - Throws: `timeout()` when the deadline passes first, `CancellationError` on cancellation, or the operation's error.
package func withDeadline<Value: Sendable>(
    _ limit: Duration,
    clock: SessionClock,
    orThrow timeout: @escaping @Sendable () -> any Error,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let race = DeadlineRace<Value>()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            // Both tasks are unstructured, because a task group would wait for a store that ignores cancellation.
            let work = Task {
                do {
                    race.finish(.success(try await operation()))
                } catch {
                    race.finish(.failure(error))
                }
            }
            let timer = Task {
                // A canceled timer lost the race; finishing a finished race does nothing.
                try? await clock.sleep(for: limit)
                race.finish(.failure(timeout()))
            }
            race.start(continuation, tasks: (work, timer))
        }
    } onCancel: {
        race.finish(.failure(CancellationError()))
    }
}

/// Lets the first of several results through, and cancels the remaining tasks.
private final class DeadlineRace<Value: Sendable>: Sendable {
    private enum State {
        case waiting
        case running(CheckedContinuation<Value, any Error>, tasks: (Task<Void, Never>, Task<Void, Never>))
        case finishedEarly(Result<Value, any Error>)
        case finished
    }

    private let state = Mutex<State>(.waiting)

    func start(_ continuation: CheckedContinuation<Value, any Error>, tasks: (Task<Void, Never>, Task<Void, Never>)) {
        let early = self.state.withLock { state -> Result<Value, any Error>? in
            if case .finishedEarly(let result) = state {
                state = .finished
                return result
            }
            state = .running(continuation, tasks: tasks)
            return nil
        }
        if let early {
            tasks.0.cancel()
            tasks.1.cancel()
            continuation.resume(with: early)
        }
    }

    func finish(_ result: Result<Value, any Error>) {
        let running = self.state.withLock { state -> State? in
            switch state {
            case .waiting:
                state = .finishedEarly(result)
                return nil
            case .running:
                defer { state = .finished }
                return state
            case .finishedEarly, .finished:
                return nil
            }
        }
        guard case .running(let continuation, let tasks) = running else { return }
        tasks.0.cancel()
        tasks.1.cancel()
        continuation.resume(with: result)
    }
}
