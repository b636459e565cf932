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

@Suite("The client of what Sentinel watches", .timeLimit(.minutes(10)))
struct RedisSentinelClientTests {
    private static let get = RedisCommand("GET", "foo", key: "foo")

    /// Two servers, and a Sentinel that says which one is the primary.
    private final class FaultScenario: Sendable {
        let ports = Mutex([0, 0])
        let primary = Mutex(0)
        /// What Sentinel says, which may be behind.
        let said = Mutex(0)
        let roles = Mutex(["master", "slave"])
        let heard = Mutex<[String]>([])
    }

    private static func server(_ number: Int, _ scenario: FaultScenario) -> ScriptedServer.Script {
        { command, connection in
            scenario.heard.withLock { $0.append("\(number) \(command.joined(separator: " "))") }
            let role = scenario.roles.withLock { $0[number] }
            if command == ["ROLE"] { return connection.send("*3\r\n+\(role)\r\n:0\r\n*0\r\n") }
            if role == "slave" { return connection.send("-READONLY You can't write against a read only replica.\r\n") }
            if role == "dead" { return connection.close() }
            connection.send("+\(number)\r\n")
        }
    }

    private static func sentinel(_ scenario: FaultScenario) -> ScriptedServer.Script {
        { command, connection in
            guard command == ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"] else { return connection.send("*-1\r\n") }
            scenario.heard.withLock { $0.append("asked") }
            let port = scenario.ports.withLock { ports in ports[scenario.said.withLock { $0 }] }
            connection.send("*2\r\n$9\r\n127.0.0.1\r\n+\(port)\r\n")
        }
    }

    private static func with(
        name: String = "main",
        _ body: (FaultScenario, RedisSentinelClient, ManualClock) async throws -> Void
    ) async throws {
        let scenario = FaultScenario()
        try await ScriptedServer.with(self.server(0, scenario)) { first in
            try await ScriptedServer.with(self.server(1, scenario)) { second in
                try await ScriptedServer.with(self.sentinel(scenario)) { sentinel in
                    scenario.ports.withLock { $0 = [first.port, second.port] }
                    // No server listens at the first.
                    var configuration = RedisSentinelConfiguration(
                        sentinels: [.host("127.0.0.1", port: 1), .host("127.0.0.1", port: sentinel.port)], name: name)
                    configuration.server = first.configuration
                    configuration.sentinel = sentinel.configuration
                    // Other tests run beside these.
                    configuration.sentinel.connectDeadline = .seconds(60)
                    configuration.sentinel.commandDeadline = .seconds(60)
                    let clock = ManualClock()
                    let client = try RedisSentinelClient(
                        configuration, clock: clock.sessionClock, logger: LogAudit.logger())
                    try await body(scenario, client, clock)
                    await client.shutdown()
                }
            }
        }
    }

    @Test("Sentinel says who the primary is, the primary says so itself, and then both are believed")
    func primary() async throws {
        try await Self.with { scenario, client, _ in
            for _ in 0..<3 {
                let reply = try await client.execute(Self.get)
                #expect(reply.text == "0")
            }
            #expect(scenario.heard.withLock { $0 } == ["asked", "0 ROLE", "0 GET foo", "0 GET foo", "0 GET foo"])
        }
    }

    @Test("a primary that became a replica refuses, and the command goes to the new primary")
    func switched() async throws {
        try await Self.with { scenario, client, clock in
            _ = try await client.execute(Self.get)
            clock.advance(by: .seconds(1))
            scenario.roles.withLock { $0 = ["slave", "master"] }
            scenario.said.withLock { $0 = 1 }
            let reply = try await client.execute(Self.get)
            #expect(reply.text == "1")
            #expect(scenario.heard.withLock { $0.suffix(4) } == ["0 GET foo", "asked", "1 ROLE", "1 GET foo"])
        }
    }

    @Test("a Sentinel that is behind leads to no replica: nothing is read there and nothing written")
    func behind() async throws {
        try await Self.with { scenario, client, clock in
            scenario.roles.withLock { $0 = ["slave", "master"] }
            let failure = await #expect(throws: RedisError.self) { try await client.execute(Self.get) }
            #expect(failure?.code == .notConnected && failure?.mayHaveRun == false)
            #expect((failure?.underlying as? RedisError)?.code == .readOnly)
            #expect(!scenario.heard.withLock { $0 }.contains("0 GET foo"))
            scenario.said.withLock { $0 = 1 }
            clock.advance(by: .seconds(5))
            let reply = try await client.execute(Self.get)
            #expect(reply.text == "1")
        }
    }

    @Test("a command whose reply did not come is not sent again; the next one finds the new primary")
    func killed() async throws {
        try await Self.with { scenario, client, clock in
            _ = try await client.execute(Self.get)
            scenario.roles.withLock { $0 = ["dead", "master"] }
            let failure = await #expect(throws: RedisError.self) { try await client.execute(Self.get) }
            #expect(failure?.code == .connectionClosed && failure?.mayHaveRun == true)
            scenario.said.withLock { $0 = 1 }
            clock.advance(by: .seconds(5))
            let reply = try await client.execute(Self.get)
            #expect(reply.text == "1")
            #expect(scenario.heard.withLock { $0.count { $0 == "1 GET foo" } } == 1)
        }
    }

    /// What a Sentinel says: the port of the primary, and the epoch of its configuration.
    private final class Said: Sendable {
        let facts = Mutex((port: 0, epoch: 0))

        func set(_ port: Int, epoch: Int) { self.facts.withLock { $0 = (port, epoch) } }
    }

    private static func sentinel(_ said: Said) -> ScriptedServer.Script {
        { command, connection in
            let (port, epoch) = said.facts.withLock { $0 }
            switch command.prefix(2) {
            case ["SENTINEL", "MASTER"]: connection.send("*2\r\n+config-epoch\r\n+\(epoch)\r\n")
            case ["SENTINEL", "GET-MASTER-ADDR-BY-NAME"]:
                connection.send("*2\r\n$9\r\n127.0.0.1\r\n+\(port)\r\n")
            default: connection.send("*-1\r\n")
            }
        }
    }

    @Test("the newest configuration is believed, whichever Sentinel has it, and those that are behind change nothing")
    func newestEpoch() async throws {
        let (scenario, said) = (FaultScenario(), [Said(), Said()])
        scenario.roles.withLock { $0 = ["master", "master"] }
        try await ScriptedServer.with(Self.server(0, scenario)) { old in
            try await ScriptedServer.with(Self.server(1, scenario)) { new in
                for one in said { one.set(old.port, epoch: 1) }
                try await ScriptedServer.with(Self.sentinel(said[0])) { first in
                    try await ScriptedServer.with(Self.sentinel(said[1])) { second in
                        var configuration = RedisSentinelConfiguration(
                            sentinels: [first, second].map { .host("127.0.0.1", port: $0.port) }, name: "main")
                        configuration.server = old.configuration
                        configuration.sentinel = first.configuration
                        let clock = ManualClock()
                        let client = try RedisSentinelClient(
                            configuration, clock: clock.sessionClock, logger: LogAudit.logger())
                        let service = Task { try await client.run() }
                        let before = try await client.execute(Self.get)
                        #expect(before.text == "0")
                        // One of the two knows of the failover; the former primary answers as ever.
                        said[1].set(new.port, epoch: 2)
                        var reply = before
                        while reply.text == "0" {
                            clock.advance(by: .milliseconds(250))
                            reply = try await client.execute(Self.get)
                        }
                        for _ in 0..<20 {
                            clock.advance(by: .milliseconds(250))
                            let later = try await client.execute(Self.get)
                            #expect(later.text == "1")
                        }
                        service.cancel()
                        _ = try? await service.value
                        await client.shutdown()
                    }
                }
            }
        }
    }

    @Test("a name that Sentinel does not know is refused in words")
    func unknownName() async throws {
        try await Self.with(name: "another") { _, client, _ in
            let failure = await #expect(throws: RedisError.self) { try await client.execute(Self.get) }
            #expect(failure?.code == .configuration && failure?.mayHaveRun == false)
            #expect(failure?.message.contains("sentinel monitor") == true)
        }
    }
}
#endif
