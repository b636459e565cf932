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

        init(_ breaker: SessionCircuitBreaker, clock: SessionClock) {
            self.reads = CircuitBreaker(breaker, clock: clock)
            self.writes = CircuitBreaker(breaker, clock: clock)
        }

        subscript(kind: StoreCall.Kind) -> CircuitBreaker {
            switch kind {
            case .read, .listing: self.reads
            case .write: self.writes
            }
        }
    }

    /// More than any cluster has. Domains beyond share the circuits of domain 0, so that a store with bad domain
    /// numbers costs no memory.
    private static let maximumDomainCount = 1_024

    private let breaker: SessionCircuitBreaker
    private let clock: SessionClock
    private let first: Pair
    private let others = Mutex<[Int: Pair]>([:])

    init(_ breaker: SessionCircuitBreaker, clock: SessionClock) {
        self.breaker = breaker
        self.clock = clock
        self.first = Pair(breaker, clock: clock)
    }

    /// The circuit for a kind of call to one failure domain.
    func circuit(of kind: StoreCall.Kind, in domain: Int) -> CircuitBreaker {
        guard domain != 0 else { return self.first[kind] }
        return self.others.withLock { others in
            if let pair = others[domain] { return pair[kind] }
            guard others.count < Self.maximumDomainCount else { return self.first[kind] }
            let pair = Pair(self.breaker, clock: self.clock)
            others[domain] = pair
            return pair[kind]
        }
    }
}
