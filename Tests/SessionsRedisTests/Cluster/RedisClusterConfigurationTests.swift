//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions
import Testing

@testable import SessionsRedis

@Suite("Configurations of clusters and of Sentinel")
struct RedisClusterConfigurationTests {
    @Test("a URL names the seeds of a cluster, and how they are spoken to")
    func cluster() throws {
        let plain = try RedisClusterConfiguration(
            url: "redis-cluster://ada:l%2Fove@a.example,[fd00::1]:7000,10.0.0.1:7001")
        #expect(plain.seeds == [.host("a.example"), .host("fd00::1", port: 7000), .host("10.0.0.1", port: 7001)])
        #expect(plain.server.username == "ada" && plain.server.password == "l/ove")
        #expect(plain.server.tls.configuration == nil)
        #expect(!"\(plain)".contains("love") && !"\(plain)".contains("l/ove"))
        let secure = try RedisClusterConfiguration(url: "valkeys-cluster://a")
        #expect(secure.server.tls.configuration != nil)
        try plain.check()
    }

    @Test("a URL names the servers of Sentinel, the name and the database of the primary")
    func sentinel() throws {
        let plain = try RedisSentinelConfiguration(url: "redis-sentinel://ada:love@a,b:7000/main/3")
        #expect(plain.sentinels == [.host("a", port: 26_379), .host("b", port: 7000)])
        #expect(plain.name == "main" && plain.server.database == 3)
        #expect(plain.server.password == "love" && plain.sentinel.password == nil)
        let secure = try RedisSentinelConfiguration(url: "rediss-sentinel://a/main")
        #expect(secure.server.tls.configuration != nil && secure.sentinel.tls.configuration != nil)
        #expect(!"\(plain)".contains("love"))
        try plain.check()
    }

    @Test(
        "a URL that cannot be is refused in words that repeat nothing of a cluster's or Sentinel's",
        arguments: [
            "redis-cluster://", "redis-cluster://a,", "redis-cluster://,a", "redis-cluster://a/1", "redis://a,b",
            "redis-cluster://a:0,b", "redis-cluster://a:b:c@d:x", "redis-sentinel://a", "redis-sentinel://a/",
            "redis-sentinel://a/main/x", "redis-sentinel://a/main/-1", "redis-sentinel://a/main/1/2",
            "redis-sentinel:///main", "cluster://a", "redis-cluster://a#b", "redis-cluster://a?b",
        ])
    func refused(url: String) {
        for read in [
            { _ = try RedisClusterConfiguration(url: url) }, { _ = try RedisSentinelConfiguration(url: url) },
        ] as [() throws -> Void] {
            let error = #expect(throws: RedisError.self) { try read() }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("a:b:c") != true)
        }
    }

    @Test("configurations that cannot be are refused, in words that say what to change")
    func checks() {
        for change in [
            { $0.seeds = [] }, { $0.seeds = [.unixSocket(path: "/tmp/redis")] }, { $0.server.database = 1 },
            { $0.maximumRedirections = -1 }, { $0.retryDelay = .seconds(-1) }, { $0.refreshDelay = .seconds(61) },
            { $0.server.queueLimit = 0 }, { $0.seeds = [.host("a", port: 0)] },
        ] as [(inout RedisClusterConfiguration) -> Void] {
            var configuration = RedisClusterConfiguration(seeds: [.host("a")])
            change(&configuration)
            let error = #expect(throws: RedisError.self) { try configuration.check() }
            #expect(error?.code == .configuration && error?.message.contains("give") == true)
        }
        for change in [
            { $0.sentinels = [] }, { $0.name = "" }, { $0.interval = .zero }, { $0.refreshDelay = .seconds(-1) },
            { $0.server.username = "ada" }, { $0.sentinel.queueLimit = 0 },
        ] as [(inout RedisSentinelConfiguration) -> Void] {
            var configuration = RedisSentinelConfiguration(sentinels: [.host("a")], name: "main")
            change(&configuration)
            let error = #expect(throws: RedisError.self) { try configuration.check() }
            #expect(error?.code == .configuration && error?.message.contains("give") == true)
        }
    }
}
#endif
