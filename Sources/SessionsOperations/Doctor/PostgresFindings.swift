//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
extension PostgresFacts {
    /// What to say of the facts.
    package var findings: [Finding] {
        [
            self.versionFinding, self.roleFinding, self.schemaFinding, self.commitFinding, self.durabilityFinding,
            self.loggingFinding, self.indexFinding, self.vacuumFinding, self.deadRowsFinding, self.transactionFinding,
            self.connectionsFinding, self.rightsFinding, self.loginFinding, self.encryptionFinding, self.clockFinding,
        ].compactMap { $0 }
    }

    private func finding(
        _ name: String,
        _ severity: Finding.Severity,
        _ measured: String,
        _ meaning: String? = nil,
        fix: String? = nil
    ) -> Finding {
        Finding("postgres.\(name)", severity, at: self.place, measured, meaning, fix: fix)
    }

    private var versionFinding: Finding? {
        guard let number = self.versionNumber else { return nil }
        let measured = "PostgreSQL \(number / 10_000).\(number % 10_000)"
        guard number < 120_000 else { return self.finding("version", .ok, measured) }
        return self.finding(
            "version", .error, measured, "The store needs PostgreSQL 12.", fix: "Install PostgreSQL 12 or newer.")
    }

    private var roleFinding: Finding? {
        guard let isReplica = self.isReplica else { return nil }
        guard isReplica else { return self.finding("role", .ok, "primary") }
        return self.finding(
            "role", .error, "replica", "It refuses writes: no one can log in or out.",
            fix: "Give the address of the primary, or several hosts with target_session_attrs=read-write.")
    }

    private var schemaFinding: Finding {
        let current = self.tables.currentSchemaVersion
        guard let version = self.tables.schemaVersion else {
            return self.finding(
                "schema", .error, "no tables in the schema \(self.schema)", "There are no sessions there.",
                fix: "Give --postgres-schema as the servers have it, or start a server, which makes the tables.")
        }
        guard version != current else { return self.finding("schema", .ok, "version \(version)") }
        return self.finding(
            "schema", version < current ? .warning : .error, "version \(version), and this release has \(current)",
            version < current ? "The next server of this release migrates them." : "A newer release made the tables.",
            fix: version < current ? "Update all servers." : "Use the release that the servers have.")
    }

    private var commitFinding: Finding? {
        guard let value = self.settings["synchronous_commit"] else { return nil }
        guard value == "off" else { return self.finding("synchronous-commit", .ok, value) }
        return self.finding(
            "synchronous-commit", .warning, value,
            "A crash may undo logouts that were acknowledged up to three times wal_writer_delay before.",
            fix: "ALTER ROLE … SET synchronous_commit = on, for the role of the servers.")
    }

    private var durabilityFinding: Finding? {
        let off = ["fsync", "full_page_writes"].filter { self.settings[$0] == "off" }
        guard self.settings["fsync"] != nil else { return nil }
        guard !off.isEmpty else { return self.finding("durability", .ok, "fsync on, full_page_writes on") }
        return self.finding(
            "durability", .error, off.map { "\($0) off" }.joined(separator: ", "),
            "A crash of the machine can destroy the database.", fix: "Set \(off.joined(separator: " and ")) to on.")
    }

    private var loggingFinding: Finding? {
        guard let isUnlogged = self.isUnlogged else { return nil }
        guard isUnlogged else { return self.finding("logged", .ok, "the table is logged") }
        return self.finding(
            "logged", .warning, "the table is UNLOGGED",
            "A crash of the server logs everyone out, and replicas have no sessions.",
            fix: "ALTER TABLE … SET LOGGED, and set isUnlogged to false.")
    }

    private var indexFinding: Finding? {
        guard self.tables.schemaVersion != nil else { return nil }
        guard !self.missingIndexes.isEmpty else { return self.finding("indexes", .ok, "all there") }
        return self.finding(
            "indexes", .warning, "missing: \(self.missingIndexes.joined(separator: ", "))",
            "Lists of a user's sessions, or sweeps, read the whole table.",
            fix: self.missingIndexes.contains { $0.contains("by_due_time") }
                ? "Call prepare() as the owner of the tables, after a DROP INDEX of an index that was not finished."
                : self.indexStatement)
    }

    private var vacuumFinding: Finding? {
        guard let isOn = self.settings["autovacuum"] else { return nil }
        guard isOn == "on", self.settings["track_counts"] != "off" else {
            return self.finding(
                "autovacuum", .error, "autovacuum \(isOn), track_counts \(self.settings["track_counts"] ?? "unknown")",
                "Touches leave dead rows: the table grows until the disk is full.",
                fix: "Set autovacuum and track_counts to on.")
        }
        let last = self.secondsSinceVacuum.map { ", last \(ShortDuration.text(.seconds($0))) ago" } ?? ""
        return self.finding("autovacuum", .ok, "on\(last)")
    }

    private var deadRowsFinding: Finding? {
        guard let live = self.liveRowCount, let dead = self.deadRowCount else { return nil }
        let size = self.tableByteCount.map { ", \(ByteCount.text($0))" } ?? ""
        let measured = "\(live) live and \(dead) dead rows\(size)"
        guard dead > 10_000, dead > live else { return self.finding("dead-rows", .ok, measured) }
        return self.finding(
            "dead-rows", .warning, measured, "Vacuum does not keep up: reads slow down and the table grows.",
            fix: "Run VACUUM on the table, and lower autovacuum_vacuum_scale_factor for it.")
    }

    private var transactionFinding: Finding? {
        guard let seconds = self.oldestTransactionSeconds, seconds > 300 else { return nil }
        return self.finding(
            "transactions", seconds > 3_600 ? .warning : .notice,
            "a transaction is open for \(ShortDuration.text(.seconds(seconds)))",
            "Vacuum removes nothing that ended after it began.",
            fix: "Find it in pg_stat_activity, and set idle_in_transaction_session_timeout.")
    }

    private var connectionsFinding: Finding? {
        guard let count = self.connectionCount, let most = self.settings["max_connections"].flatMap({ Int($0) }) else {
            return nil
        }
        let measured = "\(count) of \(most)"
        guard count > most / 10 * 8 else { return self.finding("connections", .ok, measured) }
        return self.finding(
            "connections", .warning, measured, "When none is left, servers cannot connect again, and answer 503.",
            fix: "Raise max_connections, lower maximumConnectionCount of the servers, or put a pooler in front.")
    }

    private var rightsFinding: Finding? {
        guard !self.missingRights.isEmpty else { return nil }
        return self.finding(
            "rights", .error, "the role \(self.user ?? "") lacks \(self.missingRights.joined(separator: ", "))",
            "Calls of the store fail.", fix: "GRANT SELECT, INSERT, UPDATE, DELETE on the table to the role.")
    }

    private var loginFinding: Finding? {
        guard let user = self.user, let isSuperuser = self.isSuperuser else { return nil }
        guard isSuperuser else { return self.finding("login", .ok, "the role \(user) is no superuser") }
        return self.finding(
            "login", .notice, "the role \(user) is a superuser",
            "A server that is broken into could run programs on the database machine.",
            fix: "Give servers the role of the article Choosing a store.")
    }

    private var encryptionFinding: Finding? {
        guard !self.isLocal, let hasTLS = self.hasTLS else { return nil }
        guard !hasTLS else { return self.finding("encryption", .ok, "TLS") }
        return self.finding(
            "encryption", .warning, "no TLS", "The network can read subjects and values.",
            fix: "Add sslmode=verify-full and sslrootcert to the URL.")
    }

    private var clockFinding: Finding? {
        guard let skew = self.clockSkew else { return nil }
        return Finding.clock("postgres.clock", at: self.place, skew: skew, roundTrip: self.roundTrip)
    }
}
#endif
