//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions

extension KeyFileReport {
    /// What to say of a key file.
    package var findings: [Finding] {
        if let problem = self.problem {
            return [
                Finding(
                    "keys.file", .error, at: self.path, "mode \(self.mode), no usable keys", problem,
                    fix: "Repair the file: servers keep the keys that they have, and do not start with it.")
            ]
        }
        return [self.permissionFinding, self.ageFinding, self.endFinding].compactMap { $0 }
    }

    private var permissionFinding: Finding {
        guard self.permissions & 0o044 != 0 else { return Finding("keys.permissions", .ok, at: self.path, self.mode) }
        return Finding(
            "keys.permissions", .warning, at: self.path, self.mode,
            "Users other than the owner can read the keys, and anyone who has them can make sessions.",
            fix: "chmod go-r \(self.path)")
    }

    private var ageFinding: Finding? {
        guard let newest = self.keys.first else { return nil }
        let ids = self.keys.map(\.id).joined(separator: ", ")
        guard let days = newest.ageInDays else {
            return Finding(
                "keys.age", .notice, at: self.path, "\(ids); the age of \(newest.id) is unknown",
                "The line of a key that sessions keys makes says when it was made.",
                fix: "Write # made YYYY-MM-DD after the key, or rotate.")
        }
        let measured = "\(ids); \(newest.id) is \(days) days old"
        guard days > 365 else { return Finding("keys.age", .ok, at: self.path, measured) }
        return Finding(
            "keys.age", .warning, at: self.path, measured,
            "Everyone who has left since may have the key.", fix: "sessions keys rotate \(self.path)")
    }

    private var endFinding: Finding? {
        guard let warning = self.warnings.first(where: { $0.contains("newline") }) else { return nil }
        return Finding("keys.end", .warning, at: self.path, "no newline at the end", warning, fix: "End the line.")
    }
}
#endif
