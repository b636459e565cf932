//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsRedis

@Suite(
    "When Redis fails",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(10)))
struct RedisFailureTests {
    @Test(
        "no one is logged out, no one is someone else, strangers notice nothing, and afterwards all is as before",
        arguments: RedisTrouble.all)
    func trouble(_ trouble: RedisTrouble) async throws {
        try await RedisFaultScenario.with { try await Self.tell(of: trouble, $0) }
    }

    @Test(
        "with a near cache, no user is logged out when the same happens to a server, and afterwards all is as before",
        arguments: RedisTrouble.all)
    func troubleOfNearCache(_ trouble: RedisTrouble) async throws {
        let nearCache = RedisNearCache.leased(.milliseconds(100), maximumCount: 1_000)
        try await RedisFaultScenario.with(nearCache: nearCache) { try await Self.tell(of: trouble, $0) }
    }

    @Test(
        "no one is logged out when the same happens to a server of a cluster, and afterwards all is as before",
        arguments: RedisTrouble.all.filter(\.isOfClusters))
    func troubleOfCluster(_ trouble: RedisTrouble) async throws {
        try await RedisFaultScenario.withCluster { try await Self.tell(of: trouble, $0) }
    }

    private static func tell(of trouble: RedisTrouble, _ scenario: RedisFaultScenario) async throws {
        let harness = scenario.harness
        try await harness.expectRecovery(
            leavesReading: trouble.leavesReading,
            leavesEndings: trouble.leavesEndings,
            begin: {
                try await trouble.begin(scenario)
                // What is in memory is used for a lease.
                if !trouble.leavesReading { await scenario.outlastLease() }
            },
            end: {
                try await trouble.end(scenario)
                await scenario.cluster?.isWhole()
            }
        )
        #expect(try await scenario.store.count(now: harness.clock.now) == 1)
    }

    @Test(
        "without memory left on the server sessions end and stay in use: what frees memory needs none",
        arguments: [SharedServer.redis, .valkey])
    func fullMemory(server: SharedServer) async throws {
        try await RedisFaultScenario.with(server) { scenario in
            let (harness, store) = (scenario.harness, scenario.store)
            let browsers = [
                try await harness.loggedIn("ada"), try await harness.loggedIn("ada"), try await harness.loggedIn("ada"),
                try await harness.loggedIn("alan"),
            ]
            let copies = browsers.map { browser in
                let copy = harness.browser()
                for cookie in browser.cookies { copy.plant(cookie) }
                return copy
            }
            try await scenario.server.tell("CONFIG", "SET", "maxmemory", "1")
            // A touch is due.
            harness.clock.advance(by: .minutes(10))
            let id = try #require(try await store.sessions(of: "alan", now: harness.clock.now).first?.id)
            try await harness.expectServed(browsers[3], "alan", "a request that notes its use")
            let result = try await store.load(id, now: harness.clock.now)
            guard case .found(let touched) = result else {
                Issue.record("It is \(result).")
                return
            }
            #expect(touched.lastAccessedAt == harness.clock.now)
            try await harness.visit(browsers[3]) { try await $0.logOut() }
            try await harness.visit(browsers[0]) { try await $0.logOutOthers() }
            for copy in copies { try await harness.visit(copy) { #expect($0.subject == nil) } }
            try await harness.visit(browsers[0]) { #expect($0.subject == "ada") }
            // Logins fail, and do not leave anything in the index either.
            let key = store.keys.index(of: RedisSubject("grace"))
            await harness.expectOutage(harness.browser(), "a login") { try await $0.logIn("grace") }
            let exists = try await scenario.server.tell(RedisCommand("EXISTS", key, key: key))
            #expect(exists == .integer(0))
        }
    }

    @Test("a change whose reply is lost is not sent again: another change after it is not overwritten, and counts once")
    func lostReply() async throws {
        try await RedisFaultScenario.with { scenario in
            let (store, samples) = (scenario.store, SampleRecords())
            let direct = try RedisClient(
                RedisConfiguration(url: "redis://127.0.0.1:\(scenario.server.port)"), logger: LogAudit.logger())
            let other = try RedisSessionStore(direct)
            let record = samples.record()
            try await store.create(record, now: samples.now)
            _ = try await store.replace(record, ifVersion: record.version, now: samples.now)
            let (first, second) = (samples.next(record), samples.next(samples.next(record)))
            scenario.proxy.make(.cutInTheMiddle(after: 1))
            async let change: Void = {
                let error = await #expect(throws: SessionStoreError.self) {
                    try await store.replace(first, ifVersion: record.version, now: samples.now)
                }
                #expect((error?.underlying as? RedisError)?.mayHaveRun == true)
            }()
            await change
            // The change was made, and another server changes its result.
            #expect(try await other.replace(second, ifVersion: first.version, now: samples.now) == .replaced)
            scenario.proxy.make(.none)
            #expect(try await other.load(record.id, now: samples.now) == .found(second))
            let calls = try #require(try await scenario.server.tell("INFO", "commandstats").text)
            #expect(calls.contains("cmdstat_evalsha:calls=") || calls.contains("cmdstat_eval:calls="))
            await direct.shutdown()
        }
    }

    @Test("a server that is away costs requests next to nothing once that is known")
    func cheapOutage() async throws {
        try await RedisFaultScenario.with { scenario in
            let ada = try await scenario.harness.loggedIn("ada")
            scenario.server.freeze()
            for _ in 0..<5 { await scenario.harness.expectOutage(ada, "until the circuit opens") }
            let begin = ContinuousClock.now
            for _ in 0..<1_000 { _ = try? await scenario.harness.visit(ada) }
            #expect(ContinuousClock.now - begin < .seconds(20), "two thousand seconds, if each waited for its deadline")
            scenario.server.thaw()
            scenario.harness.letPausesPass()
            try await scenario.harness.expectServed(ada, "ada", "thawed")
        }
    }

    @Test("after connections were closed under it, the next request is served")
    func closedConnections() async throws {
        try await RedisFaultScenario.with { scenario in
            let ada = try await scenario.harness.loggedIn("ada")
            for _ in 0..<5 {
                try await scenario.server.tell("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                // Either it was noticed by now, or this request finds out.
                _ = try? await scenario.harness.visit(ada)
                scenario.harness.letPausesPass()
                try await scenario.harness.expectServed(ada, "ada", "on another connection")
            }
        }
    }

    @Test("a reply that is another session's serves no one")
    func crossedReplies() async throws {
        try await RedisFaultScenario.with { scenario in
            let harness = scenario.harness
            let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
            let ids = try await scenario.store.sessions(of: "alan", now: harness.clock.now).map(\.id)
            let entry = try await scenario.entry(of: try #require(ids.first))
            scenario.proxy.make(.instead(Array("$\(entry.count)\r\n".utf8) + entry + Array("\r\n".utf8)))
            try await harness.visit(ada) { session in
                #expect(session.id == nil)
                #expect(session[.owner] == nil)
            }
            scenario.proxy.make(.none)
            try await harness.expectServed(ada, "ada", "with the right replies")
            try await harness.expectServed(alan, "alan", "with the right replies")
        }
    }

    @Test("an entry that stands under another's key serves no one")
    func movedEntries() async throws {
        try await RedisFaultScenario.with { scenario in
            let harness = scenario.harness
            let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
            let mine = try #require(try await scenario.store.sessions(of: "ada", now: harness.clock.now).first?.id)
            let others = try #require(try await scenario.store.sessions(of: "alan", now: harness.clock.now).first?.id)
            try await scenario.server.tell("COPY", "sessions:\(others)", "sessions:\(mine)", "REPLACE")
            try await harness.visit(ada) { #expect($0.id == nil) }
            try await harness.expectServed(alan, "alan", "whose it is")
            #expect(try await scenario.store.sessions(of: "ada", now: harness.clock.now) == [])
            #expect(try await scenario.store.count(now: harness.clock.now) == 1)
        }
    }

    @Test("something else at the key of a session is one visitor without a session, until it is ended")
    func wrongType() async throws {
        try await RedisFaultScenario.with { scenario in
            let (harness, store, now) = (scenario.harness, scenario.store, scenario.harness.clock.now)
            let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
            let record = try #require(try await store.sessions(of: "ada", now: now).first)
            try await scenario.server.tell("UNLINK", "sessions:\(record.id)")
            try await scenario.server.tell("RPUSH", "sessions:\(record.id)", "a", "list")
            for _ in 0..<20 { try await harness.visit(ada) { #expect($0.id == nil) } }
            try await harness.expectServed(alan, "alan", "and it is no failure of the server")
            #expect(try await store.sessions(of: "ada", now: now) == [])
            #expect(try await store.count(now: now) == 1)
            #expect(try await store.sessions(now: now).map(\.subject) == ["alan"])
            await Self.expect(.corruptRecord) { _ = try await store.load(record.id, now: now) }
            await Self.expect(.duplicate) { try await store.create(record, now: now) }
            let touch = SessionTouch(lastAccessedAt: now, expiresAt: now)
            await Self.expect(.corruptRecord) { _ = try await store.touch(record.id, touch, now: now) }
            await Self.expect(.corruptRecord) {
                _ = try await store.replace(record, ifVersion: record.version, now: now)
            }
            #expect(try await store.endAll(of: "ada", except: [], tombstoneUntil: now + .minutes(1), now: now) == 0)
            #expect(try await store.end(record.id, tombstoneUntil: now + .minutes(1), now: now) == false)
            #expect(try await store.load(record.id, now: now) == .ended)
        }
    }

    @Test("checklist 18: whatever bytes stand in Redis, their visitor has no session, and no one else loses theirs")
    func hostileBytes() async throws {
        try await RedisFaultScenario.with { scenario in
            let (harness, store, now) = (scenario.harness, scenario.store, scenario.harness.clock.now)
            let (ada, alan) = (try await harness.loggedIn("ada"), try await harness.loggedIn("alan"))
            let id = try #require(try await store.sessions(of: "ada", now: now).first?.id)
            let whole = try await scenario.entry(of: id)
            let random = DeterministicRandom(seed: 18)
            func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            let endless = Array(whole.prefix(28 + 90)) + [0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
            let begun = (0..<60).map { Array(whole.prefix(28)) + [1] + noise($0) }
            let hostile = whole.indices.map { Array(whole.prefix($0)) } + (0..<60).map(noise) + begun + [endless]
            let admin = try RedisClient(
                RedisConfiguration(url: "redis://127.0.0.1:\(scenario.server.port)"), logger: LogAudit.logger())
            for bytes in hostile {
                let command = RedisCommand("SET", RedisArgument("sessions:\(id)"), RedisArgument(bytes))
                _ = try await admin.execute(command)
                try await harness.visit(ada) { #expect($0.id == nil) }
                #expect(try await store.sessions(of: "ada", now: now) == [])
                #expect(try await store.sessions(now: now).count == 1)
            }
            await admin.shutdown()
            try await harness.expectServed(alan, "alan", "all the while")
        }
    }

    @Test("a server that forgot its scripts is told them again")
    func forgottenScripts() async throws {
        try await RedisFaultScenario.with { scenario in
            let ada = try await scenario.harness.loggedIn("ada")
            try await scenario.server.tell("SCRIPT", "FLUSH")
            try await scenario.harness.visit(ada) { $0[.note] = "kept" }
            try await scenario.server.tell("SCRIPT", "FLUSH")
            try await scenario.harness.visit(ada) { try await $0.logOut() }
            #expect(try await scenario.store.count(now: scenario.harness.clock.now) == 0)
        }
    }

    @Test("a server that was emptied knows no one, and says so")
    func emptied() async throws {
        try await RedisFaultScenario.with { scenario in
            let ada = try await scenario.harness.loggedIn("ada")
            try await scenario.server.tell("FLUSHALL")
            try await scenario.harness.visit(ada) { #expect($0.id == nil) }
            let again = try await scenario.harness.loggedIn("ada")
            try await scenario.harness.expectServed(again, "ada", "after another login")
        }
    }

    private static func expect(_ code: SessionStoreError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: SessionStoreError.self) { try await body() }
        #expect(error?.code == code)
    }
}

extension SessionKey<String?> {
    fileprivate static var note: Self { .init("note") }
}
#endif
