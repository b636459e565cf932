//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions
import SessionsTesting
import Testing

@testable import SessionsPostgres

@Suite("How many connections a store makes to PostgreSQL")
struct ConnectionSupplyTests {
    private let clock = ManualClock()
    private let failure = SessionStoreError(.unavailable, "there is no server")

    private func supply(_ maximumCount: Int) -> ConnectionSupply {
        let backoff = ReconnectBackoff(
            PostgresStoreConfiguration(), clock: self.clock.sessionClock,
            random: DeterministicRandom(seed: 1).sessionRandom)
        return ConnectionSupply(maximumCount: maximumCount, backoff: backoff)
    }

    /// For how many of several attempts a connection is made.
    private func connect(_ supply: inout ConnectionSupply, for waitingCount: Int) -> Int {
        var count = 0
        while supply.connect(for: waitingCount) { count += 1 }
        return count
    }

    @Test("a connection is made for each call that finds none free, up to the maximum")
    func maximum() {
        var supply = self.supply(3)
        let counts = [0, 1, 1, 5].map { self.connect(&supply, for: $0) }
        #expect(counts == [0, 1, 0, 2] && supply.count == 3)
        _ = supply.noteConnected()
        supply.noteAbandoned()
        supply.noteIndexing()
        let further = self.connect(&supply, for: 5)
        #expect(supply.count == 3 && further == 0, "one that is abandoned or not ready counts, too")
        _ = supply.noteConnected()
        _ = supply.noteIndexed(isClosed: true)
        supply.noteClosed(isAbandoned: true)
        let last = self.connect(&supply, for: 1)
        #expect(last == 1 && supply.count == 2)
    }

    @Test("while there is no server, one call tries to connect after each pause, and the others fail at once")
    func outage() {
        var supply = self.supply(3)
        let first = self.connect(&supply, for: 2)
        #expect(first == 2 && supply.outage == nil, "the first calls wait for the outcome")
        var isNews = supply.noteFailure(self.failure)
        #expect(isNews && supply.outage?.waitingCount == 1)
        isNews = supply.noteFailure(self.failure)
        #expect(!isNews && supply.outage?.waitingCount == 0)
        let inPause = self.connect(&supply, for: 2)
        self.clock.advance(by: .seconds(5))
        let afterPause = self.connect(&supply, for: 2)
        #expect(inPause == 0 && afterPause == 1 && supply.outage?.waitingCount == 1)
        let wasDown = supply.noteConnected()
        let further = self.connect(&supply, for: 1)
        #expect(wasDown && further == 1 && supply.outage == nil)
    }

    @Test("a server that gives no more connections is used by those that there are")
    func limitedServer() {
        var supply = self.supply(3)
        let first = self.connect(&supply, for: 1)
        let wasDown = supply.noteConnected()
        let second = self.connect(&supply, for: 1)
        let isNews = supply.noteFailure(self.failure)
        #expect(first == 1 && !wasDown && second == 1 && isNews)
        #expect(supply.outage == nil, "calls wait for the connection that there is")
        supply.noteClosed(isAbandoned: false)
        #expect(supply.outage?.failure.message == self.failure.message)
    }
}
#endif
