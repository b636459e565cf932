//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation
import InMemoryLogging
import LogAudit
import Logging
import NIOSSL
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsRedis

/// Where Redis speaks TLS, and who signed its certificate. `Scripts/with-servers` says it.
private enum SecureRedis {
    static let url = ProcessInfo.processInfo.environment["SESSIONS_TEST_REDIS_TLS"]
    static let authority = ProcessInfo.processInfo.environment["SESSIONS_TEST_REDIS_CA"]
}

/// The client and servers that speak TLS: a scripted one, and Redis itself, which `Scripts/with-servers` starts with an
/// authority of its own.
@Suite("The client of Redis and TLS", .timeLimit(.minutes(10)))
struct SecureServerTests {
    private static func ping(_ configuration: RedisConfiguration) async throws -> String? {
        let client = try RedisClient(configuration, logger: LogAudit.logger())
        do {
            let reply = try await client.execute(RedisCommand("PING"))
            await client.shutdown()
            return reply.text
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Asks a scripted server, with a password.
    ///
    /// - Returns: The reply or the error, and the words that the server heard.
    private static func ask(
        at host: String = "localhost",
        _ tls: RedisConfiguration.TLS,
        isServerSecure: Bool = true
    ) async throws -> (result: Result<String?, any Error>, heard: [String]) {
        let (words, continuation) = AsyncStream<[String]>.makeStream()
        let script: ScriptedServer.Script = { command, connection in
            continuation.yield(command)
            connection.send(command[0] == "HELLO" ? "%0\r\n" : "+PONG\r\n")
        }
        let security = isServerSecure ? try NIOSSLContext(configuration: TestCertificate.serverConfiguration()) : nil
        let result = try await ScriptedServer.with(greeting: nil, security: security, script) { server in
            var configuration = server.configuration
            configuration.address = .host(host, port: server.port)
            configuration.password = "sesame"
            configuration.tls = tls
            do {
                return Result<String?, any Error>.success(try await Self.ping(configuration))
            } catch {
                return .failure(error)
            }
        }
        continuation.finish()
        return (result, await words.reduce(into: []) { $0 += $1 })
    }

    @Test(
        "Redis is spoken to over TLS, when its authority is trusted and the certificate is for its name",
        .enabled(if: SecureRedis.url != nil))
    func redis() async throws {
        var configuration = try RedisConfiguration(url: try #require(SecureRedis.url))
        configuration.tls = .on(trusting: try #require(SecureRedis.authority))
        let client = try RedisClient(configuration, logger: LogAudit.logger())
        try await withThrowingTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<200 {
                        let echo = try await client.execute(RedisCommand("ECHO", RedisArgument("\(task):\(number)")))
                        #expect(echo.text == "\(task):\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
        await client.shutdown()
    }

    @Test("a server whose certificate is trusted and for its name is told the password and answers")
    func trusted() async throws {
        for (host, name) in [("localhost", nil), ("localhost", "localhost"), ("127.0.0.1", "localhost")] {
            let tls = RedisConfiguration.TLS.on(try TestCertificate.clientConfiguration(), serverName: name)
            let (result, heard) = try await Self.ask(at: host, tls)
            #expect(try result.get() == "PONG")
            #expect(heard.contains("sesame"))
        }
    }

    @Test(
        "a server with an authority that is not trusted, or a certificate for another name, is refused and hears nothing"
    )
    func refused() async throws {
        let trusting = try TestCertificate.clientConfiguration()
        for (host, tls) in [
            ("localhost", .on), ("localhost", .on(trusting, serverName: "redis.example.com")),
            ("127.0.0.1", .on(trusting)),
        ] as [(String, RedisConfiguration.TLS)] {
            let (result, heard) = try await Self.ask(at: host, tls)
            let error = try #require(throws: RedisError.self) { try result.get() }
            #expect(error.code == .notConnected && (error.underlying as? RedisError)?.code == .tls, "\(error)")
            #expect(heard.isEmpty)
        }
    }

    @Test("a server that does not speak TLS is refused and hears nothing, and so is one that speaks nothing else")
    func plain() async throws {
        for isServerSecure in [false, true] {
            let (result, heard) = try await Self.ask(isServerSecure ? .off : .on, isServerSecure: isServerSecure)
            let error = try #require(throws: RedisError.self) { try result.get() }
            #expect(error.code == .notConnected)
            #expect(heard.isEmpty)
        }
    }

    @Test("a certificate that is not verified is the log's first word")
    func unverified() async throws {
        let log = InMemoryLogHandler()
        var configuration = RedisConfiguration()
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        configuration.tls = .on(tls)
        _ = try RedisClient(configuration, logger: LogAudit.logger(log))
        let warnings = log.entries.filter { $0.level == .warning }.map { "\($0.message)" }
        #expect(warnings.count == 1 && warnings[0].hasPrefix("The certificate of Redis is not fully verified"))
    }

    @Test("the log says when the server fails and when it is there again, once each, and has no password and no key")
    func failures() async throws {
        let log = InMemoryLogHandler()
        let clock = ManualClock()
        let script: ScriptedServer.Script = { command, connection in
            connection.send(connection.number < 2 ? "garbage of another visitor" : "+OK\r\n")
        }
        try await ScriptedServer.with(script) { server in
            var configuration = server.configuration
            configuration.password = "sesame"
            let client = try RedisClient(configuration, clock: clock.sessionClock, logger: LogAudit.logger(log))
            for _ in 0..<2 {
                await #expect(throws: RedisError.self) {
                    try await client.execute(RedisCommand("GET", "key of a visitor"))
                }
                await #expect(throws: RedisError.self) {
                    try await client.execute(RedisCommand("GET", "key of a visitor"))
                }
                clock.advance(by: .seconds(2))
            }
            _ = try await client.execute(RedisCommand("GET", "key of a visitor"))
            await client.shutdown()
        }
        let levels = log.entries.map { $0.level }
        #expect(levels.filter { $0 == .warning }.count == 1 && levels.filter { $0 == .notice }.count == 1)
        for entry in log.entries {
            let text = "\(entry.message) \(entry.metadata)"
            #expect(!text.contains("visitor") && !text.contains("sesame"), "\(text)")
        }
    }
}
#endif
