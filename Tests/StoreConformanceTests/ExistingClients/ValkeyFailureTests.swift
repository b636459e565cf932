//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey && SQLite
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing
import Valkey

@testable import SessionsRedis
@testable import SessionsValkey

@Suite(
    "When a server of valkey-swift fails",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(5)))
struct ValkeyFailureTests {
    /// valkey-swift 1.4 forgets a promise when the first bytes of a server are no RESP. A debug build of SwiftNIO may
    /// take that for a fatal error, and the client may not end. The article of the product says so.
    private static let troubles = RedisTrouble.all.filter { $0.testDescription != "bytes come that are no reply" }

    /// A step of the store in Redis is several commands: what follows a lost reply is not sent.
    private static let clientRules = StoreClientConformance.rules.filter { $0.topic != .lostSteps }

    @Test(
        "over a ValkeyClient no user is logged out or taken for another, and afterwards all is as before",
        arguments: Self.troubles)
    func trouble(_ trouble: RedisTrouble) async throws {
        try await RedisFaultScenario.with { scenario in
            let server = try RedisConfiguration(url: "redis://127.0.0.1:\(scenario.proxy.port)")
            try await ValkeyClients.withClient(of: server) { try await Self.tell(of: trouble, scenario.over($0)) }
        }
    }

    @Test(
        "over a ValkeyClusterClient no user is logged out or taken for another, and afterwards all is as before",
        arguments: Self.troubles.filter(\.isOfClusters))
    func troubleOfCluster(_ trouble: RedisTrouble) async throws {
        try await RedisFaultScenario.withCluster { scenario in
            let cluster = try #require(scenario.cluster)
            try await ValkeyClients.withCluster(RedisClusterConfiguration(seeds: cluster.seeds)) { client in
                let executor = ValkeyClusterExecutor(client, commandDeadline: .seconds(4))
                try await Self.tell(of: trouble, scenario.over(executor))
            }
        }
    }

    private static func tell(of trouble: RedisTrouble, _ scenario: RedisFaultScenario) async throws {
        let harness = scenario.harness
        try await scenario.store.serves()
        try await harness.expectRecovery(
            leavesReading: trouble.leavesReading,
            leavesEndings: trouble.leavesEndings,
            closesConnections: true,
            begin: { try await trouble.begin(scenario) },
            end: {
                try await trouble.end(scenario)
                await scenario.cluster?.isWhole()
                try await scenario.store.serves()
                // A count asks every server. The pool of each connects again when it likes.
                while (try? await scenario.store.count(now: harness.clock.now)) == nil { await Task.yield() }
            }
        )
        #expect(try await scenario.store.count(now: harness.clock.now) == 1)
    }

    @Test("over a ValkeyClient an error reply fails each call, and makes no list empty", arguments: ErrorReply.all)
    func errorReply(_ reply: ErrorReply) async throws {
        try await RedisFaultScenario.with { scenario in
            let server = try RedisConfiguration(url: "redis://127.0.0.1:\(scenario.proxy.port)")
            try await ValkeyClients.withClient(of: server) { executor in
                try await scenario.over(executor).expectErrors(from: reply)
            }
        }
    }

    @Test(
        "over a ValkeyClusterClient an error reply fails each call, and makes no list empty", arguments: ErrorReply.all)
    func errorReplyOfCluster(_ reply: ErrorReply) async throws {
        try await RedisFaultScenario.withCluster { scenario in
            let cluster = try #require(scenario.cluster)
            try await ValkeyClients.withCluster(RedisClusterConfiguration(seeds: cluster.seeds)) { client in
                // It waits for a server that is loading until its deadline, at each call.
                let executor = ValkeyClusterExecutor(client, commandDeadline: .seconds(4))
                try await scenario.over(executor).expectErrors(from: reply)
            }
        }
    }

    @Test("the client of a store over a ValkeyClient keeps the rule", arguments: Self.clientRules)
    func lostReplies(_ rule: StoreClientRule) async throws {
        try await RedisFaultScenario.with { scenario in
            let server = try RedisConfiguration(url: "redis://127.0.0.1:\(scenario.proxy.port)")
            try await ValkeyClients.withClient(of: server, commandDeadline: .minutes(2), Self.patient) { executor in
                try await Self.check(rule, scenario, executor)
            }
        }
    }

    @Test("the client of a store over a ValkeyClusterClient keeps the rule", arguments: Self.clientRules)
    func lostRepliesOfCluster(_ rule: StoreClientRule) async throws {
        try await Self.withCluster {
            try await Self.check(rule, $0, ValkeyClusterExecutor($1, commandDeadline: .minutes(2)))
        }
    }

    @Test("a cluster client that repeats commands by itself does an ending twice, and the rule finds it")
    func repeatedByDefault() async throws {
        let rule = try #require(
            StoreClientConformance.rules.first {
                $0.name == "an ending whose reply was lost is not taken for another's"
            })
        try await Self.withCluster { scenario, client in
            await #expect(throws: ConformanceFailure.self) {
                try await Self.check(rule, scenario, RepeatingExecutor(client: client))
            }
        }
    }

    private static func withCluster(_ body: (RedisFaultScenario, ValkeyClusterClient) async throws -> Void) async throws
    {
        try await RedisFaultScenario.withCluster { scenario in
            let cluster = try #require(scenario.cluster)
            try await ValkeyClients.withCluster(RedisClusterConfiguration(seeds: cluster.seeds), Self.patient) {
                try await body(scenario, $0)
            }
        }
    }

    private static func patient(_ configuration: inout ValkeyClientConfiguration) {
        configuration.commandTimeout = .minutes(2)
        configuration.connectionPool.maximumConnectionSoftLimit = 1
        configuration.connectionPool.maximumConnectionHardLimit = 1
    }

    private static func check(
        _ rule: StoreClientRule,
        _ scenario: RedisFaultScenario,
        _ executor: any RedisCommandExecutor
    ) async throws {
        let store = scenario.over(executor).store
        try await store.serves()
        var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(scenario.server.port)")
        configuration.commandDeadline = .seconds(60)
        let direct = try RedisClient(configuration, logger: LogAudit.logger())
        let client = StoreClientUnderTest(
            store, observer: try RedisSessionStore(direct, configuration: store.configuration),
            holdReplies: { scenario.proxy.make(.slow(.hours(1))) },
            loseReplies: {
                scenario.proxy.make(.none)
                scenario.proxy.cutAll()
                // The pool may lease the closed connection once more.
                try await store.serves()
            }
        )
        try await rule.check(client)
        await direct.shutdown()
    }

    @Test("while a server is killed again and again, no command is executed twice")
    func killed() async throws {
        try await OwnServer.with(.valkey) { server in
            let configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(server.port)")
            try await ValkeyClients.withClient(of: configuration) { executor in
                try await self.count(by: executor, killing: server)
            }
        }
    }

    @Test("while a server of a cluster is killed again and again, no command is executed twice")
    func killedInCluster() async throws {
        try await OwnCluster.with(hasReplicas: false, options: { _ in ["--appendfsync", "always"] }) { cluster in
            try await ValkeyClients.withCluster(RedisClusterConfiguration(seeds: cluster.seeds)) { client in
                let server = cluster.servers[OwnCluster.number(of: RedisHashSlot.of("counter"))]
                let executor = ValkeyClusterExecutor(client, commandDeadline: .seconds(4))
                try await self.count(by: executor, killing: server)
            }
        }
    }

    private func count(by executor: any RedisCommandExecutor, killing server: OwnServer) async throws {
        let (run, increment) = (KillRun(), RedisCommand("INCR", "counter", key: "counter"))
        try await run.run(killCount: 5, interval: 200) { _ in
            do {
                _ = try await executor.execute(increment)
                return .acknowledged
            } catch let error as RedisError {
                return error.mayHaveRun ? .unknown : .notPerformed
            }
        } restart: {
            server.kill()
            try await server.start()
        }
        let text = try #require(try await executor.execute(RedisCommand("GET", "counter", key: "counter")).text)
        run.expect(counted: try #require(Int(text)))
    }

    @Test("while a slot moves, commands follow it, and each is executed once")
    func movingSlot() async throws {
        try await OwnCluster.with(hasReplicas: false) { cluster in
            try await ValkeyClients.withCluster(RedisClusterConfiguration(seeds: cluster.seeds)) { client in
                let executor = ValkeyClusterExecutor(client, commandDeadline: .seconds(10))
                let slot = RedisHashSlot.of("counter")
                let (from, to) = (
                    cluster.servers[OwnCluster.number(of: slot)], cluster.servers[(OwnCluster.number(of: slot) + 1) % 3]
                )
                let (fromID, toID) = (
                    try #require(try await from.tell("CLUSTER", "MYID").text),
                    try #require(try await to.tell("CLUSTER", "MYID").text)
                )
                let increment = RedisCommand("INCR", "counter", key: "counter")
                for _ in 0..<3 { _ = try await executor.execute(increment) }
                try await to.tell("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", fromID)
                try await from.tell("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", toID)
                for _ in 0..<3 { _ = try await executor.execute(increment) }
                try await from.tell("MIGRATE", "127.0.0.1", "\(to.port)", "counter", "0", "5000")
                // ASK
                for _ in 0..<3 { _ = try await executor.execute(increment) }
                for server in [to, from] + cluster.servers {
                    try await server.tell("CLUSTER", "SETSLOT", "\(slot)", "NODE", toID)
                }
                // MOVED
                for _ in 0..<3 { _ = try await executor.execute(increment) }
                #expect(try await executor.execute(increment) == .integer(13))
            }
        }
    }

    @Test("a cancelled command returns at once, and says that it was cancelled")
    func cancellation() async throws {
        try await RedisFaultScenario.with { scenario in
            let server = try RedisConfiguration(url: "redis://127.0.0.1:\(scenario.proxy.port)")
            try await ValkeyClients.withClient(of: server, commandDeadline: .minutes(2), Self.patient) { executor in
                _ = try await executor.execute(RedisCommand("GET", "a", key: "a"))
                scenario.proxy.make(.halfOpen)
                let begin = ContinuousClock.now
                let call = Task { try await executor.execute(RedisCommand("GET", "a", key: "a")) }
                while ContinuousClock.now - begin < .milliseconds(50) { await Task.yield() }
                call.cancel()
                await #expect(throws: CancellationError.self) { try await call.value }
                #expect(ContinuousClock.now - begin < .seconds(30))
                scenario.proxy.make(.none)
            }
        }
    }

    @Test("a command that is not answered ends by its deadline, and may have run")
    func deadline() async throws {
        try await RedisFaultScenario.with { scenario in
            let server = try RedisConfiguration(url: "redis://127.0.0.1:\(scenario.proxy.port)")
            try await ValkeyClients.withClient(of: server, commandDeadline: .milliseconds(300)) { executor in
                while (try? await executor.execute(RedisCommand("GET", "a", key: "a"))) == nil { await Task.yield() }
                scenario.proxy.make(.halfOpen)
                let error = await #expect(throws: RedisError.self) {
                    try await executor.execute(RedisCommand("GET", "a", key: "a"))
                }
                #expect(error?.code == .deadlineExceeded && error?.mayHaveRun == true)
                let engine = await #expect(throws: RedisError.self) {
                    try await SessionStoreDeadline.with(.now) {
                        try await executor.execute(RedisCommand("GET", "a", key: "a"))
                    }
                }
                #expect(engine?.code == .deadlineExceeded)
                scenario.proxy.make(.none)
            }
        }
    }
}

/// An executor that leaves repetitions to the client.
private struct RepeatingExecutor: RedisCommandExecutor {
    let client: ValkeyClusterClient

    func execute(_ command: RedisCommand) async throws -> RedisReply {
        try await ValkeyCall.perform(within: .minutes(2)) { call in
            try await call.translatingErrors {
                RedisReply(try await self.client.execute(SessionsCommand(command)))
            }
        }
    }
}

extension RedisFaultScenario {
    /// The same server and proxy, and a store over another client.
    fileprivate func over(_ executor: any RedisCommandExecutor) -> RedisFaultScenario {
        do {
            let store = try RedisSessionStore(executor, configuration: self.store.configuration)
            let harness = try FailingHarness(store, clock: self.harness.clock, deadline: .seconds(5))
            return RedisFaultScenario(
                server: self.server, proxy: self.proxy, store: store, harness: harness, cluster: self.cluster)
        } catch {
            Issue.record(error)
            return self
        }
    }
}
#endif
