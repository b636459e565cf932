//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides which calls to a store are made: a state machine without the calls.
///
/// When closed, it admits every call. After the configured number of consecutive failures it opens, and admits no call
/// until a pause has passed. Then it admits one call, the probe. Its outcome closes the circuit or opens it again.
struct CircuitBreakerState {
    /// Whether and how a call is admitted.
    enum Admission: Equatable {
        case call(generation: UInt64)
        case probe(generation: UInt64)
        case refused
    }

    /// What a call revealed about the store.
    enum CallOutcome {
        /// The store responded, even if only that a record cannot be read.
        case success
        case failure
        /// Nothing: the call was canceled early.
        case ignored
    }

    private enum Position {
        case closed(failures: Int)
        case open(since: SessionInstant, until: SessionInstant)
        case probing
    }

    let breaker: SessionCircuitBreaker
    private var position = Position.closed(failures: 0)
    /// Counts openings and closings, so that the outcome of a call which began before the last one is ignored.
    private(set) var generation: UInt64 = 0

    init(_ breaker: SessionCircuitBreaker) {
        self.breaker = breaker
    }

    /// Whether nothing has failed since the last success.
    var isHealthy: Bool {
        if case .closed(failures: 0) = self.position { true } else { false }
    }

    /// Whether calls are admitted.
    var isClosed: Bool {
        if case .closed = self.position { true } else { false }
    }

    /// Whether calls are rejected.
    func isOpen(now: SessionInstant) -> Bool {
        switch self.position {
        case .closed: false
        case .open(let since, let until): since <= now && now < until
        case .probing: true
        }
    }

    mutating func admit(now: SessionInstant) -> Admission {
        switch self.position {
        case .closed:
            return .call(generation: self.generation)
        case .open(let since, let until) where now >= until || now < since:
            // If the clock was set back, the circuit must not stay open until it has caught up.
            self.position = .probing
            return .probe(generation: self.generation)
        case .open, .probing:
            return .refused
        }
    }

    mutating func record(_ outcome: CallOutcome, of admission: Admission, now: SessionInstant) {
        switch (admission, self.position, outcome) {
        case (.call(self.generation), .closed, .success):
            self.position = .closed(failures: 0)
        case (.call(self.generation), .closed(let failures), .failure):
            self.position = .closed(failures: failures + 1)
            if failures + 1 >= self.breaker.failureLimit { self.open(now: now) }
        case (.probe(self.generation), .probing, .success):
            self.position = .closed(failures: 0)
            self.generation &+= 1
        case (.probe(self.generation), .probing, .failure):
            self.open(now: now)
        case (.probe(self.generation), .probing, .ignored):
            // The next call becomes the probe instead.
            self.position = .open(since: now, until: now)
        default:
            break
        }
    }

    private mutating func open(now: SessionInstant) {
        self.position = .open(since: now, until: now + self.breaker.pause)
        self.generation &+= 1
    }
}
