//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import LogAudit
import NIOCore
import NIOPosix
import ServiceLifecycle
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

/// A caller on an event loop.
private actor Caller {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.unownedExecutor = eventLoop.executor.asUnownedSerialExecutor()
    }

    func numbers(from client: RedisClient) async throws -> [Int64?] {
        var numbers: [Int64?] = []
        for _ in 0..<6 { numbers.append(try await client.execute(RedisCommand("GET", "a")).integer) }
        return numbers
    }
}

@Suite("The life of a client of Redis", .timeLimit(.minutes(10)))
struct ClientLifeTests {
    /// Returns once the client takes no more commands.
    private static func waitForRefusal(by client: RedisClient) async {
        while true {
            let attempt = Task { try await client.execute(RedisCommand("GET", "refused")) }
            attempt.cancel()
            if case .failure(let error as RedisError) = await attempt.result, error.code == .shutDown { return }
        }
    }

    @Test("a client that shuts down waits for the replies, takes no more commands, and closes")
    func shutdown() async throws {
        let held = HeldReplies()
        try await ScriptedServer.with({ command, connection in held.hold("+\(command[1])\r\n", connection) }) {
            server in
            var configuration = server.configuration
            configuration.commandDeadline = .seconds(60)
            configuration.shutdownDeadline = .seconds(60)
            let client = try RedisClient(configuration, logger: LogAudit.logger())
            async let reply = client.execute(RedisCommand("GET", "a"))
            await held.wait(for: 1)
            async let shutdown: Void = client.shutdown()
            await Self.waitForRefusal(by: client)
            held.release()
            let late = try await reply
            #expect(late == .simpleString("a"))
            await shutdown
            for await event in server.events where event == .closed(0) { break }
            await client.shutdown()
        }
    }

    @Test("a shutdown does not wait for longer than its deadline")
    func shutdownDeadline() async throws {
        try await ScriptedServer.with({ _, _ in }) { server in
            var configuration = server.configuration
            configuration.shutdownDeadline = .milliseconds(50)
            configuration.commandDeadline = .seconds(3600)
            let client = try RedisClient(configuration, logger: LogAudit.logger())
            let reply = Task { try await client.execute(RedisCommand("GET", "a")) }
            for await event in server.events where event == .command(0, ["GET", "a"]) { break }
            await client.shutdown()
            let error = await #expect(throws: RedisError.self) { try await reply.value }
            #expect(error?.code == .shutDown && error?.mayHaveRun == true)
        }
    }

    @Test("a shutdown during a connect that goes nowhere ends it")
    func shutdownWhileConnecting() async throws {
        try await ScriptedServer.with(greeting: nil, { _, _ in }) { server in
            var configuration = server.configuration
            configuration.shutdownDeadline = .milliseconds(50)
            configuration.connectDeadline = .seconds(3600)
            configuration.commandDeadline = .seconds(3600)
            let client = try RedisClient(configuration, logger: LogAudit.logger())
            let reply = Task { try await client.execute(RedisCommand("GET", "a")) }
            for await event in server.events where event == .opened(0) { break }
            await client.shutdown()
            let error = await #expect(throws: RedisError.self) { try await reply.value }
            #expect(error?.code == .shutDown && error?.mayHaveRun == false)
            for await event in server.events where event == .closed(0) { break }
        }
    }

    @Test("as a service it closes when the application shuts down")
    func service() async throws {
        try await ScriptedServer.with({ $1.send("+\($0[1])\r\n") }) { server in
            let client = try RedisClient(server.configuration, logger: LogAudit.logger())
            let group = ServiceGroup(services: [client], logger: LogAudit.logger())
            async let run: Void = group.run()
            let reply = try await client.execute(RedisCommand("GET", "a"))
            #expect(reply == .simpleString("a"))
            await group.triggerGracefulShutdown()
            try await run
            let error = await #expect(throws: RedisError.self) { try await client.execute(RedisCommand("GET", "a")) }
            #expect(error?.code == .shutDown)
            for await event in server.events where event == .closed(0) { break }
        }
    }

    @Test("as a service it closes when its task is cancelled")
    func cancelledService() async throws {
        try await ScriptedServer.with({ $1.send("+\($0[1])\r\n") }) { server in
            let client = try RedisClient(server.configuration, logger: LogAudit.logger())
            let run = Task { try await client.run() }
            let reply = try await client.execute(RedisCommand("GET", "a"))
            #expect(reply == .simpleString("a"))
            run.cancel()
            try await run.value
            for await event in server.events where event == .closed(0) { break }
        }
    }

    @Test("a client that was never used shuts down")
    func unused() async throws {
        let client = try RedisClient(RedisConfiguration(), logger: LogAudit.logger())
        await client.shutdown()
    }

    @Test("a client that no one has any more closes its connections, after the replies")
    func abandoned() async throws {
        try await ScriptedServer.with({ $1.send("+\($0[1])\r\n") }) { server in
            let configuration = server.configuration
            let reply = try await RedisClient(configuration, logger: LogAudit.logger()).execute(
                RedisCommand("GET", "a"))
            #expect(reply == .simpleString("a"))
            for await event in server.events where event == .closed(0) { break }
        }
    }

    @Test("callers on an event loop use the connection of that event loop, and others take turns")
    func eventLoops() async throws {
        try await ScriptedServer.with({ $1.send(":\($1.number)\r\n") }) { server in
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
            var configuration = server.configuration
            configuration.connectionCount = nil
            let client = try RedisClient(configuration, eventLoopGroup: group, logger: LogAudit.logger())
            var numbers: [Int64?] = []
            for _ in 0..<6 { numbers.append(try await client.execute(RedisCommand("GET", "a")).integer) }
            #expect(numbers == [0, 1, 2, 0, 1, 2])
            for eventLoop in group.makeIterator() {
                let numbers = try await Caller(eventLoop).numbers(from: client)
                #expect(Set(numbers).count == 1)
            }
            await client.shutdown()
            try await group.shutdownGracefully()
        }
    }

    @Test("a server that closes an idle connection is connected to again without a failure")
    func idle() async throws {
        try await ScriptedServer.with({ command, connection in
            if command[1] == "close" { connection.close() } else { connection.send(":\(connection.number)\r\n") }
        }) { server in
            let client = try RedisClient(server.configuration, logger: LogAudit.logger())
            let first = try await client.execute(RedisCommand("GET", "a"))
            #expect(first == .integer(0))
            let error = await #expect(throws: RedisError.self) {
                try await client.execute(RedisCommand("GET", "close"))
            }
            #expect(error?.code == .connectionClosed && error?.mayHaveRun == true)
            let second = try await client.execute(RedisCommand("GET", "a"))
            #expect(second == .integer(1), "this connection had worked, so the server is asked again at once")
        }
    }
}
#endif
