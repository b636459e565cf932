//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import LogAudit
import Sessions
import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import SessionsRedis

@Suite(
    "A cluster whose servers come and go",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(10)))
struct ClusterFailoverTests {
    @Test("64 clients count while their primary is killed: nothing counts twice, nothing that a replica has is lost")
    func killedPrimary() async throws {
        try await OwnCluster.with { cluster in
            let client = try cluster.client()
            let run = try await CounterRun(try RedisSessionStore(client), client)
            let number = OwnCluster.number(of: run.slot)
            let primary = cluster.servers[number]
            let harness = try Self.makeHarness(client)
            let visitors = try await Visitors(8, on: harness)
            // Who is logged in at the beginning is on the replicas as well.
            for server in cluster.servers[..<OwnCluster.primaryCount] { await server.isReplicated() }

            let first = Mutex(CounterRun.Tally())
            try await visitors.visit {
                let tally = try await run.run(eventAfter: 1_500) { primary.kill() }
                first.withLock { $0 = tally }
            }
            let tally = first.withLock { $0 }
            let count = try await run.count
            print(
                """
                A primary was killed: \(tally.acknowledged) acknowledged, of which \(tally.replicated) are known to be \
                replicated before and \(tally.afterwards) came after it; \(tally.unanswered) unanswered; the counter is \
                \(count), \(visitors.failureCount) visits of others got a 503.
                """
            )
            #expect(tally.wrong == [])
            #expect(tally.acknowledged == 6_400)
            #expect(tally.replicated > 0 && tally.unanswered > 0 && tally.afterwards > 0)
            #expect(tally.bounds.contains(count), "\(count) is not in \(tally.bounds)")

            await cluster.isWhole(without: [primary])
            try await visitors.expectAllServed("after the failover")
            // A client that knew all servers, one of them dead now.
            let newcomer = try cluster.client()
            _ = try await newcomer.execute(RedisCommand("GET", "any", key: "any"))
            await newcomer.shutdown()
            // It comes back as a replica, unnoticed.
            try await primary.start()
            await primary.hasSaid("master_link_status:up", "INFO", "replication")
            let again = try await run.run(clients: 16, each: 10, eventAfter: 0) {}
            #expect(again.wrong == [] && again.acknowledged - tally.acknowledged == 160)
            #expect(again.unanswered == tally.unanswered, "nothing fails any more")
            let final = try await run.count
            #expect(final == count + 160)
            await client.shutdown()
        }
    }

    @Test("a primary hands over to its replica, leaves for good, and a new server takes its place: nothing is lost")
    func plannedFailover() async throws {
        try await OwnCluster.with { cluster in
            let client = try cluster.client()
            let run = try await CounterRun(try RedisSessionStore(client), client)
            let number = OwnCluster.number(of: run.slot)
            let (primary, replica) = (cluster.servers[number], cluster.servers[number + OwnCluster.primaryCount])
            let visitors = try await Visitors(4, on: try Self.makeHarness(client))
            let newcomer = try await cluster.add()
            let tally = Mutex(CounterRun.Tally())
            try await visitors.visit {
                let all = try await run.run(clients: 16, each: 100, eventAfter: 300) {
                    try await cluster.replicate(primary, by: newcomer)
                    await newcomer.takeOver()
                    // The other replica follows the new one, and both of the old ones go for good.
                    await primary.hasSaid("role:slave", "INFO", "replication")
                    primary.kill()
                    replica.kill()
                }
                tally.withLock { $0 = all }
            }
            let (all, count) = (tally.withLock { $0 }, try await run.count)
            #expect(all.wrong == [])
            #expect(all.acknowledged == 1_600)
            #expect((all.acknowledged...all.acknowledged + all.unanswered).contains(count))
            try await visitors.expectAllServed("by the new server")
            await client.shutdown()
        }
    }

    @Test("slots move to another primary and back while requests run: every one is answered, and the count is exact")
    func migration() async throws {
        try await OwnCluster.with(hasReplicas: false) { cluster in
            let client = try cluster.client()
            var configuration = RedisStoreConfiguration()
            // All in one slot, which moves.
            configuration.prefix = "{moving}:"
            let store = try RedisSessionStore(client, configuration: configuration)
            let run = try await CounterRun(store, client)
            let slot = RedisHashSlot.of("{moving}")
            #expect(run.slot == slot)
            let here = cluster.servers[OwnCluster.number(of: slot)]
            let there = cluster.servers[(OwnCluster.number(of: slot) + 1) % OwnCluster.primaryCount]
            let harness = try FailingHarness(store, clock: ManualClock(), deadline: .seconds(5))
            let visitors = try await Visitors(8, on: harness)
            let logins = Mutex(0)
            try await visitors.visit {
                let tally = try await run.run(clients: 16, each: 100, eventAfter: 100) {
                    for _ in 0..<3 {
                        try await cluster.move(slot, from: here, to: there) {
                            // Some are there by now and some are not, and a new one comes.
                            _ = try await harness.loggedIn("newcomer")
                            logins.withLock { $0 += 1 }
                        }
                        try await cluster.move(slot, from: there, to: here) {}
                    }
                }
                #expect(tally.wrong == [])
                #expect(tally.acknowledged == 1_600 && tally.unanswered == 0)
            }
            let count = try await run.count
            #expect(count == 1_600)
            #expect(visitors.failureCount == 0)
            let newcomers = try await store.sessions(of: "newcomer", now: harness.clock.now)
            #expect(newcomers.count == 3 && logins.withLock { $0 } == 3)
            let ended = try await store.endAll(
                of: "newcomer", except: [], tombstoneUntil: harness.clock.now + .minutes(1), now: harness.clock.now)
            #expect(ended == newcomers.count)
            await client.shutdown()
        }
    }

    @Test(
        "an ending that waited for replicas is still one when the primary is gone; one that they do not have is thrown")
    func replicatedEndings() async throws {
        try await OwnCluster.with { cluster in
            let client = try cluster.client()
            var configuration = RedisStoreConfiguration()
            // All on one primary.
            configuration.prefix = "{ending}:"
            configuration.logoutReplication = .replicas(1)
            let store = try RedisSessionStore(client, configuration: configuration)
            let number = OwnCluster.number(of: RedisHashSlot.of("{ending}"))
            let (primary, replica) = (cluster.servers[number], cluster.servers[number + OwnCluster.primaryCount])
            let samples = SampleRecords()
            let records = (0..<40).map { samples.record(subject: "user \($0)") }
            for record in records { try await store.create(record, now: samples.now) }
            for record in records.dropLast() {
                let isEnded = try await store.end(
                    record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
                #expect(isEnded)
            }
            primary.kill()
            await replica.hasSaid("role:master", "INFO", "replication")
            await cluster.isWhole(without: [primary])
            // Until all servers have heard of it, some name the primary that is gone.
            while (try? await store.load(records[0].id, now: samples.now)) == nil { await Task.yield() }
            for record in records.dropLast() {
                let result = try await store.load(record.id, now: samples.now)
                #expect(result == .ended)
            }
            // No replica is left to wait for.
            let last = try #require(records.last)
            let error = await #expect(throws: SessionStoreError.self) {
                try await store.end(last.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            }
            #expect(error?.code == .unavailable && error?.message.contains("0 replicas know it, not 1") == true)
            let result = try await store.load(last.id, now: samples.now)
            #expect(result == .ended, "it has ended all the same")
            let offset = try await replica.writtenOffset
            let repeated = await #expect(throws: SessionStoreError.self) {
                try await store.end(last.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            }
            #expect(repeated?.code == .unavailable, "and the very same ending waits for replicas as well")
            let after = try await replica.writtenOffset
            #expect(after > offset, "by a write of its own")
            try await primary.start()
            await primary.hasSaid("master_link_status:up", "INFO", "replication")
            let again = try await store.end(
                last.id, tombstoneUntil: samples.now + .minutes(2), now: samples.now + .seconds(1))
            #expect(!again, "once more, it is acknowledged")
            await client.shutdown()
        }
    }

    @Test("a primary that is gone costs the sessions of the others nothing: none of their requests gets a 503")
    func deadPrimary() async throws {
        try await OwnCluster.with(hasReplicas: false, options: { _ in ["--cluster-require-full-coverage", "no"] }) {
            cluster in
            let client = try cluster.client()
            let store = try RedisSessionStore(client)
            let harness = try Self.makeHarness(client)
            var browsers: [Int: [(String, TestBrowser)]] = [:]
            for number in 0..<60 {
                let name = "user \(number)"
                let browser = try await harness.loggedIn(name)
                let id = try #require(try await store.sessions(of: name, now: harness.clock.now).first?.id)
                let domain = store.failureDomain(of: id)
                #expect(domain >= 1)
                let owner = OwnCluster.number(of: RedisHashSlot.of(store.keys.session(id)))
                browsers[owner, default: []].append((name, browser))
            }
            #expect(browsers.count == OwnCluster.primaryCount)
            let dead = browsers.removeValue(forKey: 0) ?? []
            cluster.servers[0].kill()
            // First only those whose sessions are gone, for longer than any circuit takes to open.
            for (_, browser) in dead { await harness.expectOutage(browser, "a session of the primary that is gone") }
            let healthy = browsers.values.flatMap { $0 }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (_, browser) in dead {
                    group.addTask {
                        for _ in 0..<20 { await harness.expectOutage(browser, "a session of the primary that is gone") }
                    }
                }
                for (name, browser) in healthy {
                    group.addTask {
                        for _ in 0..<40 {
                            try await harness.expectServed(browser, name, "a session of another primary")
                            try await harness.visit(browser) { $0[.note] = "written" }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await client.shutdown()
        }
    }

    private static func makeHarness(_ client: RedisClusterClient) throws -> FailingHarness {
        try FailingHarness(try RedisSessionStore(client), clock: ManualClock(), deadline: .seconds(5))
    }
}

extension SessionKey<String?> {
    fileprivate static var note: Self { .init("note") }
}

extension OwnServer {
    /// Takes the place of the primary. On a busy machine the two may not come to an end in time, and begin anew.
    fileprivate func takeOver() async {
        while (try? await self.tell("ROLE").elements?.first?.text) != "master" {
            _ = try? await self.tell("CLUSTER", "FAILOVER")
        }
    }

    /// How much the server has written to its replicas, or would have.
    fileprivate var writtenOffset: Int {
        get async throws {
            let text = try #require(try await self.tell("INFO", "replication").text)
            let line = try #require(
                text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("master_repl_offset:") })
            return try #require(Int(line.dropFirst("master_repl_offset:".count)))
        }
    }

    /// Waits until a replica has all that there is.
    fileprivate func isReplicated() async {
        let wait = RedisCommand("WAIT", "1", "0")
        while (try? await self.tell(wait).integer) != 1 { await Task.yield() }
    }
}

extension OwnCluster {
    /// Moves a slot with all that is in it, as redis-cli does: key by key, while it is used.
    fileprivate func move(
        _ slot: Int,
        from source: OwnServer,
        to target: OwnServer,
        halfway: () async throws -> Void
    ) async throws {
        let sourceID = try #require(try await source.tell("CLUSTER", "MYID").text)
        let targetID = try #require(try await target.tell("CLUSTER", "MYID").text)
        try await target.tell("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", sourceID)
        try await source.tell("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", targetID)
        var moved = 0
        while let keys = try await source.tell("CLUSTER", "GETKEYSINSLOT", "\(slot)", "1").elements, !keys.isEmpty {
            for key in keys.compactMap(\.text) {
                try await source.tell("MIGRATE", "127.0.0.1", "\(target.port)", key, "0", "5000")
            }
            moved += 1
            if moved == 3 { try await halfway() }
        }
        for server in [target, source] + self.servers {
            try await server.tell("CLUSTER", "SETSLOT", "\(slot)", "NODE", targetID)
        }
    }
}
#endif
