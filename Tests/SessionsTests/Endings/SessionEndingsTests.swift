//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import Sessions

@Suite("Streams of endings")
struct SessionEndingsTests {
    /// The first element of a stream, in a task of its own.
    private func listen(_ endings: SessionEndings) -> Task<SessionEnd?, Never> {
        Task {
            for await ending in endings { return ending }
            return nil
        }
    }

    /// Waits until tasks listen, and one of them sleeps until the next tick.
    private func untilListening(_ count: Int, _ harness: some TestHarness) async {
        while harness.engine.endingWatch.count < count || harness.clock.sleeperCount == 0 { await Task.yield() }
    }

    @Test("the stream of a request ends when its session is ended from elsewhere, without a tick of the clock")
    func endsAtOnce() async throws {
        let harness = try EngineHarness(.stored(in: MemorySessionStore()), clock: ManualClock())
        let (ada, alan) = (harness.browser(), harness.browser())
        try await harness.visit(ada) { try await $0.logIn("ada") }
        try await harness.visit(alan) { try await $0.logIn("alan") }
        let (session, other) = (try await harness.open(ada), try await harness.open(alan))
        let stream = self.listen(harness.engine.endings(of: session))
        let otherStream = self.listen(harness.engine.endings(of: other))
        await self.untilListening(2, harness)
        try await harness.engine.revokeAll(of: "ada")
        #expect(await stream.value == SessionEnd(try #require(session.id), .ended))
        otherStream.cancel()
        #expect(await otherStream.value == nil)
        #expect(harness.engine.endingWatch.count == 0)
    }

    @Test("when the task that leads is canceled, another one leads, and limits are noticed all the same")
    func leadership() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let session = try await harness.open(browser)
        let streams = (0..<5).map { _ in self.listen(harness.engine.endings(of: session)) }
        await self.untilListening(5, harness)
        for stream in streams.dropLast() {
            stream.cancel()
            #expect(await stream.value == nil)
        }
        await self.untilListening(1, harness)
        harness.clock.advance(by: .minutes(20))
        #expect(await streams.last?.value?.reason == .expired)
    }

    @Test("an open stream does not extend its session, and a use of the session keeps the stream open")
    func doesNotExtend() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let stream = self.listen(harness.engine.endings(of: try await harness.open(browser)))
        await self.untilListening(1, harness)
        harness.clock.advance(by: .minutes(15))
        try await harness.visit(browser)
        await self.untilListening(1, harness)
        harness.clock.advance(by: .minutes(15))
        await self.untilListening(1, harness)
        #expect(harness.engine.endingWatch.count == 1)
        harness.clock.advance(by: .minutes(5))
        #expect(await stream.value?.reason == .expired)
    }

    @Test("a visitor without a session, and a token alone, have nothing that ends")
    func nothingToEnd() async throws {
        let harness = try StoredHarness()
        let visitor = try await harness.open(harness.browser())
        #expect(await self.listen(harness.engine.endings(of: visitor)).value == nil)
        let tokens = try SessionEngine(.tokenOnly(with: .ephemeral()))
        #expect(throws: SessionError.self) { try tokens.endings(of: SessionID(high: 1, low: 2)) }
    }

    @Test("the stream of a sealed session ends with its revocation, and with its limit")
    func sealed() async throws {
        let harness = try SealedHarness()
        let (ada, alan) = (harness.browser(), harness.browser())
        try await harness.visit(ada) { try await $0.logIn("ada") }
        try await harness.visit(alan) { try await $0.logIn("alan") }
        let (session, other) = (try await harness.open(ada), try await harness.open(alan))
        let stream = self.listen(harness.engine.endings(of: session))
        let otherStream = self.listen(harness.engine.endings(of: other))
        await self.untilListening(2, harness)
        try await harness.engine.revokeAll(of: "ada")
        harness.clock.advance(by: .seconds(1))
        #expect(await stream.value?.reason == .ended)
        await self.untilListening(1, harness)
        harness.clock.advance(by: .hours(9))
        #expect(await otherStream.value?.reason == .expired)
    }

    @Test("an outage of the store ends no stream, and endings of that time are noticed after it")
    func outage() async throws {
        let clock = ManualClock()
        let store = FaultySessionStore(MinimalStore(), needsDeadline: false)
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        configuration.circuitBreaker = .none
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let record = SampleRecords().record()
        try await store.create(record, now: clock.now)
        let stream = self.listen(try engine.endings(of: record.id))
        func tick() async {
            while engine.endingWatch.count < 1 || clock.sleeperCount == 0 { await Task.yield() }
            clock.advance(by: .seconds(1))
        }
        await tick()
        store.injectFault(.failing)
        for _ in 0..<3 { await tick() }
        #expect(engine.endingWatch.count == 1)
        store.clearFault()
        try await store.end(record.id, tombstoneUntil: clock.now + .minutes(1), now: clock.now)
        let ticks = Task {
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(100))
                await Task.yield()
            }
        }
        #expect(await stream.value?.reason == .ended)
        ticks.cancel()
    }
}
