//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import SessionsTesting
import Synchronization
import Testing

@testable import SessionsRedis

@Suite("Looking for what many need", .timeLimit(.minutes(10)))
struct RedisSingleFlightTests {
    /// Looks when it is told to, and counts.
    private final class Looker: Sendable {
        let singleFlight: RedisSingleFlight
        let count = Atomic<Int>(0)

        init(_ clock: ManualClock) {
            self.singleFlight = RedisSingleFlight(pause: .seconds(1), clock: clock.sessionClock)
        }

        /// Looks, and waits for something before it has found what it looks for.
        func run(_ found: AsyncStream<Void>? = nil, begun: AsyncStream<Void>.Continuation? = nil) async {
            await self.singleFlight.run {
                self.count.add(1, ordering: .relaxed)
                begun?.yield()
                if let found { for await _ in found { break } }
            }
        }
    }

    @Test(
        "those who look for the same wait for one another, go on when they are cancelled, and do not look again at once"
    )
    func together() async throws {
        let clock = ManualClock()
        let looker = Looker(clock)
        let (found, finder) = AsyncStream<Void>.makeStream()
        let (begun, beginner) = AsyncStream<Void>.makeStream()
        let leader = Task { await looker.run(found, begun: beginner) }
        for await _ in begun { break }
        let followers = (0..<10).map { _ in Task { await looker.run() } }
        let cancelled = Task { await looker.run() }
        cancelled.cancel()
        await cancelled.value
        finder.yield()
        await leader.value
        for follower in followers { await follower.value }
        #expect(looker.count.load(ordering: .relaxed) == 1)
        await looker.run()
        #expect(looker.count.load(ordering: .relaxed) == 1, "no one looks again so soon")
        clock.advance(by: .seconds(1))
        await looker.run()
        #expect(looker.count.load(ordering: .relaxed) == 2)
    }

    @Test("no one waits for another's look longer than the engine waits for the store")
    func storeDeadline() async throws {
        let clock = ManualClock()
        let looker = Looker(clock)
        let (found, finder) = AsyncStream<Void>.makeStream()
        let (begun, beginner) = AsyncStream<Void>.makeStream()
        let leader = Task { await looker.run(found, begun: beginner) }
        for await _ in begun { break }
        await SessionStoreDeadline.with(.now + .seconds(3600)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await looker.run() }
                while clock.sleeperCount == 0 { await Task.yield() }
                clock.advance(by: .seconds(3600))
                await group.waitForAll()
            }
        }
        finder.yield()
        await leader.value
    }

    @Test("a look that was broken off is no reason not to look")
    func brokenOff() async throws {
        let looker = Looker(ManualClock())
        let (found, _) = AsyncStream<Void>.makeStream()
        let (begun, beginner) = AsyncStream<Void>.makeStream()
        let leader = Task { await looker.run(found, begun: beginner) }
        for await _ in begun { break }
        leader.cancel()
        await leader.value
        await looker.run()
        #expect(looker.count.load(ordering: .relaxed) == 2)
    }
}
#endif
