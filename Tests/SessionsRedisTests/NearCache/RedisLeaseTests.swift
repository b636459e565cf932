//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Testing

@testable import SessionsRedis

@Suite("The lease of a near cache")
final class RedisLeaseTests {
    private let start = ContinuousClock.now
    private var lease = RedisLease(length: .milliseconds(100))

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { self.start + .milliseconds(milliseconds) }

    private func answered(_ milliseconds: Int) -> Bool {
        self.lease.answered(pingSentAt: self.at(milliseconds))
    }

    @Test("a lease counts from the sending of the last PING but one that was answered")
    func counting() {
        #expect(!self.answered(0))
        #expect(self.lease.end == nil)
        #expect(self.answered(30))
        #expect(self.lease.end == self.at(100))
        #expect(self.answered(60))
        #expect(self.lease.end == self.at(130))
    }

    @Test("after a reply other than PONG, two PONGs are needed again, and the lease that was given goes on")
    func refusal() {
        _ = self.answered(0)
        _ = self.answered(30)
        self.lease.refused()
        #expect(self.lease.end == self.at(100))
        #expect(!self.answered(90))
        #expect(self.lease.end == self.at(100))
        #expect(self.answered(120))
        #expect(self.lease.end == self.at(190))
    }
}
#endif
