//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import LogAudit
import NIOSSL
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("The configuration of Redis")
struct RedisConfigurationTests {
    @Test("a URL says where the server is, who we are and which database we want")
    func url() throws {
        let full = try RedisConfiguration(url: "redis://ada:b%40c%2Fd%3A%25@db.example.com:6380/3")
        #expect(full.address == .host("db.example.com", port: 6380))
        #expect(full.username == "ada" && full.password == "b@c/d:%" && full.database == 3)
        #expect(full.tls.configuration == nil)

        let short = try RedisConfiguration(url: "redis://localhost")
        #expect(short.address == .host("localhost", port: 6379))
        #expect(short.username == nil && short.password == nil && short.database == 0)

        let password = try RedisConfiguration(url: "valkey://:secret@[::1]:7000/")
        #expect(password.address == .host("::1", port: 7000))
        #expect(password.username == nil && password.password == "secret")

        let unescaped = try RedisConfiguration(url: "REDIS://ada:a@b:c@localhost")
        #expect(unescaped.password == "a@b:c" && unescaped.address == .host("localhost"))
    }

    @Test("a URL of rediss or valkeys means TLS, verified in full", arguments: ["rediss", "valkeys", "REDISS"])
    func tls(scheme: String) throws {
        let configuration = try RedisConfiguration(url: "\(scheme)://redis.example.com:6390")
        let tls = try #require(configuration.tls.configuration)
        #expect(tls.certificateVerification == .fullVerification)
        #expect(tls.minimumTLSVersion == .tlsv12)
        #expect(configuration.serverName == "redis.example.com")
        let address = try RedisConfiguration(url: "\(scheme)://127.0.0.1")
        #expect(address.serverName == nil, "an address is no server name")
    }

    @Test("a URL of unix has the path of a socket")
    func unix() throws {
        let socket = try RedisConfiguration(url: "unix://ada:secret@/run/my%20redis.sock?db=2")
        #expect(socket.address == .unixSocket(path: "/run/my redis.sock"))
        #expect(socket.username == "ada" && socket.password == "secret" && socket.database == 2)
        #expect(try RedisConfiguration(url: "unix:///run/redis.sock").database == 0)
    }

    @Test(
        "a URL that cannot be is refused in words that repeat nothing of it",
        arguments: [
            "", "localhost:6379", "http://ada:sesame@localhost", "redis://", "redis://ada:sesame@", "redis://:6379",
            "redis://ada:se/same@localhost", "redis://ada:se#same@localhost", "redis://ada:sesame%@localhost",
            "redis://ada:sesame%2@localhost", "redis://ada:sesame%zz@localhost", "redis://ada:sesame%ff@localhost",
            "redis://localhost:0", "redis://localhost:65536", "redis://localhost:sesame", "redis://localhost:+1",
            "redis://localhost/sesame", "redis://localhost/-1", "redis://localhost/1/2", "redis://localhost?sesame=1",
            "redis://localhost/99999999999", "redis://[::1", "redis://[::1]sesame", "redis://[]", "unix://",
            "unix:///", "unix://sesame", "unix:///run/redis.sock?sesame=1", "unix:///run/redis.sock?db=sesame",
            "unix:///run/redis%00.sock", "redis:///0", "redis://sesame@localhost", "unix://ada:x@/same@/run/redis.sock",
            "redis://ada:x@se/same@localhost", "redis://ada:x/same@localhost/0", "redis://ada:1/same@localhost",
        ]
    )
    func refusedURLs(_ url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error.code == .configuration)
        #expect(!error.description.contains("same"))
    }

    @Test(
        "a URL of several servers with a password that is not encoded is refused, and repeats nothing of it",
        arguments: [
            "redis-sentinel://ada:x@se/same@a,b/main", "redis-sentinel://ada:x@se/same@a/0",
            "redis-sentinel://ada:1/same@a,b/main", "redis-sentinel://ada:x@se/same#@a/0",
            "redis-sentinel://ada:same#@a/main", "redis-sentinel://same@a/main", "redis-sentinel://ada:1/same#@a",
            "redis-cluster://ada:x@se/same@a,b", "redis-cluster://ada:se/same@a,b", "redis-cluster://ada:same?@a,b",
            "redis-cluster://ada:1,same/@a,b", "redis-cluster://same@a,b", "redis-cluster://ada:same%@a,b",
        ]
    )
    func refusedLists(_ url: String) throws {
        let isCluster = url.hasPrefix("redis-cluster")
        let error = try #require(throws: RedisError.self) {
            if isCluster {
                try RedisClusterConfiguration(url: url).check()
            } else {
                try RedisSentinelConfiguration(url: url).check()
            }
        }
        #expect(error.code == .configuration)
        #expect(!"\(error)\(String(reflecting: error))".contains("same"))
    }

    @Test("a password of any length is in nothing that is printed", arguments: ["z", "zq", "12", "a:b", "p@ss", "/"])
    func shortPasswords(_ password: String) throws {
        let encoded = password.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        func texts(_ password: String) throws -> [String] {
            var texts: [String] = []
            func add(_ value: Any) {
                var text = ""
                dump(value, to: &text)
                texts += [text, "\(value)", String(reflecting: value)]
            }
            let login = password.isEmpty ? "" : ":\(password)@"
            add(try RedisConfiguration(url: "redis://\(login)host"))
            add(try RedisClusterConfiguration(url: "redis-cluster://\(login)host,other"))
            add(try RedisSentinelConfiguration(url: "redis-sentinel://\(login)host,other/main"))
            return texts
        }
        #expect(try texts(encoded) == texts(""), "with a password all is as without one")
        let configuration = try RedisConfiguration(url: "redis://:\(encoded)@host")
        #expect(configuration.password == password)
    }

    @Test("no description has the password")
    func descriptions() throws {
        var configuration = try RedisConfiguration(url: "redis://ada:sesame@localhost")
        configuration.connectionCount = 1
        let client = try RedisClient(configuration, logger: LogAudit.logger())
        let command = RedisCommand("AUTH", "ada", "sesame", key: "sesame")
        var texts = ["\(configuration)", "\(client)", "\(command)", "\(command.arguments)"]
        texts += ["\(RedisReply.bulkString(Array("sesame".utf8)))", "\(RedisReply.array([.simpleString("sesame")]))"]
        for value: Any in [configuration, client, command, command.arguments[1], RedisReply.simpleString("sesame")] {
            var text = ""
            dump(value, to: &text)
            texts += [text, String(reflecting: value)]
        }
        for text in texts { #expect(!text.contains("sesame")) }
    }

    private static let invalidConfigurations: [(String, @Sendable (inout RedisConfiguration) -> Void)] = [
        ("The host is empty", { $0.address = .host("") }),
        ("The port is 0", { $0.address = .host("localhost", port: 0) }),
        ("The port is 70000", { $0.address = .host("localhost", port: 70_000) }),
        ("The path of the Unix socket is empty", { $0.address = .unixSocket(path: "") }),
        ("TLS does not go over a Unix socket", { ($0.address, $0.tls) = (.unixSocket(path: "/a"), .on) }),
        ("There is a user and no password", { $0.username = "ada" }),
        ("The database is -1", { $0.database = -1 }),
        ("The clientName has a space", { $0.clientName = "a b" }),
        ("The connectionCount is 0", { $0.connectionCount = 0 }),
        ("The queueLimit is 0", { $0.queueLimit = 0 }),
        ("The maximumReplySize is 0", { $0.maximumReplySize = 0 }),
        ("The connectDeadline is 0.0 seconds", { $0.connectDeadline = .zero }),
        ("The commandDeadline is", { $0.commandDeadline = .seconds(Int64.max) }),
        ("The shutdownDeadline is", { $0.shutdownDeadline = .seconds(-1) }),
        ("The reconnectDelay is", { $0.reconnectDelay = .seconds(-1) }),
        ("The maximumReconnectDelay is", { $0.maximumReconnectDelay = .milliseconds(1) }),
        (
            "The TLS configuration",
            {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .file("/nowhere/authority.pem")
                $0.tls = .on(tls)
            }
        ),
    ]

    @Test("a configuration that cannot be is refused, with everything that is wrong with it")
    func invalidConfigurations() throws {
        for (problem, change) in Self.invalidConfigurations {
            var configuration = RedisConfiguration()
            change(&configuration)
            let error = try #require(throws: RedisError.self) {
                try RedisClient(configuration, logger: LogAudit.logger())
            }
            #expect(error.code == .configuration)
            #expect(error.message.contains(problem), "\(error)")
        }
        var configuration = RedisConfiguration()
        configuration.database = -1
        configuration.queueLimit = 0
        let error = try #require(throws: RedisError.self) { try configuration.check() }
        #expect(error.message.contains("database") && error.message.contains("queueLimit"))
    }

    @Test("a minimum version of TLS below 1.2 is raised")
    func minimumVersion() {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv1
        #expect(RedisConfiguration.TLS.on(tls).configuration?.minimumTLSVersion == .tlsv12)
        tls.minimumTLSVersion = .tlsv13
        #expect(RedisConfiguration.TLS.on(tls).configuration?.minimumTLSVersion == .tlsv13)
    }
}
#endif
