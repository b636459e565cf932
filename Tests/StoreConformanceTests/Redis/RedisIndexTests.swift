//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite(
    "The index of a user's sessions in Redis", .enabled(if: SharedServer.areStarted, SharedServer.advice),
    .timeLimit(.minutes(10)))
struct RedisIndexTests {
    private let samples = SampleRecords()

    private var now: SessionInstant { self.samples.now }
    private var marked: SessionInstant { self.now + .minutes(1) }

    private func members(of subject: String, in store: RedisSessionStore) async throws -> [String] {
        let key = store.keys.index(of: RedisSubject(subject))
        let reply = try await store.executor.execute(RedisCommand("ZRANGE", key, 0, -1, key: key))
        return (reply.elements ?? []).compactMap(\.text)
    }

    @Test("a session that ends leaves the index, whichever call ends it", arguments: SharedServer.allCases)
    func endings(server: SharedServer) async throws {
        let store = try server.store()
        let records = (0..<30).map { _ in self.samples.record(subject: "ada") }
        for record in records { try await store.create(record, now: self.now) }
        #expect(try await self.members(of: "ada", in: store).count == 30)
        try await store.end(records[0].id, tombstoneUntil: self.marked, now: self.now)
        #expect(try await self.members(of: "ada", in: store).count == 29)
        let ids = records[1..<10].map(\.id)
        #expect(try await store.end(Array(ids), tombstoneUntil: self.marked, now: self.now) == 9)
        #expect(try await self.members(of: "ada", in: store).count == 20)
        let kept = records[29]
        #expect(try await store.endAll(of: "ada", except: [kept.id], tombstoneUntil: self.marked, now: self.now) == 19)
        let left = try await self.members(of: "ada", in: store)
        #expect(left == [RedisIndexEntry(id: kept.id, writtenAt: self.now, score: 0).text])
    }

    @Test("sessions of users whose names differ in normalization alone leave the index of each when they end together")
    func endingsOfSimilarNames() async throws {
        let store = try SharedServer.redis.store()
        let names = ["caf\u{E9}", "cafe\u{301}"]
        let records = names.map { self.samples.record(subject: $0) }
        for record in records { try await store.create(record, now: self.now) }
        for name in names { #expect(try await self.members(of: name, in: store).count == 1) }
        #expect(try await store.end(records.map(\.id), tombstoneUntil: self.marked, now: self.now) == 2)
        for name in names { #expect(try await self.members(of: name, in: store).isEmpty) }
    }

    @Test("an ending removes no entry that a later session with the same id may have")
    func sameIDAgain() async throws {
        let store = try SharedServer.redis.store()
        let record = self.samples.record(subject: "ada")
        try await store.create(record, now: self.now)
        // As if the ending were slow, and the id had begun anew after its tombstone.
        let again = RedisIndexEntry(id: record.id, writtenAt: self.marked, score: 0).text
        let key = store.keys.index(of: RedisSubject("ada"))
        let score = RedisArgument(record.absoluteExpiresAt.millisecondsSince1970)
        _ = try await store.executor.execute(RedisCommand("ZADD", key, score, RedisArgument(again), key: key))
        try await store.end(record.id, tombstoneUntil: self.marked, now: self.now)
        #expect(try await self.members(of: "ada", in: store) == [again])
    }

    @Test("pages go from the latest end to the earliest and meet each session once, whatever the ends and the limit")
    func order() async throws {
        let store = try SharedServer.redis.store()
        var records: [SessionRecord] = []
        for number in 0..<61 {
            // Some have the same end, and one has none.
            let absolute = number == 60 ? Duration.days(100_000) : .minutes(30 + number / 4)
            let record = self.samples.record(absolute: absolute, subject: "ada")
            records.append(record)
            try await store.create(record, now: self.now)
        }
        for limit in [1, 2, 3, 10, 60, 61, 62] {
            var met: [SessionRecord] = []
            var cursor: SessionCursor?
            repeat {
                let page = try await store.page(of: "ada", from: cursor, limit: limit, now: self.now)
                met += page.records
                cursor = page.next
            } while cursor != nil
            #expect(Set(met.map(\.id)) == Set(records.map(\.id)) && met.count == 61, "\(limit)")
            #expect(met.map(\.absoluteExpiresAt) == records.map(\.absoluteExpiresAt).sorted(by: >), "\(limit)")
        }
    }

    @Test(
        "a session whose end changes during a walk is met, and afterwards it is met once and has one entry",
        arguments: [Duration.hours(20), .hours(1)])
    func changedEnd(absolute: Duration) async throws {
        let store = try SharedServer.redis.store()
        let records = (0..<5).map { self.samples.record(absolute: .hours(10 - $0), subject: "ada") }
        for record in records { try await store.create(record, now: self.now) }
        for record in records {
            // Those with the latest end first: the walk is in the middle of them.
            let first = try await store.page(of: "ada", from: nil, limit: 2, now: self.now)
            let later = self.now + .minutes(10)
            var next = self.samples.next(record)
            next.absoluteExpiresAt = self.now + absolute
            #expect(try await store.replace(next, ifVersion: record.version, now: later) == .replaced)
            var met = Set(first.records.map(\.id))
            var cursor = first.next
            while let from = cursor {
                let page = try await store.page(of: "ada", from: from, limit: 2, now: later)
                met.formUnion(page.records.map(\.id))
                cursor = page.next
            }
            #expect(met == Set(records.map(\.id)))
            var back = self.samples.next(next)
            back.absoluteExpiresAt = record.absoluteExpiresAt
            #expect(try await store.replace(back, ifVersion: next.version, now: later) == .replaced)
            try await store.replaceVersion(of: back, with: record, now: later)
        }
        let quiet = self.now + .minutes(18)
        for _ in 0..<2 {
            var met: [SessionID] = []
            var cursor: SessionCursor?
            repeat {
                let page = try await store.page(of: "ada", from: cursor, limit: 2, now: quiet)
                met += page.records.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(met.count == 5 && Set(met).count == 5)
        }
        #expect(try await self.members(of: "ada", in: store).count == 5)
    }

    @Test("an index does not grow with sessions that expire: every login looks at a few entries")
    func expiringSessions() async throws {
        let store = try SharedServer.redis.store()
        for minute in 0..<600 {
            let samples = SampleRecords(seed: UInt64(minute), now: self.now + .minutes(minute))
            try await store.create(
                samples.record(idle: .minutes(1), absolute: .days(30), subject: "ada"), now: samples.now)
        }
        let count = try await self.members(of: "ada", in: store).count
        #expect(count < 64, "\(count) entries of one live session")
    }

    @Test("all sessions end among thousands of entries of none, and the entries go with them")
    func uselessEntries() async throws {
        let store = try SharedServer.redis.store()
        let key = store.keys.index(of: RedisSubject("ada"))
        let end = self.now + .hours(8)
        for _ in 0..<20 {
            let pairs = (0..<500).flatMap { _ in
                let entry = RedisIndexEntry(id: self.samples.id(), writtenAt: self.now - .hours(1), score: 0)
                return [RedisArgument(end.millisecondsSince1970), RedisArgument(entry.text)]
            }
            _ = try await store.executor.execute(RedisCommand("ZADD", [key] + pairs, key: key))
        }
        let records = (0..<30).map { _ in self.samples.record(subject: "ada") }
        for record in records { try await store.create(record, now: self.now) }
        #expect(
            try await store.endAll(
                of: "ada", except: [], pageSize: 512, tombstoneUntil: self.marked, now: self.now) == 30)
        for record in records { #expect(try await store.load(record.id, now: self.now) == .ended) }
        #expect(try await self.members(of: "ada", in: store) == [])
    }

    @Test("what the version before wrote is read, listed, changed and ended")
    func formerVersion() async throws {
        let store = try SharedServer.redis.store()
        let id = try #require(SessionID("AAECAwQFBgcICQoLDA0ODw"))
        let key = store.keys.session(id)
        // The bytes of a record of "ada" from 2026-01-01, as they were.
        let entry = """
            000102030405060708090a0b0c0d0e0f 00000000 @TAG@ 01 01 0100000000000000 0200000000000000 \
            00a8da769b010000 00a8da769b010000 80f7ec769b010000 001c92789b010000 \
            1111111111111111111111111111111111111111111111111111111111111111 00a8da769b010000 \
            05 04 03 616461 00
            """
        let tag = RedisSubject("ada").tag.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let digits = Array(entry.replacing("@TAG@", with: tag).filter { $0.isHexDigit })
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        guard case .record(let former) = try RedisSessionEntry(bytes, id: id) else {
            Issue.record("It is no record.")
            return
        }
        #expect(former.subject == "ada" && former.version == SessionVersion(counter: 1, tag: 2))
        _ = try await store.executor.execute(RedisCommand("SET", key, RedisArgument(bytes), key: key))
        let index = RedisArgument(store.configuration.prefix + "user:" + Base64URL.encode(RedisSubject("ada").hash))
        let member = RedisArgument("AAECAwQFBgcICQoLDA0ODw:1767225600000")
        let score = RedisArgument(former.absoluteExpiresAt.millisecondsSince1970)
        _ = try await store.executor.execute(RedisCommand("ZADD", index, score, member, key: index))
        let now = former.createdAt
        #expect(try await store.load(id, now: now) == .found(former))
        #expect(try await store.sessions(of: "ada", now: now) == [former])
        let next = self.samples.next(former)
        #expect(try await store.replace(next, ifVersion: former.version, now: now) == .replaced)
        #expect(try await store.end(id, tombstoneUntil: now + .minutes(1), now: now))
        #expect(try await self.members(of: "ada", in: store) == [])
    }
}

extension RedisSessionStore {
    /// Gives a session the version that another record has.
    fileprivate func replaceVersion(of record: SessionRecord, with other: SessionRecord, now: SessionInstant)
        async throws
    {
        var next = record
        next.version = other.version
        _ = try await self.replace(next, ifVersion: record.version, now: now)
    }
}
#endif
