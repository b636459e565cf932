//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
package import Sessions

/// What a key file has: permissions, ids and ages, and never a key.
package struct KeyFileReport: Sendable, Encodable {
    package struct Key: Sendable, Encodable {
        package var line: Int
        package var id: String
        /// When it was made, if its line says so.
        package var madeAt: String?
        package var ageInDays: Int?
        /// What it does: the first seals and signs, all open and verify.
        package var use: String

        package var age: Duration? { self.ageInDays.map { .seconds($0 * 86_400) } }
    }

    package var path: String
    /// The permissions in octal digits.
    package var mode: String
    package var keys: [Key]
    /// Why servers refuse the file.
    package var problem: String?
    /// What should be otherwise, although servers accept it.
    package var warnings: [String]
    /// The permissions.
    package let permissions: UInt32

    private enum CodingKeys: CodingKey { case path, mode, keys, problem, warnings }

    package init(_ inspection: KeyFileInspection, path: String, now: SessionInstant) {
        self.path = path
        self.permissions = inspection.mode
        let digits = String(inspection.mode, radix: 8)
        self.mode = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        self.problem = inspection.problem
        self.keys = inspection.keys.enumerated().map { index, key in
            let madeAt = key.comment.flatMap(Self.date)
            return Key(
                line: key.line, id: key.id, madeAt: madeAt?.description,
                ageInDays: madeAt.map { Int(max(0, (now - $0).components.seconds) / 86_400) },
                use: index == 0 ? "seals and opens" : "opens")
        }
        self.warnings = []
        if inspection.mode & 0o044 != 0 {
            self.warnings.append("Users other than its owner can read it. Run: chmod go-r \(path)")
        }
        if inspection.lacksFinalNewline {
            self.warnings.append("Its last line has no newline at its end: a new key there would be ignored.")
        }
    }

    /// The date after the word `made`.
    private static func date(_ comment: String) -> SessionInstant? {
        let words = comment.split(separator: " ")
        guard let made = words.firstIndex(of: "made"), words.indices.contains(made + 1) else { return nil }
        let text = String(words[made + 1])
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), .iso8601] {
            if let date = try? style.parse(text) { return SessionInstant(date) }
        }
        return (try? Date.ISO8601FormatStyle().year().month().day().parse(text)).map { SessionInstant($0) }
    }

    /// The report for people.
    package var text: String {
        var lines = ["\(self.path), mode \(self.mode)"]
        for key in self.keys {
            let age = key.ageInDays.map { "made \(key.madeAt?.prefix(10) ?? ""), \($0) days ago" } ?? "age unknown"
            lines.append("  \(key.id)  \(key.use.padding(15))  \(age)")
        }
        if let problem = self.problem { lines.append("Refused: \(problem)") }
        return (lines + self.warnings.map { "Warning: \($0)" }).joined(separator: "\n")
    }
}
#endif
