//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions
import SessionsOperations
import SessionsTesting
import TestSupport
import Testing

@Suite("Lists and numbers of sessions")
struct SessionListingTests {
    private let store = MemorySessionStore()
    private let now = SessionClock.system.now

    private func record(_ number: UInt64, user: String?, age: Duration = .zero) throws -> SessionRecord {
        SessionRecord(
            id: SessionID(high: number, low: 1),
            secretHash: try #require(SecretHash(bytes: [UInt8](repeating: 0xA5, count: 32))), secretIssuedAt: self.now,
            version: SessionVersion(counter: 1, tag: number), createdAt: self.now - age,
            lastAccessedAt: self.now - age, expiresAt: self.now + .seconds(3_600),
            absoluteExpiresAt: self.now + .seconds(7_200), authenticatedAt: user.map { _ in self.now - age },
            subject: user, values: SessionValues(["cart": .integer(3)]))
    }

    private func fill(_ count: UInt64) async throws {
        for number in 0..<count {
            try await self.store.create(try self.record(number, user: number % 2 == 0 ? "ada" : nil), now: self.now)
        }
    }

    @Test("A walk reads all sessions, those of a user, or so many, and goes on from a cursor")
    func walks() async throws {
        try await self.fill(25)
        func ids(_ user: String? = nil, from cursor: SessionCursor? = nil, limit: Int? = nil)
            async throws -> (ids: [SessionID], next: SessionCursor?)
        {
            var ids: [SessionID] = []
            let walk = SessionWalk(self.store, user: user, pageSize: 4)
            let next = try await walk.forEachPage(from: cursor, limit: limit) { page in
                #expect(page.count <= 4)
                ids += page.map(\.id)
            }
            return (ids, next)
        }
        let all = try await ids()
        #expect(Set(all.ids).count == 25 && all.next == nil)
        #expect(try await ids("ada").ids.count == 13)
        let some = try await ids(limit: 10)
        #expect(some.ids.count == 10)
        #expect(try await some.ids + ids(from: some.next).ids == all.ids)
    }

    @Test("Ending works by id, by user, and for everyone")
    func ends() async throws {
        try await self.fill(10)
        let endings = try EndOperation(self.store)
        let id = SessionID(high: 0, low: 1)
        #expect(try await endings.end(id))
        #expect(try await !endings.end(id))
        #expect(try await endings.count(of: "ada") == 4)
        try await endings.endAll(of: "ada")
        #expect(try await endings.count(of: "ada") == 0)
        #expect(try await endings.count(of: nil) == 5)
        #expect(try await endings.endEverything() == 5)
        #expect(try await endings.count(of: nil) == 0)
    }

    @Test("A session that the default limits would end can still be ended by an operator")
    func endsLongSessions() async throws {
        try await self.store.create(try self.record(1, user: "ada", age: .seconds(40 * 86_400)), now: self.now)
        #expect(try await EndOperation(self.store).end(SessionID(high: 1, low: 1)))
    }

    @Test("A summary has no secret, and no content of a value")
    func summarizes() throws {
        let record = try self.record(1, user: "ada\u{1B}[2J")
        let line = try JSONText.line(ListedSession(record))
        #expect(line.contains("\"id\":\"\(record.id)\"") && !line.contains("\n"))
        let details = SessionDetails(record)
        #expect(details.valueNames == ["cart"])
        for text in [line, try JSONText.line(details), details.text, SessionRow.line(record, now: self.now)] {
            #expect(!text.contains("\u{1B}"))
            #expect(!text.contains("paWlpaWl"))
        }
        #expect(SessionRow.line(record, now: self.now).contains("ada"))
    }

    @Test("Statistics count by age, size and user")
    func counts() throws {
        var statistics = SessionStatistics(now: self.now)
        for number in 0..<6 {
            statistics.add(try self.record(UInt64(number), user: number < 4 ? "ada" : "grace"))
        }
        statistics.add(try self.record(9, user: nil, age: .seconds(7_200)))
        #expect(statistics.sessionCount == 7 && statistics.anonymousCount == 1)
        #expect(statistics.users.userCount == 2 && statistics.users.largest == 4 && !statistics.users.isEstimate)
        #expect(statistics.byAge.bins.map(\.count) == [6, 0, 0, 1, 0, 0, 0])
        #expect(statistics.users.histogram.bins.map(\.count) == [0, 1, 1, 0, 0])
        #expect(statistics.text.contains("under 1 m  ########################################  6  85 %"))
        #expect(try JSONText.line(statistics).contains("\"sessions\":7"))
    }

    @Test("Of more users than there is room for, a sample stands for the rest")
    func samplesUsers() {
        var users = UserCounts(capacity: 1_024)
        for number in 0..<40_000 { users.add("user \(number % 20_000)") }
        #expect(users.isEstimate)
        #expect((17_000...23_000).contains(users.userCount))
        // Every user has two sessions, in the sample as well.
        #expect(users.histogram.bins[1].count == users.userCount && users.largest == 2)
    }

    @Test("A bar is as long as its share, and no class that is not empty has none")
    func plots() {
        var histogram = Histogram([10: "few"], last: "many")
        #expect(histogram.plot(width: 4) == ["  few         0  0 %", "  many        0  0 %"])
        histogram.add(1, count: 1_000)
        histogram.add(10)
        #expect(histogram.plot(width: 4) == ["  few   ####  1000  99 %", "  many  #        1  0 %"])
    }

    @Test("A sweep removes expired records, and says of a store without need that it has none")
    func sweeps() async throws {
        try await self.store.create(try self.record(1, user: nil), now: self.now)
        #expect(try await SessionSweep.run(self.store) == 0)
        #expect(try await SessionSweep.run(MinimalStore()) == nil)
    }

    @Test("Durations and sizes have one number and one unit")
    func shortens() {
        #expect(
            [0, 119, 120, 7_200, 172_800].map { ShortDuration.text(.seconds($0)) } == ["0s", "119s", "2m", "2h", "2d"])
        #expect([10, 20_480, 20_971_520].map { ByteCount.text($0) } == ["10 B", "20 KiB", "20 MiB"])
    }
}
#endif
