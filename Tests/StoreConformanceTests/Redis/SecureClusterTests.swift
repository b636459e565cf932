//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import Testing

@testable import SessionsRedis

@Suite("A cluster and TLS", .enabled(if: SharedServer.areStarted, SharedServer.advice), .timeLimit(.minutes(10)))
struct SecureClusterTests {
    @Test("a cluster is spoken to at its TLS ports, and under the name that was asked where its servers have none")
    func secure() async throws {
        // The certificate of the server that all tests share is for this name.
        let authority = try SharedServer.redis.variable("_CA")
        let folder = URL(filePath: authority).deletingLastPathComponent()
        let port = try await OwnServer.freePort()
        let options = [
            "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
            "--cluster-port", "\(try await OwnServer.freePort())", "--tls-port", "\(port)", "--tls-auth-clients", "no",
            "--tls-cluster", "yes",
            "--tls-cert-file", folder.appending(path: "server.pem").path(percentEncoded: false),
            "--tls-key-file", folder.appending(path: "server.key").path(percentEncoded: false),
            "--tls-ca-cert-file", authority,
            "--user", "ada", "on", ">sesame", "~*", "+@all",
        ]
        try await OwnServer.with(.redis, options: options) { server in
            try await server.tell("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
            await server.hasSaid("cluster_state:ok", "CLUSTER", "INFO")
            var configuration = try RedisClusterConfiguration(url: "rediss-cluster://ada:sesame@localhost:\(port)")
            configuration.server.tls = .on(trusting: authority)
            configuration.server.commandDeadline = .seconds(60)
            let client = try RedisClusterClient(configuration, logger: LogAudit.logger())
            let store = try RedisSessionStore(client)
            let samples = SampleRecords()
            let record = samples.record(subject: "ada")
            try await store.create(record, now: samples.now)
            let found = try await store.sessions(of: "ada", now: samples.now)
            #expect(found == [record])
            let count = try await store.count(now: samples.now)
            #expect(count == 1)
            await client.shutdown()
        }
    }

    @Test("servers say themselves that a key is in the slot where it is looked for")
    func slots() async throws {
        let url = try SharedServer.cluster.variable()
        var configuration = try RedisClusterConfiguration(url: url)
        configuration.server.commandDeadline = .seconds(60)
        let client = try RedisClusterClient(configuration, logger: LogAudit.logger())
        let samples = SampleRecords()
        let keys = (0..<200).map { _ in "sessions:\(samples.id())" } + ["{}", "a{}b", "{a}b", "a{{b}}c", "}{", "ü{ß}"]
        for key in keys {
            let reply = try await client.execute(RedisCommand("CLUSTER", "KEYSLOT", RedisArgument(key)))
            #expect(reply.integer.map { Int($0) } == RedisHashSlot.of(RedisArgument(key)), "\(key)")
        }
        await client.shutdown()
    }
}
#endif
