//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions

extension RedisFacts {
    /// What to say of the facts.
    package var findings: [Finding] {
        [
            self.versionFinding, self.roleFinding, self.evictionFinding, self.memoryFinding, self.evictedFinding,
            self.persistenceFinding, self.diskFinding, self.replicasFinding, self.accessFinding, self.rightsFinding,
            self.encryptionFinding, self.clockFinding,
        ].compactMap { $0 }
    }

    private func finding(
        _ name: String,
        _ severity: Finding.Severity,
        _ measured: String,
        _ meaning: String? = nil,
        fix: String? = nil
    ) -> Finding {
        Finding("redis.\(name)", severity, at: self.place, measured, meaning, fix: fix)
    }

    private var versionFinding: Finding {
        guard let version = self.version, let program = self.program else {
            return self.finding("version", .notice, "unknown", "The server does not say which version it is.")
        }
        let major = version.split(separator: ".").first.flatMap { Int($0) } ?? 0
        guard major < 6 else { return self.finding("version", .ok, "\(program) \(version)") }
        return self.finding(
            "version", .error, "\(program) \(version)", "It has no users with rights of their own, and no updates.",
            fix: "Install Redis 7 or Valkey 8 or newer; the library is tested on Redis 7 and Valkey 9.")
    }

    private var roleFinding: Finding? {
        guard let role = self.role else { return nil }
        guard role != "master" else { return self.finding("role", .ok, "primary") }
        return self.finding(
            "role", .error, "replica", "It refuses writes: no one can log in or out.",
            fix: "Give the URL of the primary, redis-sentinel://… or redis-cluster://….")
    }

    private var evictionFinding: Finding? {
        guard let policy = self.evictionPolicy else { return nil }
        let measured = "maxmemory-policy \(policy), maxmemory \(self.maximumMemory.map { "\($0)" } ?? "unknown")"
        guard policy != "noeviction", self.maximumMemory != 0 else {
            return self.finding("eviction", .ok, measured)
        }
        return self.finding(
            "eviction", .error, measured,
            "When the memory is full, the server removes sessions, and tombstones of ended ones.",
            fix: "CONFIG SET maxmemory-policy noeviction, also in the file; or give sessions a server of their own.")
    }

    private var memoryFinding: Finding? {
        guard let used = self.usedMemory, let most = self.maximumMemory else { return nil }
        guard most > 0 else {
            return self.finding(
                "memory", .notice, "\(ByteCount.text(used)) used, no maxmemory",
                "Without a limit, the machine's memory is the limit, and the kernel ends the server.",
                fix: "Set maxmemory to less than the machine has, with noeviction.")
        }
        let measured = "\(ByteCount.text(used)) of \(ByteCount.text(most)) used, \(used * 100 / most) %"
        guard used > most / 5 * 4 else { return self.finding("memory", .ok, measured) }
        return self.finding(
            "memory", .warning, measured, "When it is full, no one can log in.",
            fix: "Raise maxmemory, or shorten the limits of sessions.")
    }

    private var evictedFinding: Finding? {
        guard let count = self.evictedKeyCount, count > 0 else { return nil }
        return self.finding(
            "evicted", .error, "\(count) keys evicted since the server started", "Users were logged out by it.",
            fix: "Set maxmemory-policy noeviction, and give the server more memory.")
    }

    private var persistenceFinding: Finding? {
        guard let hasAppendOnlyFile = self.hasAppendOnlyFile else { return nil }
        guard hasAppendOnlyFile else {
            guard let makesSnapshots = self.makesSnapshots else {
                return self.finding(
                    "persistence", .warning, "appendonly no, save unknown",
                    "After a crash, sessions of the last minutes or all sessions are lost, and ended ones may return.",
                    fix: "CONFIG SET appendonly yes, also in the file.")
            }
            return self.finding(
                "persistence", .warning, "appendonly no, \(makesSnapshots ? "snapshots" : "no snapshots")",
                makesSnapshots
                    ? "After a crash, sessions of the last minutes are lost, and sessions that ended in them return."
                    : "After a restart, everyone is logged out.",
                fix: "CONFIG SET appendonly yes, also in the file.")
        }
        let policy = self.appendFsync ?? "unknown"
        guard policy == "no" else {
            return self.finding(
                "persistence", .ok, "appendonly yes, appendfsync \(policy)",
                policy == "everysec" ? "A power cut may undo logouts of the last second." : nil)
        }
        return self.finding(
            "persistence", .warning, "appendonly yes, appendfsync no",
            "A power cut may undo logouts of half a minute.", fix: "CONFIG SET appendfsync everysec, or always.")
    }

    private var diskFinding: Finding? {
        guard !self.failedWrites.isEmpty else { return nil }
        return self.finding(
            "disk", .error, self.failedWrites.joined(separator: ", "),
            "The server could not write to its disk. By default it then refuses writes, and no one can log in.",
            fix: "Free space on its disk, check the rights of its folder, and read its log.")
    }

    private var replicasFinding: Finding? {
        guard let count = self.replicaCount, self.role == "master" else { return nil }
        guard count > 0 else {
            return self.finding(
                "replicas", self.isCluster == true ? .warning : .notice, "0 replicas",
                "When the server fails, its sessions wait until it is back.",
                fix: "Add a replica, with Sentinel or in a cluster, if sessions must outlive a machine.")
        }
        let lag = self.replicaLag ?? 0
        let measured = "\(count) replicas, at most \(ByteCount.text(lag)) behind"
        guard lag > 1_048_576 else { return self.finding("replicas", .ok, measured) }
        return self.finding(
            "replicas", .warning, measured, "A failover now loses these writes, logouts among them.",
            fix: "Check the network and the load of the replicas; set logoutReplication to wait for them.")
    }

    private var accessFinding: Finding? {
        guard let isOpen = self.isOpen else { return nil }
        guard isOpen else { return self.finding("access", .ok, "a password is required") }
        return self.finding(
            "access", self.isLocal ? .notice : .error, "the user default has no password",
            "Everyone who reaches the server can end all sessions and learn who is logged in.",
            fix: "ACL SETUSER default off, and give servers the user of the article Choosing a store.")
    }

    private var rightsFinding: Finding? {
        guard let user = self.user else { return nil }
        guard self.isAdministrator == true else {
            return self.finding("rights", .ok, "the user \(user) may not change settings")
        }
        return self.finding(
            "rights", .notice, "the user \(user) may read and change settings",
            "A server that is broken into could make Redis write files.",
            fix:
                "Give servers the user of the article Choosing a store, which has only the commands that sessions need."
        )
    }

    private var encryptionFinding: Finding? {
        guard !self.isLocal else { return nil }
        guard !self.hasTLS else { return self.finding("encryption", .ok, "TLS") }
        return self.finding(
            "encryption", .warning, "no TLS", "The network can read the password, subjects and values.",
            fix: "Use rediss://, or a network that no one else is on.")
    }

    private var clockFinding: Finding? {
        guard let skew = self.clockSkew else { return nil }
        return Finding.clock("redis.clock", at: self.place, skew: skew, roundTrip: self.roundTrip)
    }
}

extension Finding {
    /// The difference between the clock of a server and the one of this machine. Servers of an application must agree,
    /// and this machine stands for one of them.
    static func clock(_ name: String, at place: String, skew: Duration, roundTrip: Duration) -> Finding {
        let milliseconds = skew.components.seconds * 1_000 + skew.components.attoseconds / 1_000_000_000_000_000
        let measured = "\(milliseconds) ms from this machine's clock, ± \(ShortMilliseconds.text(roundTrip / 2))"
        let distance = max(skew, .zero - skew) - roundTrip / 2
        guard distance > .seconds(1) else { return Finding(name, .ok, at: place, measured) }
        return Finding(
            name, distance > .seconds(30) ? .error : .warning, at: place, measured,
            "Limits are checked by the clocks of the servers, and keys expire by the clock of the store.",
            fix: "Run a time service, such as chrony or systemd-timesyncd, on both machines.")
    }
}

enum ShortMilliseconds {
    static func text(_ duration: Duration) -> String {
        "\(duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000) ms"
    }
}
#endif
