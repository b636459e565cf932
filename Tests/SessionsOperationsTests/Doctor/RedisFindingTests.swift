//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import SessionsOperations
import Testing

@Suite("Findings about Redis")
struct RedisFindingTests {
    /// A fault, and the finding that it makes.
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var severity: Finding.Severity
        var change: @Sendable (inout RedisFacts) -> Void
        var testDescription: String { "\(self.name), \(self.severity)" }

        init(_ name: String, _ severity: Finding.Severity, _ change: @escaping @Sendable (inout RedisFacts) -> Void) {
            self.name = "redis.\(name)"
            self.severity = severity
            self.change = change
        }
    }

    static let information = """
        # Server
        redis_version:7.0.15
        used_memory:1000000
        maxmemory:8000000
        maxmemory_policy:noeviction
        aof_enabled:1
        rdb_last_bgsave_status:ok
        aof_last_write_status:ok
        evicted_keys:0
        role:master
        connected_slaves:1
        slave0:ip=127.0.0.1,port=2,state=online,offset=990,lag=0
        master_repl_offset:1000
        cluster_enabled:0
        """

    static var healthy: RedisFacts {
        var facts = RedisFacts(place: "redis.example.com")
        facts.read(information: self.information)
        facts.appendFsync = "everysec"
        facts.makesSnapshots = false
        facts.user = "sessions"
        facts.isAdministrator = false
        facts.isOpen = false
        facts.hasTLS = true
        facts.clockSkew = .milliseconds(20)
        return facts
    }

    @Test("A healthy server has nothing to repair")
    func isHealthy() {
        #expect(Self.healthy.findings.allSatisfy { $0.severity == .ok && $0.fix == nil })
        #expect(Self.healthy.findings.count == 10)
        #expect(Self.healthy.replicaLag == 10)
    }

    @Test("A server that says nothing has no finding but that")
    func knowsNothing() {
        var facts = RedisFacts(place: "redis.example.com")
        facts.isLocal = true
        #expect(facts.findings.map(\.name) == ["redis.version"])
    }

    @Test("Valkey says its own version")
    func readsValkey() {
        var facts = RedisFacts(place: "")
        facts.read(information: "redis_version:7.2.4\r\nvalkey_version:9.0.1\r\n")
        #expect(facts.program == "valkey" && facts.version == "9.0.1")
    }

    @Test(
        "Each fault is found, with what to do",
        arguments: [
            Fault("version", .error) { $0.version = "5.0.14" },
            Fault("version", .notice) { $0.version = nil },
            Fault("role", .error) { $0.role = "slave" },
            Fault("eviction", .error) { $0.evictionPolicy = "allkeys-lru" },
            Fault("memory", .notice) { $0.maximumMemory = 0 },
            Fault("memory", .warning) { $0.usedMemory = 7_000_000 },
            Fault("evicted", .error) { $0.evictedKeyCount = 3 },
            Fault("persistence", .warning) { $0.hasAppendOnlyFile = false },
            Fault("persistence", .warning) { ($0.hasAppendOnlyFile, $0.makesSnapshots) = (false, true) },
            Fault("persistence", .warning) { ($0.hasAppendOnlyFile, $0.makesSnapshots) = (false, nil) },
            Fault("persistence", .warning) { $0.appendFsync = "no" },
            Fault("disk", .error) { $0.failedWrites = ["rdb_last_bgsave_status"] },
            Fault("replicas", .notice) { $0.replicaCount = 0 },
            Fault("replicas", .warning) { ($0.replicaCount, $0.isCluster) = (0, true) },
            Fault("replicas", .warning) { $0.replicaLag = 5_000_000 },
            Fault("access", .error) { $0.isOpen = true },
            Fault("access", .notice) { ($0.isOpen, $0.isLocal) = (true, true) },
            Fault("rights", .notice) { $0.isAdministrator = true },
            Fault("encryption", .warning) { $0.hasTLS = false },
            Fault("clock", .warning) { $0.clockSkew = .seconds(-5) },
            Fault("clock", .error) { $0.clockSkew = .seconds(60) },
        ])
    func findsFault(_ fault: Fault) throws {
        var facts = Self.healthy
        fault.change(&facts)
        let found = facts.findings.filter { $0.severity != .ok }
        #expect(found.map(\.name) == [fault.name] && found.map(\.severity) == [fault.severity])
        #expect(found.allSatisfy { $0.meaning != nil && !$0.measured.isEmpty })
        #expect(found.allSatisfy { $0.fix != nil || $0.measured == "unknown" })
    }

    @Test("A policy means nothing without a limit of memory")
    func ignoresPolicyWithoutLimit() {
        var facts = Self.healthy
        (facts.maximumMemory, facts.evictionPolicy) = (0, "allkeys-lru")
        #expect(facts.findings.first { $0.name == "redis.eviction" }?.severity == .ok)
    }

    @Test("A slow answer is no skew")
    func toleratesSlowAnswers() {
        var facts = Self.healthy
        (facts.clockSkew, facts.roundTrip) = (.seconds(2), .seconds(3))
        #expect(facts.findings.first { $0.name == "redis.clock" }?.severity == .ok)
    }

    @Test("Text of a server cannot control a terminal")
    func escapes() {
        var facts = Self.healthy
        facts.version = "7.0\u{1B}[2J"
        #expect(facts.findings.allSatisfy { !$0.text.contains("\u{1B}") })
    }
}
#endif
