//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
extension SQLiteFacts {
    /// What to say of the facts.
    package var findings: [Finding] {
        guard self.exists else {
            return [
                self.finding(
                    "file", .error, "there is no such file", "There are no sessions there.",
                    fix: "Give the path that the server has; it makes the file.")
            ]
        }
        return [
            self.permissionFinding, self.folderFinding, self.readingFinding, self.ownerFinding, self.schemaFinding,
            self.integrityFinding, self.journalFinding, self.indexFinding, self.sizeFinding, self.logFinding,
            self.spaceFinding,
        ].compactMap { $0 }
    }

    private func finding(
        _ name: String,
        _ severity: Finding.Severity,
        _ measured: String,
        _ meaning: String? = nil,
        fix: String? = nil
    ) -> Finding {
        Finding("sqlite.\(name)", severity, at: self.path, measured, meaning, fix: fix)
    }

    private var permissionFinding: Finding {
        let measured = self.modes.sorted { $0.key < $1.key }
            .map { "\($0.key.isEmpty ? "file" : $0.key) \(Self.octal($0.value))" }.joined(separator: ", ")
        let modes = self.modes.values
        guard modes.contains(where: { $0 & 0o066 != 0 }) else { return self.finding("permissions", .ok, measured) }
        let canWrite = modes.contains { $0 & 0o022 != 0 }
        return self.finding(
            "permissions", canWrite ? .error : .warning, measured,
            canWrite ? "Other users can log in as anyone." : "Other users can read subjects and values.",
            fix: "chmod 0600 \(self.path) \(self.path)-wal \(self.path)-shm")
    }

    private var folderFinding: Finding? {
        guard let mode = self.folderMode, mode & 0o002 != 0, mode & 0o1000 == 0 else { return nil }
        return self.finding(
            "folder", .error, "the folder has mode \(Self.octal(mode & 0o7777))",
            "Every user can replace the file with another.", fix: "chmod o-w on the folder.")
    }

    private var readingFinding: Finding? {
        guard let failure = self.failure else { return nil }
        return self.finding(
            "reading", .error, failure, "The file cannot be read.",
            fix: "Run this as the user of the server; if the file is damaged, restore a backup.")
    }

    private var ownerFinding: Finding? {
        guard self.isOfLibrary == false else { return nil }
        return self.finding(
            "owner", .error, "another application made the file", "Servers refuse it.",
            fix: "Give sessions a file of their own.")
    }

    private var schemaFinding: Finding? {
        guard let version = self.schemaVersion, self.isOfLibrary == true else { return nil }
        let measured = "schema version \(version), SQLite \(self.version ?? "unknown")"
        guard version > self.currentSchemaVersion else { return self.finding("schema", .ok, measured) }
        return self.finding(
            "schema", .error, measured, "A newer release of the library made the file.",
            fix: "Use the release that the servers have.")
    }

    private var integrityFinding: Finding? {
        guard let integrity = self.integrity else { return nil }
        guard integrity != "ok" else { return self.finding("integrity", .ok, integrity) }
        return self.finding(
            "integrity", .error, integrity, "The file is damaged: sessions are unreadable, or ended ones return.",
            fix: "Stop the servers and restore a backup, or move the file away; check the disk.")
    }

    private var journalFinding: Finding? {
        guard let mode = self.journalMode, self.isOfLibrary == true else { return nil }
        guard mode != "wal" else { return self.finding("journal", .ok, mode) }
        return self.finding(
            "journal", .notice, mode, "Another program changed the mode. The next server changes it back.",
            fix: "Let no other program write to the file.")
    }

    private var indexFinding: Finding? {
        guard self.isOfLibrary == true, !self.missingIndexes.isEmpty else { return nil }
        return self.finding(
            "indexes", .warning, "missing: \(self.missingIndexes.joined(separator: ", "))",
            "Lists of a user's sessions, or sweeps, read the whole file.",
            fix: "Start a server of this release, which makes the index of subjects; restore a backup for another.")
    }

    private var sizeFinding: Finding? {
        guard let count = self.byteCount else { return nil }
        let share = self.freePageShare ?? 0
        let measured = "\(ByteCount.text(count)), \(Int(share * 100)) % of it free for reuse"
        guard count > 64 << 20, share > 0.5 else { return self.finding("size", .ok, measured) }
        return self.finding(
            "size", .notice, measured, "The file was larger once: a flood of sessions, or a sweep after a long time.",
            fix: "Run a SessionSweeper; VACUUM gives the space back while no server runs.")
    }

    private var logFinding: Finding? {
        guard let count = self.logByteCount else { return nil }
        let measured = "\(ByteCount.text(count)) of log"
        guard count > 64 << 20 else { return self.finding("log", .ok, measured) }
        return self.finding(
            "log", .warning, measured, "A reader that does not end keeps the log from being copied to the file.",
            fix: "End programs that keep the file open, such as a shell of SQLite or a backup.")
    }

    private var spaceFinding: Finding? {
        guard let free = self.freeDiskByteCount else { return nil }
        let measured = "\(ByteCount.text(free)) free on the disk"
        guard free < 256 << 20 else { return self.finding("space", .ok, measured) }
        return self.finding(
            "space", .warning, measured, "On a full disk no one can log in; logouts have a reserve.",
            fix: "Free space on the disk.")
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
#endif
