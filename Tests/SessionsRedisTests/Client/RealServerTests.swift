//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsRedis

/// The client beside Redis and Valkey themselves, which `Scripts/with-servers` starts.
@Suite("The client of Redis and real servers", .timeLimit(.minutes(10)))
struct RealServerTests {
    private static let programs = RedisProcess.programs.sorted { $0.key < $1.key }.map(\.value)

    /// Runs a body with a client of a server of its own.
    private static func with(
        _ program: String,
        _ arguments: [String] = [],
        _ change: (inout RedisConfiguration) -> Void = { _ in },
        _ body: (RedisClient) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let socket = folder.path("socket")
            let server = try await RedisProcess(program, at: socket, arguments)
            var configuration = RedisConfiguration(address: .unixSocket(path: socket))
            configuration.connectDeadline = .seconds(20)
            configuration.commandDeadline = .seconds(20)
            change(&configuration)
            let client = try RedisClient(configuration, logger: LogAudit.logger())
            try await body(client)
            await client.shutdown()
            server.kill()
        }
    }

    private static func text(_ client: RedisClient, _ name: String, _ words: RedisArgument...) async throws -> String? {
        try await client.execute(RedisCommand(name, words)).text
    }

    @Test("32 tasks with 1,000 commands each have their own replies, in RESP3 and RESP2", arguments: programs)
    func pipelining(_ program: String) async throws {
        for version in [RedisConfiguration.ProtocolVersion.automatic, .resp2] {
            try await Self.with(program, [], { $0.protocolVersion = version }) { client in
                try await withThrowingTaskGroup { group in
                    for task in 0..<32 {
                        group.addTask {
                            for number in 0..<1000 {
                                let text = "\(task):\(number)"
                                let echo = try await Self.text(client, "ECHO", RedisArgument(text))
                                #expect(echo == text)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("both versions of the protocol are spoken, and types are those of the version", arguments: programs)
    func versions(_ program: String) async throws {
        for (version, isNew) in [(RedisConfiguration.ProtocolVersion.automatic, true), (.resp2, false)] {
            try await Self.with(program, [], { ($0.protocolVersion, $0.database) = (version, 3) }) { client in
                _ = try await client.execute(RedisCommand("HSET", "hash", "field", "value", key: "hash"))
                let hash = try await client.execute(RedisCommand("HGETALL", "hash", key: "hash"))
                let elements = [RedisReply.bulkString(Array("field".utf8)), .bulkString(Array("value".utf8))]
                #expect(hash == (isNew ? .map(elements) : .array(elements)))
                let none = try await client.execute(RedisCommand("GET", "none", key: "none"))
                #expect(none == .null)
                let binary: [UInt8] = Array(0...255) + [13, 10]
                _ = try await client.execute(RedisCommand("SET", "bytes", RedisArgument(binary), key: "bytes"))
                let bytes = try await client.execute(RedisCommand("GET", "bytes", key: "bytes"))
                #expect(bytes == .bulkString(binary))
                let name = try await Self.text(client, "CLIENT", "GETNAME")
                #expect(name == "swift-sessions")
                let info = try await Self.text(client, "CLIENT", "INFO") ?? ""
                #expect(info.contains(" db=3 ") && info.contains(isNew ? " resp=3" : " resp=2"))
                let error = await #expect(throws: RedisError.self) {
                    try await client.execute(RedisCommand("GET", "hash", key: "hash"))
                }
                #expect(error?.code == .wrongType)
                let unknown = await #expect(throws: RedisError.self) {
                    try await client.execute(RedisCommand("GETT", "secret"))
                }
                #expect(unknown?.code == .server && unknown?.description.contains("secret") == false)
            }
        }
    }

    @Test("a large reply and a large command arrive whole", arguments: programs)
    func large(_ program: String) async throws {
        let value = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await Self.with(program) { client in
            _ = try await client.execute(RedisCommand("SET", "large", RedisArgument(value), key: "large"))
            let reply = try await client.execute(RedisCommand("GET", "large", key: "large"))
            #expect(reply == .bulkString(value))
        }
    }

    @Test(
        "a password, and a user with rights of its own, log in; a wrong password is refused by name",
        arguments: programs)
    func login(_ program: String) async throws {
        let rules = "--requirepass sesame --user ada on >s3cret ~* resetchannels -@all +get +set +ping +client"
        for version in [RedisConfiguration.ProtocolVersion.automatic, .resp2] {
            let attempts: [(String?, String?, RedisError.Code?)] = [
                (nil, "sesame", nil), ("default", "sesame", nil), ("ada", "s3cret", nil),
                (nil, nil, .authentication), (nil, "wr0ng", .authentication), ("ada", "wr0ng", .authentication),
                ("nobody", "sesame", .authentication),
            ]
            for (user, password, code) in attempts {
                try await Self.with(
                    program,
                    rules.split(separator: " ").map(String.init),
                    { ($0.username, $0.password, $0.protocolVersion) = (user, password, version) }
                ) { client in
                    guard let code else {
                        let reply = try await client.execute(RedisCommand("GET", "a", key: "a"))
                        #expect(reply == .null)
                        guard user == "ada" else { return }
                        let error = await #expect(throws: RedisError.self) {
                            try await client.execute(RedisCommand("FLUSHALL"))
                        }
                        #expect(error?.code == .noPermission)
                        return
                    }
                    let error = try await #require(throws: RedisError.self) {
                        try await client.execute(RedisCommand("GET", "a", key: "a"))
                    }
                    let cause = try #require(error.underlying as? RedisError)
                    #expect(cause.code == code)
                    #expect(cause.message.contains(password == nil ? "no password" : "\"\(user ?? "default")\""))
                    #expect(!error.description.contains("wr0ng") && !error.description.contains("sesame"))
                }
            }
        }
    }

    @Test("a server that is killed and started again is found again without a restart", arguments: programs)
    func restart(_ program: String) async throws {
        try await TemporaryFolder.with { folder in
            let socket = folder.path("socket")
            let clock = ManualClock()
            var configuration = RedisConfiguration(address: .unixSocket(path: socket))
            configuration.connectionCount = 1
            let client = try RedisClient(configuration, clock: clock.sessionClock, logger: LogAudit.logger())
            for _ in 0..<3 {
                let server = try await RedisProcess(program, at: socket)
                clock.advance(by: .seconds(2))
                let pong = try await Self.text(client, "PING")
                #expect(pong == "PONG")
                server.kill()
                for _ in 0..<3 {
                    let error = try await #require(throws: RedisError.self) {
                        try await client.execute(RedisCommand("PING"))
                    }
                    #expect([.notConnected, .connectionClosed].contains(error.code))
                }
            }
            await client.shutdown()
        }
    }

    @Test("a server that freezes costs one deadline, and is found again when it thaws", arguments: programs)
    func freeze(_ program: String) async throws {
        try await TemporaryFolder.with { folder in
            let socket = folder.path("socket")
            let clock = ManualClock()
            let server = try await RedisProcess(program, at: socket)
            var configuration = RedisConfiguration(address: .unixSocket(path: socket))
            configuration.connectionCount = 1
            configuration.commandDeadline = .seconds(2)
            configuration.connectDeadline = .seconds(1)
            let client = try RedisClient(configuration, clock: clock.sessionClock, logger: LogAudit.logger())
            _ = try await Self.text(client, "SET", "a", "1")
            server.freeze()
            let late = try await #require(throws: RedisError.self) { try await Self.text(client, "GET", "a") }
            #expect(late.code == .deadlineExceeded && late.mayHaveRun)
            // A deadline each would be too long for this suite.
            for _ in 0..<1000 {
                let error = try await #require(throws: RedisError.self) { try await Self.text(client, "GET", "a") }
                #expect(error.code == .notConnected && !error.mayHaveRun)
            }
            clock.advance(by: .seconds(2))
            let probe = try await #require(throws: RedisError.self) { try await Self.text(client, "GET", "a") }
            #expect(probe.code == .notConnected && !probe.mayHaveRun)
            server.thaw()
            clock.advance(by: .seconds(2))
            let value = try await Self.text(client, "GET", "a")
            #expect(value == "1")
            await client.shutdown()
            server.kill()
        }
    }
}
#endif
