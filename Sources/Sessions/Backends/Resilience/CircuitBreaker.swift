//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The circuit breaker between an engine and its store. While nothing fails it costs one atomic load.
final class CircuitBreaker: Sendable {
    private let clock: SessionClock
    private let onChange: @Sendable (_ isOpen: Bool) -> Void
    private let state: Mutex<CircuitBreakerState>
    /// The generation of the state, doubled, plus one unless the state is healthy.
    private let summary = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - breaker: The options.
    ///   - clock: The clock.
    ///   - onChange: Called when the circuit has opened or closed. A probe leaves it open.
    init(
        _ breaker: SessionCircuitBreaker,
        clock: SessionClock,
        onChange: @escaping @Sendable (_ isOpen: Bool) -> Void = { _ in }
    ) {
        self.clock = clock
        self.onChange = onChange
        self.state = Mutex(CircuitBreakerState(breaker))
    }

    /// Checks whether a call may be made.
    ///
    /// - Throws: ``SessionStoreError`` with the code `circuitOpen` when it may not.
    func admit() throws -> CircuitBreakerState.Admission {
        let summary = self.summary.load(ordering: .relaxed)
        guard summary & 1 == 1 else { return .call(generation: summary >> 1) }
        let now = self.clock.now
        let admission = self.update { $0.admit(now: now) }
        guard admission != .refused else { throw SessionStoreError.circuitOpen }
        return admission
    }

    /// Whether calls are rejected now. Reading it makes no call the probe.
    var isOpen: Bool {
        guard self.summary.load(ordering: .relaxed) & 1 == 1 else { return false }
        let now = self.clock.now
        return self.state.withLock { $0.isOpen(now: now) }
    }

    /// Records the outcome of a call.
    func record(_ outcome: CircuitBreakerState.CallOutcome, of admission: CircuitBreakerState.Admission) {
        if outcome != .failure, self.summary.load(ordering: .relaxed) & 1 == 0 { return }
        let now = self.clock.now
        self.update { $0.record(outcome, of: admission, now: now) }
    }

    private func update<Result>(_ body: (inout CircuitBreakerState) -> Result) -> Result {
        self.state.withLock { state in
            let wasClosed = state.isClosed
            defer {
                // Within the lock, so that changes are reported in their order.
                if state.isClosed != wasClosed { self.onChange(!state.isClosed) }
                self.summary.store(state.generation << 1 | (state.isHealthy ? 0 : 1), ordering: .relaxed)
            }
            return body(&state)
        }
    }
}
