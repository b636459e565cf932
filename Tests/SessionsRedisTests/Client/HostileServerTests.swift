//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import HTTPTypes
import LogAudit
import NIOCore
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("The client of Redis and servers that misbehave", .timeLimit(.minutes(10)))
struct HostileServerTests {
    private static func client(
        _ server: ScriptedServer,
        clock: ManualClock = ManualClock(),
        _ change: (inout RedisConfiguration) -> Void = { _ in }
    ) throws -> RedisClient {
        var configuration = server.configuration
        // Whatever goes wrong, a command that is over makes room for the next one.
        configuration.queueLimit = 1
        change(&configuration)
        return try RedisClient(configuration, clock: clock.sessionClock, logger: LogAudit.logger())
    }

    private static func failure(of client: RedisClient, _ words: RedisArgument...) async throws -> RedisError {
        try await #require(throws: RedisError.self) { try await client.execute(RedisCommand("GET", words)) }
    }

    @Test("a server that never answers costs one deadline, then nothing, until the pause has passed")
    func silence() async throws {
        let script: ScriptedServer.Script = { command, connection in
            if connection.number > 0 { connection.send("+\(command[1])\r\n") }
        }
        try await ScriptedServer.with(script) { server in
            let clock = ManualClock()
            let client = try Self.client(server, clock: clock) { $0.commandDeadline = .seconds(2) }
            let late = try await Self.failure(of: client, "a")
            #expect(late.code == .deadlineExceeded && late.mayHaveRun)
            let early = try await Self.failure(of: client, "b")
            #expect(early.code == .notConnected && !early.mayHaveRun)
            clock.advance(by: .seconds(2))
            let reply = try await client.execute(RedisCommand("GET", "c"))
            #expect(reply == .simpleString("c"))
            await client.shutdown()
            var seen: [ScriptedServer.Event] = []
            for await event in server.events {
                seen.append(event)
                if event == .closed(1) { break }
            }
            #expect(Set(seen.map { "\($0)" }).count == 6 && seen.contains(.closed(0)), "\(seen)")
        }
    }

    @Test("a store call is over when its engine gives up, and the connection goes on")
    func storeDeadline() async throws {
        let script: ScriptedServer.Script = { command, connection in
            switch command[1] {
            case "b": connection.send("+a\r\n+b\r\n")
            case "c": connection.send("+c\r\n")
            default: break
            }
        }
        try await ScriptedServer.with(script) { server in
            let client = try Self.client(server) { $0.queueLimit = 2 }
            // The connection is there before the call with the deadline begins.
            #expect(try await client.execute(RedisCommand("GET", "c")) == .simpleString("c"))
            let late = try await SessionStoreDeadline.with(.now + .seconds(1)) {
                try await Self.failure(of: client, "a")
            }
            #expect(late.code == .deadlineExceeded && late.mayHaveRun)
            #expect(try await client.execute(RedisCommand("GET", "b")) == .simpleString("b"))
            await client.shutdown()
            var opened = 0
            for await event in server.events {
                if case .opened = event { opened += 1 }
                if case .closed = event { break }
            }
            #expect(opened == 1)
        }
    }

    @Test("an engine waits for Redis as long as its storeDeadline says, and no longer")
    func engineDeadline() async throws {
        let begin = ContinuousClock.now
        try await ScriptedServer.with({ _, _ in }) { server in
            let client = try Self.client(server)
            let store = try RedisSessionStore(client)
            var configuration = SessionConfiguration()
            configuration.storeDeadline = .milliseconds(50)
            let engine = try SessionEngine(.stored(in: store), configuration: configuration)
            let cookie = "\(configuration.cookie.name)=\(String(repeating: "A", count: 64))"
            let request = SessionRequest(headerFields: [.cookie: cookie], isSecure: true)
            let error = try await #require(throws: SessionError.self) {
                _ = try await engine.open(request, logger: LogAudit.logger())
            }
            #expect(error.code == .storeUnavailable)
            #expect((error.underlying as? SessionStoreError)?.code == .deadlineExceeded, "\(error)")
            await client.shutdown()
        }
        #expect(ContinuousClock.now - begin < .seconds(15), "the command alone might have taken 20")
    }

    @Test("what comes after the deadline is no one's reply")
    func lateReply() async throws {
        let script: ScriptedServer.Script = { command, connection in
            if connection.number > 0 { connection.send("$\(command[1].utf8.count)\r\n\(command[1])\r\n") }
        }
        try await ScriptedServer.with(script) { server in
            let clock = ManualClock()
            let client = try Self.client(server, clock: clock) {
                ($0.commandDeadline, $0.queueLimit) = (.seconds(1), 3)
            }
            // All of a connection share its fate; each knows whether it was late itself.
            try await withThrowingTaskGroup { group in
                for word in ["a", "b", "c"] {
                    group.addTask { try await Self.failure(of: client, RedisArgument(word)) }
                }
                for try await error in group {
                    #expect([.deadlineExceeded, .connectionClosed, .notConnected].contains(error.code), "\(error)")
                }
            }
            clock.advance(by: .seconds(2))
            let reply = try await client.execute(RedisCommand("GET", "d"))
            #expect(reply == .bulkString(Array("d".utf8)))
        }
    }

    @Test(
        "what is no reply closes the connection and fails what is in flight, which may have been done",
        arguments: [
            "garbage", "HTTP/1.1 400 Bad Request\r\n\r\n", "$1\r\nab\r\n", "$99999999999999999999\r\n",
            String(repeating: "*1\r\n", count: 1000), ">1\r\n+invalidate\r\n", ":99999999999999999999\r\n", "\0\0\0\0",
        ]
    )
    func garbage(_ text: String) async throws {
        let script: ScriptedServer.Script = { command, connection in
            connection.send(connection.number == 0 ? text : "+\(command[1])\r\n")
        }
        try await ScriptedServer.with(script) { server in
            let clock = ManualClock()
            let client = try Self.client(server, clock: clock)
            let error = try await Self.failure(of: client, "a")
            #expect(error.code == .connectionClosed && error.mayHaveRun)
            #expect((error.underlying as? RedisError)?.code == .protocolViolation)
            #expect(!error.description.contains("garbage") && !error.description.contains("HTTP"))
            clock.advance(by: .seconds(2))
            let reply = try await client.execute(RedisCommand("GET", "b"))
            #expect(reply == .simpleString("b"))
        }
    }

    @Test("a reply that no one asked for is given to no one")
    func unasked() async throws {
        let script: ScriptedServer.Script = { command, connection in
            connection.send("+\(command[1])\r\n+another visitor's session\r\n")
        }
        try await ScriptedServer.with(script) { server in
            let clock = ManualClock()
            let client = try Self.client(server, clock: clock)
            for word in ["a", "b", "c"] {
                let reply = try await client.execute(RedisCommand("GET", RedisArgument(word)))
                #expect(reply == .simpleString(word))
                var events = server.events.makeAsyncIterator()
                while let event = await events.next() {
                    if case .closed = event { break }
                }
                // The server may hear of the end before the client has settled what it means; this waits for it.
                let error = try await Self.failure(of: client, "after")
                #expect(error.code == .notConnected && !error.mayHaveRun)
                clock.advance(by: .seconds(2))
            }
        }
    }

    @Test("a connection that is cut in the middle of a reply fails the command, and the next one makes another")
    func cut() async throws {
        let script: ScriptedServer.Script = { command, connection in
            guard connection.number == 0 else { return connection.send("$5\r\nwhole\r\n") }
            connection.channel.writeAndFlush(ByteBuffer(string: "$5\r\nwh")).whenComplete { _ in connection.close() }
        }
        try await ScriptedServer.with(script) { server in
            let clock = ManualClock()
            let client = try Self.client(server, clock: clock)
            let error = try await Self.failure(of: client, "a")
            #expect(error.code == .connectionClosed && error.mayHaveRun)
            clock.advance(by: .seconds(2))
            let reply = try await client.execute(RedisCommand("GET", "a"))
            #expect(reply.text == "whole")
        }
    }

    @Test("a reply in many pieces is one reply")
    func pieces() async throws {
        let script: ScriptedServer.Script = { _, connection in
            for byte in "*2\r\n$5\r\nwhole\r\n:7\r\n" { connection.send(String(byte)) }
        }
        try await ScriptedServer.with(script) { server in
            let client = try Self.client(server)
            let reply = try await client.execute(RedisCommand("GET", "a"))
            #expect(reply == .array([.bulkString(Array("whole".utf8)), .integer(7)]))
        }
    }

    @Test("a command more than the limit fails at once, and the others have their replies")
    func queueLimit() async throws {
        let held = HeldReplies()
        try await ScriptedServer.with({ command, connection in held.hold("+\(command[1])\r\n", connection) }) {
            server in
            let client = try Self.client(server) { $0.queueLimit = 3 }
            try await withThrowingTaskGroup { group in
                for word in ["a", "b", "c"] {
                    group.addTask {
                        let reply = try await client.execute(RedisCommand("GET", RedisArgument(word)))
                        #expect(reply == .simpleString(word))
                    }
                }
                await held.wait(for: 3)
                let error = try await Self.failure(of: client, "d")
                #expect(error.code == .queueFull && !error.mayHaveRun)
                #expect(error.message.contains("3 commands"))
                held.release()
                try await group.waitForAll()
            }
            let after = try await client.execute(RedisCommand("GET", "e"))
            #expect(after == .simpleString("e"), "there is room again")
        }
    }

    @Test("a cancelled command returns at once, and its reply is no one else's")
    func cancellation() async throws {
        let held = HeldReplies()
        try await ScriptedServer.with({ command, connection in held.hold("+\(command[1])\r\n", connection) }) {
            server in
            let client = try Self.client(server) { $0.queueLimit = 2 }
            let cancelled = Task { try await client.execute(RedisCommand("GET", "a")) }
            await held.wait(for: 1)
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            async let reply = client.execute(RedisCommand("GET", "b"))
            await held.wait(for: 2)
            held.release()
            let second = try await reply
            #expect(second == .simpleString("b"))
        }
    }

    @Test("a command whose task is cancelled before it begins is not sent")
    func cancelledBefore() async throws {
        try await ScriptedServer.with({ $1.send("+\($0[1])\r\n") }) { server in
            let client = try Self.client(server) { $0.queueLimit = 2 }
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.execute(RedisCommand("GET", "a"))
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let reply = try await client.execute(RedisCommand("GET", "b"))
            #expect(reply == .simpleString("b"))
            var events = server.events.makeAsyncIterator()
            let seen = [await events.next(), await events.next()]
            #expect(seen == [.opened(0), .command(0, ["GET", "b"])])
        }
    }

    @Test("a server that has become a replica is left, and found again under its name")
    func readOnly() async throws {
        let script: ScriptedServer.Script = { command, connection in
            connection.send(
                connection.number == 0 ? "-READONLY You can't write against a read only replica.\r\n" : "+OK\r\n")
        }
        try await ScriptedServer.with(script) { server in
            let clock = ManualClock()
            let client = try Self.client(server, clock: clock)
            let error = try await Self.failure(of: client, "a")
            #expect(error.code == .readOnly && !error.mayHaveRun)
            let next = try await Self.failure(of: client, "a")
            #expect(next.code == .notConnected)
            clock.advance(by: .seconds(2))
            let reply = try await client.execute(RedisCommand("GET", "a"))
            #expect(reply == .simpleString("OK"))
        }
    }

    @Test("errors of the server are errors of one command", arguments: ["LOADING wait", "OOM command not allowed"])
    func serverErrors(_ text: String) async throws {
        let script: ScriptedServer.Script = { command, connection in
            connection.send(command[1] == "a" ? "-\(text)\r\n" : "+OK\r\n")
        }
        try await ScriptedServer.with(script) { server in
            let client = try Self.client(server)
            let error = try await Self.failure(of: client, "a")
            #expect(error == RedisError(reply: text))
            let reply = try await client.execute(RedisCommand("GET", "b"))
            #expect(reply == .simpleString("OK"))
        }
    }

    @Test(
        "a handshake that goes wrong fails the commands that wait for it, within the deadline",
        arguments: [
            (nil, RedisError.Code.deadlineExceeded), ("garbage", .protocolViolation),
            ("+OK\r\n+OK\r\n", .protocolViolation), ("-WRONGPASS no\r\n", .authentication),
            ("-ERR max number of clients reached\r\n", .server), (">0\r\n+OK\r\n", .protocolViolation),
        ] as [(String?, RedisError.Code)]
    )
    func handshake(_ greeting: String?, _ code: RedisError.Code) async throws {
        try await ScriptedServer.with(greeting: greeting, { _, _ in }) { server in
            let client = try Self.client(server) { if greeting == nil { $0.connectDeadline = .milliseconds(100) } }
            let error = try await Self.failure(of: client, "a")
            #expect(error.code == .notConnected && !error.mayHaveRun)
            #expect((error.underlying as? RedisError)?.code == code, "\(error)")
        }
    }

    @Test("a server that no one listens for fails at once")
    func nothingListens() async throws {
        let port = try await ScriptedServer.with({ _, _ in }) { $0.port }
        var configuration = RedisConfiguration(address: .host("127.0.0.1", port: port))
        configuration.connectionCount = 1
        let clock = ManualClock()
        let client = try RedisClient(configuration, clock: clock.sessionClock, logger: LogAudit.logger())
        for _ in 0..<3 {
            let error = try await Self.failure(of: client, "a")
            #expect(error.code == .notConnected && error.description.contains("\(port)"))
            clock.advance(by: .milliseconds(10))
        }
    }
}
#endif
