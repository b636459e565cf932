//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The circuit breakers between an engine and its store: for each failure domain of the store, one for reads and one
/// for writes.
final class CircuitBreakerBoard: Sendable {
    private struct Pair: Sendable {
        let reads: CircuitBreaker
        let writes: CircuitBreaker

        init(_ breaker: SessionCircuitBreaker, clock: SessionClock, _ openCircuits: OpenCircuits) {
            self.reads = CircuitBreaker(breaker, clock: clock) { openCircuits.count(.read, isOpen: $0) }
            self.writes = CircuitBreaker(breaker, clock: clock) { openCircuits.count(.write, isOpen: $0) }
        }

        subscript(kind: StoreCall.Kind) -> CircuitBreaker {
            switch kind {
            case .read, .listing: self.reads
            case .write: self.writes
            }
        }
    }

    /// How many circuits are open.
    private final class OpenCircuits: Sendable {
        private let counts = Mutex<[StoreCall.Kind: Int]>([:])
        private let report: @Sendable (_ kind: StoreCall.Kind, _ openCount: Int) -> Void

        init(report: @escaping @Sendable (_ kind: StoreCall.Kind, _ openCount: Int) -> Void) {
            self.report = report
        }

        func count(_ kind: StoreCall.Kind, isOpen: Bool) {
            // Within the lock, so that the last report has the last count.
            self.counts.withLock { counts in
                counts[kind, default: 0] += isOpen ? 1 : -1
                self.report(kind, counts[kind, default: 0])
            }
        }
    }

    /// More than any cluster has. Domains beyond share the circuits of domain 0, so that a store with bad domain
    /// numbers costs no memory.
    private static let maximumDomainCount = 1_024

    private let breaker: SessionCircuitBreaker
    private let clock: SessionClock
    private let openCircuits: OpenCircuits
    private let first: Pair
    private let others = Mutex<[Int: Pair]>([:])

    /// - Parameters:
    ///   - breaker: The options.
    ///   - clock: The clock.
    ///   - report: Receives the number of open circuits for a kind of call when it has changed.
    init(
        _ breaker: SessionCircuitBreaker,
        clock: SessionClock,
        report: @escaping @Sendable (_ kind: StoreCall.Kind, _ openCount: Int) -> Void = { _, _ in }
    ) {
        let openCircuits = OpenCircuits(report: report)
        self.breaker = breaker
        self.clock = clock
        self.openCircuits = openCircuits
        self.first = Pair(breaker, clock: clock, openCircuits)
    }

    /// The circuit for a kind of call to one failure domain.
    func circuit(of kind: StoreCall.Kind, in domain: Int) -> CircuitBreaker {
        guard domain != 0 else { return self.first[kind] }
        return self.others.withLock { others in
            if let pair = others[domain] { return pair[kind] }
            guard others.count < Self.maximumDomainCount else { return self.first[kind] }
            let pair = Pair(self.breaker, clock: self.clock, self.openCircuits)
            others[domain] = pair
            return pair[kind]
        }
    }
}
