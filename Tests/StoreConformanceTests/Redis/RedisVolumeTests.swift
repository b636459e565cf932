//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

/// How many sessions or entries there are to be.
private enum RedisVolume {
    static let count = ProcessInfo.processInfo.environment["REDIS_VOLUME"].flatMap { Int($0) } ?? 0
}

/// What walks cost on a server that holds much: `REDIS_VOLUME=1000000 Scripts/run-tests --filter RedisVolumeTests`. It
/// prints what it measured, and fails only when something is missed.
@Suite("The Redis store at volume", .enabled(if: RedisVolume.count > 0, "REDIS_VOLUME says how much."), .serialized)
struct RedisVolumeTests {
    private let samples = SampleRecords()
    private var now: SessionInstant { self.samples.now }

    private func with(_ body: (RedisSessionStore, RedisClient) async throws -> Void) async throws {
        try await OwnServer.with(.redis, options: ["--appendonly", "no"]) { server in
            var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(server.port)")
            configuration.commandDeadline = .seconds(2)
            let client = try RedisClient(configuration, logger: LogAudit.logger())
            try await body(try RedisSessionStore(client), client)
            await client.shutdown()
        }
    }

    @Test("everything ends, page by page, each within its deadline")
    func endEverything() async throws {
        try await self.with { store, client in
            let (samples, now) = (self.samples, self.now)
            for _ in 0..<(RedisVolume.count / 1_000) {
                let records = (0..<1_000).map { _ in samples.record() }
                _ = try await store.inParallel(records) { record in
                    let entry = RedisSessionEntry.encode(record, subject: nil, timeToLive: 0)
                    let key = store.keys.session(record.id)
                    return try await client.execute(RedisCommand("SET", key, RedisArgument(entry), key: key))
                }
            }
            var (met, ended, pages, slowest) = (0, 0, 0, Duration.zero)
            var cursor: SessionCursor?
            let before = Self.peakKilobytes
            let clock = ContinuousClock()
            let reading = try await clock.measure {
                repeat {
                    var page = SessionPage([], next: nil)
                    let from = cursor
                    let time = try await clock.measure {
                        page = try await store.page(from: from, limit: 512, now: now)
                    }
                    met += page.records.count
                    pages += 1
                    slowest = max(slowest, time)
                    cursor = page.next
                } while cursor != nil
            }
            let ending = try await clock.measure {
                repeat {
                    let page = try await store.page(from: cursor, limit: 512, now: now)
                    ended += try await store.end(
                        page.records.map(\.id), tombstoneUntil: now + .hours(1), now: now)
                    cursor = page.next
                } while cursor != nil
            }
            print(
                """
                \(RedisVolume.count) sessions: \(met) read in \(pages) pages in \(reading), the slowest page \(slowest); \
                \(ended) ended in \(ending); \(Self.peakKilobytes - before) KB more at the peak.
                """)
            #expect(met >= RedisVolume.count && ended == RedisVolume.count)
        }
    }

    @Test("all sessions of one user end among entries of none")
    func endAllOfOne() async throws {
        try await self.with { store, client in
            let (samples, now) = (self.samples, self.now)
            let key = store.keys.index(of: RedisSubject("ada"))
            for number in 0..<(RedisVolume.count / 1_000) {
                let pairs = (0..<1_000).flatMap { _ in
                    let entry = RedisIndexEntry(id: samples.id(), writtenAt: now - .hours(1), score: 0)
                    return [
                        RedisArgument((now + .hours(8) - .seconds(number)).millisecondsSince1970),
                        RedisArgument(entry.text),
                    ]
                }
                _ = try await client.execute(RedisCommand("ZADD", [key] + pairs, key: key))
            }
            let records = (0..<30).map { _ in samples.record(subject: "ada") }
            let clock = ContinuousClock()
            let logins = try await clock.measure {
                for record in records { try await store.create(record, now: now) }
            }
            let list = try await clock.measure { _ = try await store.page(of: "ada", from: nil, limit: 50, now: now) }
            let one = try await clock.measure {
                try await store.end(records[0].id, tombstoneUntil: now + .hours(1), now: now)
            }
            var (ended, steps, live, slowest) = (0, 0, Duration?.none, Duration.zero)
            var cursor: SessionCursor?
            let begin = clock.now
            repeat {
                var page = SessionEndingPage(endedCount: 0, next: nil)
                let from = cursor
                let time = try await clock.measure {
                    page = try await store.endSessions(
                        of: "ada", except: [], from: from, limit: 512, tombstoneUntil: now + .hours(1), now: now)
                }
                slowest = max(slowest, time)
                ended += page.endedCount
                if ended == 29, live == nil { live = clock.now - begin }
                steps += 1
                cursor = page.next
            } while cursor != nil
            let all = clock.now - begin
            print(
                """
                \(RedisVolume.count) entries of no session and 30 live ones: a login \(logins / 30), a page of 50 \(list), \
                one ending \(one); all \(ended) others ended after \(live ?? .zero), the walk took \(all) in \(steps) \
                steps, the slowest \(slowest).
                """)
            #expect(ended == 29)
        }
    }

    private static var peakKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
#endif
