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
import TestSupport
import Testing

@testable import SessionsRedis

/// A harness on its own server, with a proxy in between, so that a test can cause every fault.
struct RedisFaultScenario: Sendable {
    let server: OwnServer
    let proxy: TroublesomeProxy
    let store: RedisSessionStore
    let harness: FailingHarness
    /// What the server is one of; nil when it is alone.
    var cluster: OwnCluster?

    static func with<Result>(
        _ kind: SharedServer = .redis,
        nearCache: RedisNearCache = .off,
        _ body: (RedisFaultScenario) async throws -> Result
    ) async throws -> Result {
        try await OwnServer.with(kind) { server in
            try await TroublesomeProxy.with(to: server.port) { proxy in
                let clock = ManualClock()
                var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(proxy.port)")
                // Short, because the tests wait for them, and no shorter than a busy machine needs. An attempt to
                // connect is over before the command that wanted it, so that nothing of a trouble is left when it has
                // ended.
                configuration.connectDeadline = .milliseconds(1500)
                configuration.commandDeadline = .milliseconds(2500)
                let client = try RedisClient(configuration, clock: clock.sessionClock, logger: LogAudit.logger())
                let store = try RedisSessionStore(client, nearCache: nearCache)
                let harness = try FailingHarness(store, clock: clock, deadline: .seconds(5))
                let scenario = RedisFaultScenario(server: server, proxy: proxy, store: store, harness: harness)
                let result = try await body(scenario)
                await client.shutdown()
                return result
            }
        }
    }

    /// The same on a cluster: all sessions are on one of its three primaries, to which all of it happens.
    static func withCluster<Result>(_ body: (RedisFaultScenario) async throws -> Result) async throws -> Result {
        let number = OwnCluster.number(of: RedisHashSlot.of("{sessions}"))
        let port = try await OwnServer.freePort()
        return try await TroublesomeProxy.with(to: port) { proxy in
            // The others say that the server is where the proxy is.
            let announced = [
                "--cluster-announce-port", "\(proxy.port)", "--cluster-announce-bus-port", "\(port + 10_000)",
            ]
            return try await OwnCluster.with(
                hasReplicas: false, port: { $0 == number ? port : nil }, options: { $0 == number ? announced : [] }
            ) { cluster in
                let clock = ManualClock()
                let client = try cluster.client(clock: clock.waitingClock) { configuration in
                    configuration.seeds.remove(at: number)
                }
                var configuration = RedisStoreConfiguration()
                configuration.prefix = "{sessions}:"
                let store = try RedisSessionStore(client, configuration: configuration)
                let harness = try FailingHarness(store, clock: clock, deadline: .seconds(5))
                let scenario = RedisFaultScenario(
                    server: cluster.servers[number], proxy: proxy, store: store, harness: harness, cluster: cluster)
                let result = try await body(scenario)
                await client.shutdown()
                return result
            }
        }
    }

    /// Waits until no record in a near cache may be used.
    func outlastLease() async {
        while self.store.hasLease { await Task.yield() }
    }

    /// A key that is where the sessions are.
    func key(_ name: String) -> String { "{sessions}\(name)" }

    /// The bytes at the key of a session.
    func entry(of id: SessionID) async throws -> [UInt8] {
        try await self.server.tell("GET", "sessions:\(id)").bytes ?? []
    }
}

/// Something that happens to a server or to the way there, and its end.
struct RedisTrouble: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Whether what only reads goes on.
    var leavesReading = false
    /// Whether sessions end as ever.
    var leavesEndings = false
    /// Whether it can happen to a server of a cluster.
    var isOfClusters = true
    let begin: @Sendable (RedisFaultScenario) async throws -> Void
    let end: @Sendable (RedisFaultScenario) async throws -> Void

    static let all = ofTheServer + ofTheWay

    private static let ofTheServer = [
        RedisTrouble(
            testDescription: "it is killed, and started again",
            begin: { $0.server.kill() },
            end: { try await $0.server.start() }
        ),
        RedisTrouble(
            testDescription: "it is frozen, and thaws",
            begin: { $0.server.freeze() },
            end: { $0.server.thaw() }
        ),
        RedisTrouble(
            testDescription: "it still reads its data (LOADING)",
            begin: { scenario in
                // Keys that are large enough for the server to look up from its reading at each of them, and so many
                // that it reads for a minute unless it is told otherwise. A client that waits for it waits until its
                // deadline, several times.
                let text = String((0..<6000).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" })
                let fillers = (0..<600).flatMap { key in
                    [RedisArgument(scenario.key("filler \(key)")), RedisArgument(text)]
                }
                _ = try await scenario.server.tell(RedisCommand("MSET", fillers))
                try await scenario.server.tell("SAVE")
                scenario.server.kill()
                try await scenario.server.start(
                    [
                        "--appendonly", "no", "--rdbcompression", "no", "--key-load-delay", "100000",
                        "--loading-process-events-interval-bytes", "1024",
                    ],
                    until: "Server initialized"
                )
            },
            end: { scenario in
                try await scenario.server.tell("CONFIG", "SET", "key-load-delay", "0")
                while true {
                    do {
                        try await scenario.server.tell("PING")
                        return
                    } catch let error as RedisError where error.code == .loading {
                        continue
                    }
                }
            }
        ),
        RedisTrouble(
            testDescription: "it becomes a replica (READONLY)",
            leavesReading: true,
            isOfClusters: false,
            begin: { try await $0.server.tell("REPLICAOF", "127.0.0.1", "1") },
            end: { try await $0.server.tell("REPLICAOF", "NO", "ONE") }
        ),
        RedisTrouble(
            testDescription: "its memory is full (OOM)",
            leavesReading: true,
            leavesEndings: true,
            begin: { try await $0.server.tell("CONFIG", "SET", "maxmemory", "1") },
            end: { try await $0.server.tell("CONFIG", "SET", "maxmemory", "0") }
        ),
        RedisTrouble(
            testDescription: "its replicas are gone (NOREPLICAS)",
            leavesReading: true,
            begin: { try await $0.server.tell("CONFIG", "SET", "min-replicas-to-write", "1") },
            end: { try await $0.server.tell("CONFIG", "SET", "min-replicas-to-write", "0") }
        ),
    ]

    private static let ofTheWay = [
        Self.way("every connection is closed", .cut),
        Self.way("connections are half open: nothing comes back", .halfOpen),
        Self.way("replies come later than the deadline", .slow(.seconds(6))),
        Self.way("replies are cut in the middle", .cutInTheMiddle(after: 4)),
        Self.way("bytes come that are no reply", .instead([0xFF, 0, 0x0D, 0x0A, 0x24, 0x2D])),
        Self.way("replies claim to be endless", .instead(Array("$99999999999999\r\n".utf8))),
        Self.way("the server says that it does not know the command", .instead(Array("-ERR unknown command\r\n".utf8))),
    ]

    private static func way(_ description: String, _ trouble: TroublesomeProxy.Trouble) -> RedisTrouble {
        RedisTrouble(
            testDescription: description,
            begin: { $0.proxy.make(trouble) },
            end: { $0.proxy.make(.none) }
        )
    }
}
#endif
