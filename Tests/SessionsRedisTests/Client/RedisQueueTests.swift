//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("The queue of a connection to Redis")
struct RedisQueueTests {
    private let clock = ManualClock()
    private let queue: RedisQueue

    init() {
        var configuration = RedisConfiguration(address: .host("127.0.0.1", port: 1))
        configuration.queueLimit = 1
        self.queue = RedisQueue(configuration, clock: self.clock.sessionClock)
    }

    private func add() throws {
        _ = try self.queue.add(RedisRequest(RedisCommand("PING"), RedisCommandCompanions(), deadline: .distantFuture))
    }

    @Test("one command tries after the pause, and the others fail until it has a connection")
    func probe() throws {
        let failure = RedisError(.server, "gone", mayHaveRun: false)
        self.queue.fail(for: .seconds(1), failure)
        #expect(throws: failure) { try self.add() }
        self.clock.advance(by: .seconds(1))
        try self.add()
        self.queue.release(1)
        #expect(throws: failure) { try self.add() }
        self.queue.open()
        try self.add()
    }

    @Test("a queue that is full when the pause is over tries as soon as there is room")
    func probeWithoutRoom() throws {
        try self.add()
        self.queue.fail(for: .seconds(1), RedisError(.server, "gone", mayHaveRun: false))
        self.clock.advance(by: .seconds(1))
        let full = try #require(throws: RedisError.self) { try self.add() }
        #expect(full.code == .queueFull)
        self.queue.release(1)
        try self.add()
    }
}
#endif
