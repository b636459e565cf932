//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Lets callers that need the same work share one run of it: they wait together, and fail together.
///
/// The run is its own task, and each caller waits for it. A canceled caller leaves at once and does not affect the
/// others.
final class SingleFlight: Sendable {
    private struct State {
        /// The callers that wait for the current run; nil when there is none.
        var current: [Int: CheckedContinuation<Void, any Error>]?
        /// The callers that need a run which begins after they arrived.
        var next: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastNumber = 0
        /// Callers that were canceled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Whether a run is in progress.
    var isRunning: Bool { self.state.withLock { $0.current != nil } }

    /// How many callers wait.
    var waitingCount: Int { self.state.withLock { ($0.current?.count ?? 0) + $0.next.count } }

    /// Waits for a run.
    ///
    /// - Parameters:
    ///   - isJoining: Whether a run that has already begun is sufficient. Otherwise the caller waits for the next one;
    ///     but if the current one fails, the caller fails with it, instead of waiting for another deadline.
    ///   - work: The work, the same for all callers.
    func run(joining isJoining: Bool, _ work: @escaping @Sendable () async throws -> Void) async throws {
        let number = self.state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        defer { self.state.withLock { _ = $0.cancelled.remove(number) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isCancelled, isFirst) = self.state.withLock { state -> (Bool, Bool) in
                    if state.cancelled.contains(number) { return (true, false) }
                    guard state.current != nil else {
                        state.current = [number: continuation]
                        return (false, true)
                    }
                    if isJoining { state.current?[number] = continuation } else { state.next[number] = continuation }
                    return (false, false)
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                // A separate task, because others wait for the work even if the request that began it is canceled.
                if isFirst { Task { await self.fly(work) } }
            }
        } onCancel: {
            let continuation = self.state.withLock { state in
                let continuation = state.current?.removeValue(forKey: number) ?? state.next.removeValue(forKey: number)
                if continuation == nil { state.cancelled.insert(number) }
                return continuation
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    private func fly(_ work: @Sendable () async throws -> Void) async {
        var hasNext = true
        while hasNext {
            var result = Result<Void, any Error>.success(())
            do { try await work() } catch { result = .failure(error) }
            let isFailure = if case .failure = result { true } else { false }
            let waiting = self.state.withLock { state in
                var waiting = Array((state.current ?? [:]).values)
                if isFailure {
                    waiting += state.next.values
                    state.next = [:]
                }
                hasNext = !state.next.isEmpty
                state.current = hasNext ? state.next : nil
                state.next = [:]
                return waiting
            }
            for continuation in waiting { continuation.resume(with: result) }
        }
    }
}
