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

@testable import SessionsRedis

/// A cluster of two scripted servers: the first has all slots, until a test says something else.
struct ScriptedCluster: Sendable {
    /// Answers a command that is not about the map. Servers are numbered 0 and 1.
    typealias Script = @Sendable (_ command: [String], _ server: Int, _ cluster: ScriptedCluster) -> String?

    /// What the servers have heard and say.
    final class State: Sendable {
        let ports = Mutex([0, 0])
        let owner = Mutex(0)
        let heard = Mutex<[String]>([])
        let map = Mutex<String?>(nil)
    }

    let state = State()

    static func with<Result>(_ script: @escaping Script, _ body: (ScriptedCluster) async throws -> Result) async throws
        -> Result
    {
        let cluster = ScriptedCluster()
        return try await ScriptedServer.with(cluster.answers(0, script)) { first in
            try await ScriptedServer.with(cluster.answers(1, script)) { second in
                cluster.state.ports.withLock { $0 = [first.port, second.port] }
                return try await body(cluster)
            }
        }
    }

    private func answers(_ server: Int, _ script: @escaping Script) -> ScriptedServer.Script {
        { command, connection in
            self.state.heard.withLock { $0.append("\(server).\(connection.number) \(command.joined(separator: " "))") }
            if command == ["ASKING"] { return connection.send("+OK\r\n") }
            guard command.first != "CLUSTER" else {
                if command[1] == "SLOTS" { return connection.send(self.slots) }
                return connection.send(self.state.map.withLock { $0 } ?? self.shards)
            }
            if let reply = script(command, server, self) { connection.send(reply) }
        }
    }

    /// Gives all slots to a server.
    func give(to server: Int) { self.state.owner.withLock { $0 = server } }

    /// Lets `CLUSTER SHARDS` be answered with something else.
    func answerMap(_ text: String) { self.state.map.withLock { $0 = text } }

    func port(_ server: Int) -> Int { self.state.ports.withLock { $0[server] } }

    /// What was heard since the last time: the server, the connection, and the command.
    func takeHeard() -> [String] {
        self.state.heard.withLock { heard in
            defer { heard = [] }
            return heard
        }
    }

    private var shards: String {
        let port = self.port(self.state.owner.withLock { $0 })
        return """
            *1\r\n%2\r\n+slots\r\n*2\r\n:0\r\n:16383\r\n+nodes\r\n*1\r\n%4\r\n+port\r\n:\(port)\r\n+endpoint\r\n\
            +127.0.0.1\r\n+role\r\n+master\r\n+health\r\n+online\r\n
            """
    }

    private var slots: String {
        let port = self.port(self.state.owner.withLock { $0 })
        return "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n+127.0.0.1\r\n:\(port)\r\n+id\r\n"
    }

    /// A client with one connection to each server, which knows the first one alone.
    func client(
        clock: SessionClock = ManualClock().sessionClock,
        _ change: (inout RedisClusterConfiguration) -> Void = { _ in }
    ) throws -> RedisClusterClient {
        var configuration = RedisClusterConfiguration(seeds: [.host("127.0.0.1", port: self.port(0))])
        configuration.server.connectionCount = 1
        configuration.server.connectDeadline = .seconds(20)
        configuration.server.commandDeadline = .seconds(20)
        change(&configuration)
        return try RedisClusterClient(configuration, clock: clock, logger: LogAudit.logger())
    }
}
#endif
