//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import LogAudit
import Sessions
import SessionsTesting
import Synchronization
import Testing

@testable import SessionsRedis

@Suite("The client of a cluster", .timeLimit(.minutes(10)))
struct RedisClusterClientTests {
    private static let get = RedisCommand("GET", "foo", key: "foo")

    /// A clock that never moves and never waits: every pause is over at once.
    private static func patientClock(_ slept: @escaping @Sendable (Duration) -> Void = { _ in }) -> SessionClock {
        let clock = ManualClock()
        return SessionClock(now: { clock.now }, sleep: { slept($0) })
    }

    private static func failure(_ body: () async throws -> RedisReply) async throws -> RedisError {
        try await #require(throws: RedisError.self) { try await body() }
    }

    @Test(
        "a slot that has moved is asked for at its new place, at once and from then on, and the map is asked for once")
    func moved() async throws {
        let script: ScriptedCluster.Script = { _, server, cluster in
            server == 0 ? "-MOVED 12182 127.0.0.1:\(cluster.port(1))\r\n" : "+there\r\n"
        }
        try await ScriptedCluster.with(script) { cluster in
            let clock = ManualClock()
            let client = try cluster.client(clock: clock.sessionClock)
            let first = try await client.execute(Self.get)
            #expect(first.text == "there")
            #expect(cluster.takeHeard() == ["0.0 CLUSTER SHARDS", "0.0 GET foo", "1.0 GET foo"])
            // A map that was asked for a moment ago is not asked for again.
            let second = try await client.execute(Self.get)
            #expect(second.text == "there")
            #expect(cluster.takeHeard() == ["1.0 GET foo"])
            // Later the whole map is asked for, of the server that has the slot now.
            clock.advance(by: .seconds(1))
            let other = try await client.execute(RedisCommand("GET", "{foo}2", key: "{foo}2"))
            #expect(other.text == "there")
            let elsewhere = try await Self.failure { try await client.execute(RedisCommand("GET", "bar", key: "bar")) }
            #expect(elsewhere.code == .moved, "a redirection of another slot is none")
            await client.shutdown()
        }
    }

    @Test("a map that is old is replaced by that of the server the slot has moved to")
    func refreshed() async throws {
        let script: ScriptedCluster.Script = { command, server, cluster in
            let slot = command[1] == "bar" ? 5061 : 12_182
            return server == 0 ? "-MOVED \(slot) 127.0.0.1:\(cluster.port(1))\r\n" : "+there\r\n"
        }
        try await ScriptedCluster.with(script) { cluster in
            let clock = ManualClock()
            let client = try cluster.client(clock: clock.sessionClock)
            _ = try await client.primaries()
            clock.advance(by: .seconds(1))
            cluster.give(to: 1)
            _ = try await client.execute(Self.get)
            _ = try await client.execute(RedisCommand("GET", "bar", key: "bar"))
            #expect(
                cluster.takeHeard() == [
                    "0.0 CLUSTER SHARDS", "0.0 GET foo", "1.0 CLUSTER SHARDS", "1.0 GET foo", "1.0 GET bar",
                ])
            await client.shutdown()
        }
    }

    @Test("a slot that is moving is asked for where it moves to, by two commands with nothing in between")
    func ask() async throws {
        let script: ScriptedCluster.Script = { _, server, cluster in
            server == 0 ? "-ASK 12182 127.0.0.1:\(cluster.port(1))\r\n" : "+there\r\n"
        }
        try await ScriptedCluster.with(script) { cluster in
            let client = try cluster.client()
            _ = try await client.primaries()
            _ = cluster.takeHeard()
            try await withThrowingTaskGroup(of: RedisReply.self) { group in
                for _ in 0..<100 { group.addTask { try await client.execute(Self.get) } }
                for try await reply in group { #expect(reply.text == "there") }
            }
            let heard = cluster.takeHeard().filter { $0.hasPrefix("1.") }
            #expect(heard == Array(repeating: ["1.0 ASKING", "1.0 GET foo"], count: 100).flatMap { $0 })
            // It has not moved yet.
            _ = try await client.execute(Self.get)
            #expect(cluster.takeHeard() == ["0.0 GET foo", "1.0 ASKING", "1.0 GET foo"])
            await client.shutdown()
        }
    }

    @Test(
        "what is to be tried again is, after pauses that grow, and not for ever",
        arguments: ["TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN The cluster is down"])
    func tryAgain(_ error: String) async throws {
        let count = Mutex(0)
        let script: ScriptedCluster.Script = { command, _, _ in
            let number = count.withLock { count -> Int in
                count += 1
                return count
            }
            return command[1] == "foo" && number <= 3
                ? "-\(error)\r\n" : command[1] == "bar" ? "-\(error)\r\n" : "+done\r\n"
        }
        try await ScriptedCluster.with(script) { cluster in
            let pauses = Mutex<[Duration]>([])
            let clock = Self.patientClock { pause in pauses.withLock { $0.append(pause) } }
            let client = try cluster.client(clock: clock)
            let reply = try await client.execute(Self.get)
            #expect(reply.text == "done")
            #expect(pauses.withLock { $0 } == [.milliseconds(10), .milliseconds(20), .milliseconds(40)])
            let failure = try await Self.failure { try await client.execute(RedisCommand("GET", "bar", key: "bar")) }
            #expect([.tryAgain, .clusterDown].contains(failure.code) && !failure.mayHaveRun)
            #expect(count.withLock { $0 } == 4 + 7)
            await client.shutdown()
        }
    }

    @Test("servers that send a command to each other are followed a few times")
    func circle() async throws {
        let script: ScriptedCluster.Script = { _, server, cluster in
            "-MOVED 12182 127.0.0.1:\(cluster.port(1 - server))\r\n"
        }
        try await ScriptedCluster.with(script) { cluster in
            let client = try cluster.client { $0.maximumRedirections = 9 }
            let failure = try await Self.failure { try await client.execute(Self.get) }
            #expect(failure.code == .moved && !failure.mayHaveRun)
            #expect(cluster.takeHeard().count { $0.hasSuffix("GET foo") } == 10)
            await client.shutdown()
        }
    }

    @Test("a command whose reply did not come is not sent again, to no one")
    func neverTwice() async throws {
        let script: ScriptedCluster.Script = { _, _, _ in "garbage" }
        try await ScriptedCluster.with(script) { cluster in
            let client = try cluster.client()
            let failure = try await Self.failure {
                try await client.execute(RedisCommand("SET", "foo", "1", key: "foo"))
            }
            #expect(failure.code == .connectionClosed && failure.mayHaveRun)
            #expect(cluster.takeHeard() == ["0.0 CLUSTER SHARDS", "0.0 SET foo 1"])
            await client.shutdown()
        }
    }

    @Test("a server from before Redis 7 is asked for the slots, and one of seeds that are dead is enough")
    func oldServersAndDeadSeeds() async throws {
        try await ScriptedCluster.with({ _, _, _ in "+here\r\n" }) { cluster in
            cluster.answerMap("-ERR Unknown subcommand or wrong number of arguments for 'shards'\r\n")
            let client = try cluster.client { configuration in
                // No server listens there.
                let dead = (1...5).map { RedisConfiguration.Address.host("127.0.0.1", port: $0) }
                configuration.seeds = dead + configuration.seeds
            }
            let reply = try await client.execute(Self.get)
            #expect(reply.text == "here")
            #expect(cluster.takeHeard() == ["0.0 CLUSTER SHARDS", "0.0 CLUSTER SLOTS", "0.0 GET foo"])
            await client.shutdown()
        }
    }

    @Test(
        "a map that makes no sense, and a server that is in no cluster, are refused in words",
        arguments: [
            ("*0\r\n", "no server has any slots"), ("+OK\r\n", "shards are no list"),
            ("-ERR This instance has cluster support disabled\r\n", "there is RedisClient"),
            ("*1\r\n%2\r\n+slots\r\n*2\r\n:0\r\n:99999\r\n+nodes\r\n*0\r\n", "no server has any slots"),
        ])
    func hostileMaps(text: String, words: String) async throws {
        try await ScriptedCluster.with({ _, _, _ in "+here\r\n" }) { cluster in
            cluster.answerMap(text)
            let disabled = text.contains("disabled")
            let client = try cluster.client()
            if disabled {
                // The old question is answered here, as no real server does, and then it is a cluster.
                let reply = try await client.execute(Self.get)
                #expect(reply.text == "here")
            } else {
                let failure = try await Self.failure { try await client.execute(Self.get) }
                #expect(failure.code == .protocolViolation && !failure.mayHaveRun)
                #expect(failure.message.contains(words), "\(failure)")
            }
            await client.shutdown()
        }
    }

    @Test("the replicas are waited for on the connection of the write and directly after it, and no one else waits")
    func wait() async throws {
        let script: ScriptedCluster.Script = { command, server, cluster in
            if command[0] == "WAIT" { return ":1\r\n" }
            return server == 0 ? "-MOVED 12182 127.0.0.1:\(cluster.port(1))\r\n" : "+done\r\n"
        }
        try await ScriptedCluster.with(script) { cluster in
            let client = try cluster.client()
            let command = RedisCommand("SET", "foo", "1", key: "foo")
            let done = try await client.execute(command, replicas: 2, within: .milliseconds(300))
            #expect(done == RedisReplicatedReply(reply: .simpleString("done"), replicaCount: 1))
            _ = try await client.execute(Self.get)
            #expect(
                cluster.takeHeard() == [
                    "0.0 CLUSTER SHARDS", "0.1 SET foo 1", "0.1 WAIT 2 300", "1.0 SET foo 1", "1.0 WAIT 2 300",
                    "1.1 GET foo",
                ])
            await client.shutdown()
        }
    }

    @Test("a cluster that does not answer takes no longer than a command may, with all that it tries")
    func deadline() async throws {
        try await ScriptedCluster.with({ _, server, cluster in
            server == 0 ? "-MOVED 12182 127.0.0.1:\(cluster.port(1))\r\n" : nil
        }) { cluster in
            let client = try cluster.client { $0.server.commandDeadline = .seconds(4) }
            let begin = ContinuousClock.now
            let failure = try await Self.failure { try await client.execute(Self.get) }
            #expect(failure.code == .deadlineExceeded && failure.mayHaveRun)
            #expect(ContinuousClock.now - begin < .seconds(30))
            await client.shutdown()
        }
    }

    @Test("after a shutdown there are no commands, and no new connections")
    func shutdown() async throws {
        try await ScriptedCluster.with({ _, _, _ in "+here\r\n" }) { cluster in
            let client = try cluster.client()
            _ = try await client.execute(Self.get)
            await client.shutdown()
            let failure = try await Self.failure { try await client.execute(Self.get) }
            #expect(failure.code == .shutDown && !failure.mayHaveRun)
        }
    }
}
#endif
