//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Testing

@testable import SessionsRedis

@Suite("The handshake with Redis")
struct RedisHandshakeTests {
    private static let greeting = RedisReply.map([.simpleString("server"), .simpleString("redis")])
    private static let ok = RedisReply.simpleString("OK")

    private static func error(_ text: String) -> RedisReply { .error(RedisError(reply: text)) }

    /// What is said, one line a command, and how it ends.
    private static func play(
        _ replies: [RedisReply],
        _ change: (inout RedisConfiguration) -> Void = { _ in }
    ) -> [String] {
        var configuration = RedisConfiguration()
        change(&configuration)
        var handshake = RedisHandshake(configuration)
        var replies = replies[...]
        var lines: [String] = []
        var step = handshake.begin()
        while true {
            switch step {
            case .send(let command):
                let words = command.arguments.map { String(decoding: $0.bytes, as: UTF8.self) }
                lines.append(([command.name] + words).joined(separator: " "))
                guard let reply = replies.popFirst() else { return lines }
                step = handshake.take(reply)
            case .ready:
                return lines + ["ready"]
            case .failed(let error):
                return lines + ["\(error.code)"]
            }
        }
    }

    @Test("one round trip says everything to a server that speaks RESP3")
    func resp3() {
        #expect(Self.play([Self.greeting]) == ["HELLO 3 SETNAME swift-sessions", "ready"])
        let login = Self.play([Self.greeting]) { $0.password = "secret" }
        #expect(login == ["HELLO 3 AUTH default secret SETNAME swift-sessions", "ready"])
        let all = Self.play([Self.greeting, Self.ok]) {
            ($0.username, $0.password, $0.database, $0.clientName) = ("ada", "secret", 2, nil)
        }
        #expect(all == ["HELLO 3 AUTH ada secret", "SELECT 2", "ready"])
    }

    @Test(
        "a server that does not speak RESP3 is spoken to in RESP2",
        arguments: [
            "NOPROTO unsupported protocol version", "ERR unknown command `HELLO`, with args beginning with: `3`, ",
            "ERR unknown command 'HELLO'", "NOPERM this user has no permissions to run the 'hello' command",
        ]
    )
    func fallback(_ error: String) {
        let lines = Self.play([Self.error(error), Self.ok, Self.ok, Self.ok]) {
            ($0.username, $0.password, $0.database) = ("ada", "secret", 2)
        }
        let hello = "HELLO 3 AUTH ada secret SETNAME swift-sessions"
        #expect(lines == [hello, "AUTH ada secret", "CLIENT SETNAME swift-sessions", "SELECT 2", "ready"])
    }

    @Test("RESP2 may be asked for, and then the server is asked at least one thing before it counts as ready")
    func resp2() {
        let plain = Self.play([.simpleString("PONG")]) { ($0.protocolVersion, $0.clientName) = (.resp2, nil) }
        #expect(plain == ["PING", "ready"])
        let login = Self.play([Self.ok, Self.error("ERR no names here")]) {
            ($0.protocolVersion, $0.password) = (.resp2, "secret")
        }
        #expect(login == ["AUTH secret", "CLIENT SETNAME swift-sessions", "ready"])
    }

    @Test(
        "a refused login ends it",
        arguments: [
            "WRONGPASS invalid username-password pair or user is disabled.", "NOAUTH HELLO must be called with AUTH",
        ]
    )
    func refusedLogin(_ error: String) {
        #expect(Self.play([Self.error(error)]).last == "authentication")
        let resp2 = Self.play([Self.error("ERR Client sent AUTH, but no password is set")]) {
            ($0.protocolVersion, $0.password) = (.resp2, "secret")
        }
        #expect(resp2 == ["AUTH secret", "authentication"])
        let unasked = Self.play([Self.error("NOAUTH Authentication required.")]) {
            ($0.protocolVersion, $0.clientName) = (.resp2, nil)
        }
        #expect(unasked == ["PING", "authentication"])
    }

    @Test("a server that wants no clients, or has no such database, ends it")
    func refusedHandshakes() {
        #expect(Self.play([Self.error("ERR max number of clients reached")]).last == "server")
        #expect(Self.play([Self.error("DENIED Redis is running in protected mode")]).last == "server")
        let database = Self.play([Self.greeting, Self.error("ERR DB index is out of range")]) { $0.database = 99 }
        #expect(database == ["HELLO 3 SETNAME swift-sessions", "SELECT 99", "server"])
    }

    @Test("a server that still loads its data is ready, and says it to the first command")
    func loading() {
        let lines = Self.play([Self.error("LOADING Redis is loading the dataset in memory")]) {
            ($0.protocolVersion, $0.clientName) = (.resp2, nil)
        }
        #expect(lines == ["PING", "ready"])
    }
}
#endif
