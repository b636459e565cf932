//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Synchronization
import Testing

@testable import SessionsSQLite

@Suite("Pauses after slow calls")
struct SlowCallPauseTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { self.instant.withLock { $0 } }
        func advance(by duration: Duration) { self.instant.withLock { $0 += duration } }
    }

    private let clock = Clock()

    private func pause(limit: Duration = .milliseconds(5)) -> SlowCallPause {
        SlowCallPause(limit: limit) { [clock] in clock.now }
    }

    /// Whether a call of this duration is made.
    private func call(taking duration: Duration, _ pause: SlowCallPause) -> Bool {
        pause.measure {
            self.clock.advance(by: duration)
            return true
        } ?? false
    }

    @Test("after a slow call, none is made for 10 ms, and after each further one for twice as long, up to a second")
    func slowCallsPauseOthers() {
        let pause = self.pause()
        for milliseconds in [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000] {
            #expect(self.call(taking: .milliseconds(6), pause))
            self.clock.advance(by: .milliseconds(milliseconds - 1))
            #expect(!self.call(taking: .zero, pause))
            self.clock.advance(by: .milliseconds(1))
        }
    }

    @Test("after a fast call, the next pause is short again")
    func fastCallEndsTheSeries() {
        let pause = self.pause()
        for _ in 0..<3 {
            #expect(self.call(taking: .milliseconds(6), pause))
            self.clock.advance(by: .seconds(1))
        }
        #expect(self.call(taking: .milliseconds(5), pause))
        #expect(self.call(taking: .milliseconds(6), pause))
        self.clock.advance(by: .milliseconds(10))
        #expect(self.call(taking: .zero, pause))
    }

    @Test("with a limit of zero, no call is made")
    func zeroLimitAllowsNoCall() {
        #expect(!self.call(taking: .zero, self.pause(limit: .zero)))
    }
}
#endif
