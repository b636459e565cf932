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
        case call(CircuitBreakerState.Finding)
        /// A call that tries the store again, and what it says.
        case probe(CircuitBreakerState.Finding)
        /// A call that must not be made.
        case refused
        /// Time passes.
        case wait(Duration)
    }

    private static let calls: [(String, [Line])] = [
        ("calls are made as long as they are answered", [.call(.answers), .call(.answers)]),
        ("two failures in a row are not three", [.call(.fails), .call(.fails), .call(.answers)]),
        (
            "an answer in between begins the count anew",
            [.call(.fails), .call(.fails), .call(.answers), .call(.fails), .call(.fails), .call(.answers)]
        ),
        ("what was given up counts for nothing", [.call(.fails), .call(.unknown), .call(.fails), .call(.answers)]),
        ("the third failure opens", [.call(.fails), .call(.fails), .call(.fails), .refused, .refused]),
        (
            "what was given up does not help a store that fails",
            [.call(.fails), .call(.fails), .call(.unknown), .call(.fails), .refused]
        ),
        (
            "after the pause one call is a probe, and its answer closes",
            [
                .call(.fails), .call(.fails), .call(.fails), .wait(.milliseconds(999)), .refused,
                .wait(.milliseconds(1)), .probe(.answers), .call(.answers), .call(.fails), .call(.fails),
                .call(.answers),
            ]
        ),
        (
            "a probe that fails opens for another pause",
            [
                .call(.fails), .call(.fails), .call(.fails), .wait(.seconds(1)), .probe(.fails), .refused,
                .wait(.seconds(1)), .probe(.fails), .refused, .wait(.seconds(1)), .probe(.answers), .call(.answers),
            ]
        ),
        (
            "a probe that was given up leaves it to the next call",
            [
                .call(.fails), .call(.fails), .call(.fails), .wait(.seconds(1)), .probe(.unknown), .probe(.answers),
                .call(.answers),
            ]
        ),
        (
            "a clock that is set back does not keep the store away",
            [.call(.fails), .call(.fails), .call(.fails), .refused, .wait(.hours(-1)), .probe(.answers)]
        ),
    ]

    @Test("whether a call is made follows from those before it", arguments: Self.calls)
    func table(title: String, lines: [Line]) {
        var state = CircuitBreakerState(SessionCircuitBreaker(failureLimit: 3, pause: .seconds(1)))
        var now = Instant(millisecondsSince1970: 1_000_000_000)
        for (number, line) in lines.enumerated() {
            switch line {
            case .wait(let duration):
                now = now + duration
            case .refused:
                #expect(state.admit(now: now) == .refused, "\(title), line \(number)")
            case .call(let finding):
                let admission = state.admit(now: now)
                #expect(admission == .call(generation: state.generation), "\(title), line \(number)")
                state.note(finding, of: admission, now: now)
            case .probe(let finding):
                let admission = state.admit(now: now)
                #expect(admission == .probe(generation: state.generation), "\(title), line \(number)")
                state.note(finding, of: admission, now: now)
            }
        }
    }

    @Test("while the probe is under way no other call is made")
    func oneProbe() {
        var state = CircuitBreakerState(SessionCircuitBreaker(failureLimit: 1, pause: .seconds(1)))
        let start = Instant(millisecondsSince1970: 0)
        let call = state.admit(now: start)
        state.note(.fails, of: call, now: start)
        let probe = state.admit(now: start + .seconds(1))
        #expect(probe == .probe(generation: state.generation))
        #expect(state.admit(now: start + .seconds(1)) == .refused)
        #expect(state.admit(now: start + .hours(1)) == .refused)
        state.note(.answers, of: probe, now: start + .hours(1))
        #expect(state.isCalm)
    }

    @Test("calls that began before the circuit opened say nothing after it")
    func lateCalls() {
        var state = CircuitBreakerState(SessionCircuitBreaker(failureLimit: 2, pause: .seconds(1)))
        let start = Instant(millisecondsSince1970: 0)
        let calls = (0..<6).map { _ in state.admit(now: start) }
        state.note(.fails, of: calls[0], now: start)
        state.note(.fails, of: calls[1], now: start)
        // Neither does an old answer close it, nor do old failures open it again once the store is back.
        state.note(.answers, of: calls[2], now: start)
        #expect(state.admit(now: start) == .refused)
        let probe = state.admit(now: start + .seconds(1))
        state.note(.fails, of: calls[3], now: start + .seconds(1))
        state.note(.answers, of: probe, now: start + .seconds(1))
        state.note(.fails, of: calls[4], now: start + .seconds(1))
        state.note(.fails, of: calls[5], now: start + .seconds(1))
        #expect(state.isCalm)
    }
}
