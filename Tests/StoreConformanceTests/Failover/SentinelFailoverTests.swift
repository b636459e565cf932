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
import Synchronization
import TestSupport
import Testing

@testable import SessionsRedis

@Suite(
    "Servers that Sentinel watches",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(10)))
struct SentinelFailoverTests {
    /// A primary, its replica, and three servers of Sentinel.
    private struct FaultScenario: Sendable {
        let primary: OwnServer
        let replica: OwnServer
        let sentinels: [OwnServer]

        static func with(_ body: (FaultScenario) async throws -> Void) async throws {
            let engine = SharedServer.clusterEngine
            try await OwnServer.with(engine, options: ["--appendfsync", "no"]) { primary in
                let options = ["--replicaof", "127.0.0.1", "\(primary.port)", "--appendfsync", "no"]
                try await OwnServer.with(engine, options: options) { replica in
                    await replica.hasSaid("master_link_status:up", "INFO", "replication")
                    try await TemporaryFolder.with { folder in
                        var sentinels: [OwnServer] = []
                        defer { for sentinel in sentinels { sentinel.kill() } }
                        for number in 0..<3 {
                            sentinels.append(try await self.sentinel(number, of: primary, in: folder))
                        }
                        for sentinel in sentinels { await sentinel.hasSaid("OK 3", "SENTINEL", "CKQUORUM", "main") }
                        try await body(FaultScenario(primary: primary, replica: replica, sentinels: sentinels))
                    }
                }
            }
        }

        private static func sentinel(
            _ number: Int,
            of primary: OwnServer,
            in folder: TemporaryFolder
        ) async throws -> OwnServer {
            let port = try await OwnServer.freePort()
            let path = folder.path("sentinel-\(number).conf")
            let text = """
                port \(port)
                bind 127.0.0.1
                dir \(folder.path(""))
                sentinel monitor main 127.0.0.1 \(primary.port) 2
                sentinel down-after-milliseconds main 1000
                sentinel failover-timeout main 4000

                """
            try Data(text.utf8).write(to: URL(filePath: path))
            let sentinel = try OwnServer(sentinelOf: SharedServer.clusterEngine, configuration: path, port: port)
            try await sentinel.start(until: "+monitor master main")
            return sentinel
        }

        func client() throws -> RedisSentinelClient {
            var configuration = RedisSentinelConfiguration(
                sentinels: self.sentinels.map { .host("127.0.0.1", port: $0.port) }, name: "main")
            configuration.server.connectDeadline = .milliseconds(1500)
            configuration.server.commandDeadline = .milliseconds(2500)
            return try RedisSentinelClient(configuration, logger: LogAudit.logger())
        }
    }

    /// Logs users out one after another while Sentinel lets another server be the primary.
    ///
    /// - Returns: For each logout when it was acknowledged, counted from the order on, and whether the user is logged
    ///   in again afterwards.
    private static func logouts(
        _ scenario: FaultScenario,
        waitingForReplicas: Bool
    ) async throws -> [(at: Duration, isUndone: Bool)] {
        let client = try scenario.client()
        let service = Task { try await client.run() }
        var configuration = RedisStoreConfiguration()
        if waitingForReplicas { configuration.logoutReplication = .replicas(1, within: .milliseconds(300)) }
        let store = try RedisSessionStore(client, configuration: configuration)
        let samples = SampleRecords()
        let records = (0..<3_000).map { samples.record(subject: "user \($0)") }
        for record in records { try await store.create(record, now: samples.now) }
        let wait = RedisCommand("WAIT", "1", "0")
        while (try? await scenario.primary.tell(wait).integer) != 1 { await Task.yield() }

        let begin = ContinuousClock.now
        let order = Task { try await scenario.sentinels[1].tell("SENTINEL", "FAILOVER", "main") }
        var ended: [(SessionID, Duration)] = []
        // Until the former primary is a replica, and some more by the new one.
        var (isOver, rest) = (false, 20)
        for record in records where rest > 0 || ended.count < 60 {
            while true {
                let end = samples.now + .hours(1)
                // One that was thrown before may have ended all the same: it is acknowledged now.
                if (try? await store.end(record.id, tombstoneUntil: end, now: samples.now)) != nil {
                    ended.append((record.id, ContinuousClock.now - begin))
                    break
                }
                await Task.yield()
            }
            if isOver { rest -= 1 }
            // Sentinel closes the connections of the former primary, this one too: the next look opens its own.
            let replication = try? await scenario.primary.tell("INFO", "replication")
            isOver = isOver || replication?.text?.contains("role:slave") == true
        }
        _ = try await order.value
        await scenario.replica.hasSaid("role:master", "INFO", "replication")
        await scenario.primary.hasSaid("master_link_status:up", "INFO", "replication")
        var logouts: [(Duration, Bool)] = []
        for (id, at) in ended {
            let result = try await store.load(id, now: samples.now)
            logouts.append((at, result != .ended))
        }
        service.cancel()
        _ = try? await service.value
        await client.shutdown()
        return logouts
    }

    @Test("an ordered failover undoes no logout that waited for a replica")
    func orderedWithReplication() async throws {
        try await FaultScenario.with { scenario in
            let logouts = try await Self.logouts(scenario, waitingForReplicas: true)
            #expect(logouts.count >= 60)
            #expect(!logouts.contains { $0.isUndone })
        }
    }

    @Test("an ordered failover undoes the logouts of less than a second or so where none waits for replicas")
    func orderedWithoutReplication() async throws {
        try await FaultScenario.with { scenario in
            let logouts = try await Self.logouts(scenario, waitingForReplicas: false)
            #expect(logouts.count >= 60)
            let undone = logouts.filter(\.isUndone).map(\.at)
            let window = (undone.max() ?? .zero) - (undone.min() ?? .zero)
            print("An ordered failover: \(logouts.count) logouts, \(undone.count) undone, within \(window).")
            #expect(window < .milliseconds(1_500))
        }
    }

    @Test("no server accepts a session from its near cache after its ending while another server becomes the primary")
    func nearCaches() async throws {
        try await FaultScenario.with { scenario in
            let clients = [try scenario.client(), try scenario.client()]
            let services = clients.map { client in Task { try await client.run() } }
            var configuration = RedisStoreConfiguration()
            configuration.logoutReplication = .replicas(1, within: .milliseconds(300))
            let stores = try clients.map { client in
                try RedisSessionStore(
                    client, configuration: configuration, nearCache: .leased(.milliseconds(60), maximumCount: 1_000))
            }
            for store in stores { try await store.getLease() }
            let tally = try await EndingRun(stores).run(clients: 16, each: 60) { number in
                try await Task.sleep(for: .milliseconds(500))
                guard number == 1 else { return }
                try await scenario.sentinels[1].tell("SENTINEL", "FAILOVER", "main")
                await scenario.replica.hasSaid("role:master", "INFO", "replication")
            }
            print("A failover under near caches: \(tally)")
            #expect(try await scenario.replica.tell("ROLE").elements?.first?.text == "master")
            #expect(tally.endingCount == 960)
            #expect(tally.acceptedCount == 0)
            #expect(tally.hitCount > 500, "otherwise nothing was tested")
            for store in stores { try await store.getLease() }
            for service in services { service.cancel() }
            for service in services { _ = try? await service.value }
        }
    }

    @Test("a primary that Sentinel watches is killed, and a server of Sentinel with it: what a replica had is not lost")
    func killed() async throws {
        try await FaultScenario.with { scenario in
            let client = try scenario.client()
            let store = try RedisSessionStore(client)
            let run = try await CounterRun(store, client)
            let visitors = try await Visitors(
                4, on: try FailingHarness(store, clock: ManualClock(), deadline: .seconds(5)))
            let tally = Mutex(CounterRun.Tally())
            try await visitors.visit {
                let all = try await run.run(clients: 16, each: 100, eventAfter: 300) {
                    scenario.sentinels[0].kill()
                    scenario.primary.kill()
                }
                tally.withLock { $0 = all }
            }
            let (all, count) = (tally.withLock { $0 }, try await run.count)
            #expect(all.wrong == [])
            #expect(all.acknowledged == 1_600)
            #expect(all.replicated > 0 && all.unanswered > 0 && all.afterwards > 0)
            #expect(all.bounds.contains(count), "\(count) is not in \(all.bounds)")
            try await visitors.expectAllServed("by the new primary")
            await client.shutdown()
        }
    }

    @Test(
        "Sentinel lets another server be the primary: nothing that was acknowledged is lost, and no one writes to the old"
    )
    func planned() async throws {
        try await FaultScenario.with { scenario in
            let client = try scenario.client()
            let store = try RedisSessionStore(client)
            let run = try await CounterRun(store, client)
            let tally = try await run.run(clients: 16, each: 100, eventAfter: 300) {
                try await scenario.sentinels[1].tell("SENTINEL", "FAILOVER", "main")
                await scenario.replica.hasSaid("role:master", "INFO", "replication")
                await scenario.primary.hasSaid("role:slave", "INFO", "replication")
            }
            let count = try await run.count
            #expect(tally.wrong == [])
            #expect(tally.acknowledged == 1_600)
            #expect(tally.bounds.contains(count), "\(count) is not in \(tally.bounds)")
            // With the old primary there is no way to be served from it.
            scenario.primary.kill()
            let still = try await run.count
            #expect(still == count)
            await client.shutdown()
        }
    }
}
#endif
