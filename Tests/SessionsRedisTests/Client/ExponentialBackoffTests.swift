//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("The pauses after failures")
struct ExponentialBackoffTests {
    private static func delays(_ word: UInt64, count: Int) -> [Duration] {
        var backoff = ExponentialBackoff(RedisConfiguration(), random: SessionRandom { word })
        return (0..<count).map { _ in backoff.next() }
    }

    @Test("a pause doubles with each failure in a row, up to the limit")
    func growth() {
        let expected: [Duration] = [50, 100, 200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) }
        #expect(Self.delays(1000, count: 8) == expected)
        #expect(Self.delays(0, count: 8) == expected.map { $0 / 2 })
        #expect(Self.delays(.max, count: 200).allSatisfy { $0 >= .milliseconds(25) && $0 <= .seconds(2) })
    }

    @Test("a success makes the next pause short again")
    func reset() {
        var backoff = ExponentialBackoff(RedisConfiguration(), random: SessionRandom { 1000 })
        _ = (backoff.next(), backoff.next())
        #expect(backoff.hasFailed)
        backoff.reset()
        #expect(!backoff.hasFailed)
        #expect(backoff.next() == .milliseconds(50))
    }

    @Test("after a failure commands fail at once; when the pause has passed one tries, and the others still fail")
    func failsFastUntilPauseEnds() throws {
        let clock = ManualClock()
        let queue = RedisQueue(RedisConfiguration(), clock: clock.sessionClock)
        let failure = RedisError(.notConnected, "It is down.", mayHaveRun: false)
        func add() throws -> Bool { try queue.add(RedisRequest(RedisCommand("PING"), deadline: .now())) }

        #expect(try add(), "the connection is told")
        #expect(try !add(), "and is told once")
        #expect(queue.take().requests.count == 2)

        queue.fail(for: .seconds(1), failure)
        #expect(throws: failure) { try add() }
        clock.advance(by: .milliseconds(999))
        #expect(throws: failure) { try add() }
        clock.advance(by: .milliseconds(1))
        #expect(try add(), "this one tries")
        #expect(throws: failure) { try add() }
        #expect(queue.take().refusal == nil)

        queue.open()
        #expect(try add())
        queue.fail(for: .seconds(1), failure)
        let late = queue.take()
        #expect(late.requests.count == 1 && late.refusal == failure, "it came before the failure")
        clock.advance(by: .seconds(-3600))
        #expect(try add(), "a clock that was set back makes no pause longer")

        #expect(queue.shutDown())
        #expect(!queue.shutDown())
        queue.open()
        let refusal = #expect(throws: RedisError.self) { try add() }
        #expect(refusal?.code == .shutDown)
    }
}
#endif
