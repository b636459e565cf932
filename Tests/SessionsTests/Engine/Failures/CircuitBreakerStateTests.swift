//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@testable import Sessions

@Suite("The circuit before a store")
struct CircuitBreakerStateTests {
    /// One line of the table: what happens, and what it must lead to.
    enum Line {
        /// A call that is made at once and says something about the store.
        case call(CircuitBreakerState.CallOutcome)
        /// A call that tries the store again, and what it says.
        case probe(CircuitBreakerState.CallOutcome)
        /// A call that must not be made.
        case refused
        /// Time passes.
        case wait(Duration)
    }

    private static let calls: [(String, [Line])] = [
        ("calls are made as long as they are answered", [.call(.success), .call(.success)]),
        ("two failures in a row are not three", [.call(.failure), .call(.failure), .call(.success)]),
        (
            "an answer in between begins the count anew",
            [.call(.failure), .call(.failure), .call(.success), .call(.failure), .call(.failure), .call(.success)]
        ),
        ("what was given up counts for nothing", [.call(.failure), .call(.ignored), .call(.failure), .call(.success)]),
        ("the third failure opens", [.call(.failure), .call(.failure), .call(.failure), .refused, .refused]),
        (
            "what was given up does not help a store that fails",
            [.call(.failure), .call(.failure), .call(.ignored), .call(.failure), .refused]
        ),
        (
            "after the pause one call is a probe, and its answer closes",
            [
                .call(.failure), .call(.failure), .call(.failure), .wait(.milliseconds(999)), .refused,
                .wait(.milliseconds(1)), .probe(.success), .call(.success), .call(.failure), .call(.failure),
                .call(.success),
            ]
        ),
        (
            "a probe that fails opens for another pause",
            [
                .call(.failure), .call(.failure), .call(.failure), .wait(.seconds(1)), .probe(.failure), .refused,
                .wait(.seconds(1)), .probe(.failure), .refused, .wait(.seconds(1)), .probe(.success), .call(.success),
            ]
        ),
        (
            "a probe that was given up leaves it to the next call",
            [
                .call(.failure), .call(.failure), .call(.failure), .wait(.seconds(1)), .probe(.ignored),
                .probe(.success),
                .call(.success),
            ]
        ),
        (
            "a clock that is set back does not keep the store away",
            [.call(.failure), .call(.failure), .call(.failure), .refused, .wait(.hours(-1)), .probe(.success)]
        ),
    ]

    @Test("whether a call is made follows from those before it", arguments: Self.calls)
    func table(title: String, lines: [Line]) {
        var state = CircuitBreakerState(SessionCircuitBreaker(failureLimit: 3, pause: .seconds(1)))
        var now = SessionInstant(millisecondsSince1970: 1_000_000_000)
        for (number, line) in lines.enumerated() {
            switch line {
            case .wait(let duration):
                now = now + duration
            case .refused:
                #expect(state.admit(now: now) == .refused, "\(title), line \(number)")
            case .call(let outcome):
                let admission = state.admit(now: now)
                #expect(admission == .call(generation: state.generation), "\(title), line \(number)")
                state.record(outcome, of: admission, now: now)
            case .probe(let outcome):
                let admission = state.admit(now: now)
                #expect(admission == .probe(generation: state.generation), "\(title), line \(number)")
                state.record(outcome, of: admission, now: now)
            }
        }
    }

    @Test("while the probe is under way no other call is made")
    func oneProbe() {
        var state = CircuitBreakerState(SessionCircuitBreaker(failureLimit: 1, pause: .seconds(1)))
        let start = SessionInstant(millisecondsSince1970: 0)
        let call = state.admit(now: start)
        state.record(.failure, of: call, now: start)
        let probe = state.admit(now: start + .seconds(1))
        #expect(probe == .probe(generation: state.generation))
        #expect(state.admit(now: start + .seconds(1)) == .refused)
        #expect(state.admit(now: start + .hours(1)) == .refused)
        state.record(.success, of: probe, now: start + .hours(1))
        #expect(state.isHealthy)
    }

    @Test("calls that began before the circuit opened say nothing after it")
    func lateCalls() {
        var state = CircuitBreakerState(SessionCircuitBreaker(failureLimit: 2, pause: .seconds(1)))
        let start = SessionInstant(millisecondsSince1970: 0)
        let calls = (0..<6).map { _ in state.admit(now: start) }
        state.record(.failure, of: calls[0], now: start)
        state.record(.failure, of: calls[1], now: start)
        // Neither does an old answer close it, nor do old failures open it again once the store is back.
        state.record(.success, of: calls[2], now: start)
        #expect(state.admit(now: start) == .refused)
        let probe = state.admit(now: start + .seconds(1))
        state.record(.failure, of: calls[3], now: start + .seconds(1))
        state.record(.success, of: probe, now: start + .seconds(1))
        state.record(.failure, of: calls[4], now: start + .seconds(1))
        state.record(.failure, of: calls[5], now: start + .seconds(1))
        #expect(state.isHealthy)
    }
}
