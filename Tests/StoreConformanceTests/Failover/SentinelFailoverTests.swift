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
import Testing

@testable import SessionsRedis

@Suite(
    "Servers that Sentinel watches",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(5)))
struct SentinelFailoverTests {
    /// A primary, its replica, and three servers of Sentinel.
    private struct Scene: Sendable {
        let primary: OwnServer
        let replica: OwnServer
        let sentinels: [OwnServer]

        static func with(_ body: (Scene) async throws -> Void) async throws {
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
                        try await body(Scene(primary: primary, replica: replica, sentinels: sentinels))
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

    @Test("a primary that Sentinel watches is killed, and a server of Sentinel with it: what a replica had is not lost")
    func killed() async throws {
        try await Scene.with { scene in
            let client = try scene.client()
            let store = try RedisSessionStore(client)
            let run = try await CounterRun(store, client)
            let visitors = try await Visitors(
                4, on: try FailingSite(store, clock: ManualClock(), deadline: .seconds(5)))
            let tally = Mutex(CounterRun.Tally())
            try await visitors.visit {
                let all = try await run.run(clients: 16, each: 100, eventAfter: 300) {
                    scene.sentinels[0].kill()
                    scene.primary.kill()
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
        "Sentinel lets another server be the primary: nothing that was acknowledged is lost, and nobody writes to the old"
    )
    func planned() async throws {
        try await Scene.with { scene in
            let client = try scene.client()
            let store = try RedisSessionStore(client)
            let run = try await CounterRun(store, client)
            let tally = try await run.run(clients: 16, each: 100, eventAfter: 300) {
                try await scene.sentinels[1].tell("SENTINEL", "FAILOVER", "main")
                await scene.replica.hasSaid("role:master", "INFO", "replication")
                await scene.primary.hasSaid("role:slave", "INFO", "replication")
            }
            let count = try await run.count
            #expect(tally.wrong == [])
            #expect(tally.acknowledged == 1_600)
            #expect(tally.bounds.contains(count), "\(count) is not in \(tally.bounds)")
            // With the old primary there is no way to be served from it.
            scene.primary.kill()
            let still = try await run.count
            #expect(still == count)
            await client.shutdown()
        }
    }
}
#endif
