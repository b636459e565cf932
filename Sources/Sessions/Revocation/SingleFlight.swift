//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Lets callers that need the same work share one run of it: they wait for it together, and fail together.
///
/// The run is a task of its own, which each of them waits for, so that a caller that is cancelled leaves at once and
/// takes nothing from the others.
final class SingleFlight: Sendable {
    private struct State {
        /// Who waits for the run that is under way; nil when there is none.
        var current: [Int: CheckedContinuation<Void, any Error>]?
        /// Who needs a run that begins after they came.
        var next: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastNumber = 0
        /// Callers that were cancelled before they had begun to wait.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Whether a run is under way.
    var isRunning: Bool { self.state.withLock { $0.current != nil } }

    /// How many callers wait.
    var waitingCount: Int { self.state.withLock { ($0.current?.count ?? 0) + $0.next.count } }

    /// Waits for a run.
    ///
    /// - Parameters:
    ///   - isJoining: Whether a run that has already begun will do. Otherwise it is the next one; but if the present
    ///     one fails, the caller fails with it, and does not wait for another deadline.
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
                // A task of its own: others wait for the work, also when the request that began it is canceled.
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
        var goesOn = true
        while goesOn {
            var result = Result<Void, any Error>.success(())
            do { try await work() } catch { result = .failure(error) }
            let isFailure = if case .failure = result { true } else { false }
            let waiting = self.state.withLock { state in
                var waiting = Array((state.current ?? [:]).values)
                if isFailure {
                    waiting += state.next.values
                    state.next = [:]
                }
                goesOn = !state.next.isEmpty
                state.current = goesOn ? state.next : nil
                state.next = [:]
                return waiting
            }
            for continuation in waiting { continuation.resume(with: result) }
        }
    }
}
