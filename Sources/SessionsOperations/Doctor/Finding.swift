//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions

/// Something that `doctor` measured: how bad it is, and what to do.
package struct Finding: Sendable, Encodable, Equatable {
    package enum Severity: String, Sendable, Encodable, CaseIterable, Comparable {
        /// As it should be.
        case ok
        /// Worth knowing.
        case notice
        /// Sessions or logouts can be lost, or someone could read them.
        case warning
        /// Sessions or logouts are lost, or anyone can read them.
        case error

        package static func < (left: Severity, right: Severity) -> Bool {
            let all = Self.allCases
            return all.firstIndex(of: left) ?? 0 < all.firstIndex(of: right) ?? 0
        }
    }

    /// A fixed name, such as `redis.eviction`.
    package var name: String
    package var severity: Severity
    /// Where it was measured: a server, a file, an address.
    package var place: String
    /// What was measured.
    package var measured: String
    /// What it means; nil if all is well.
    package var meaning: String?
    /// What to do; nil if nothing has to be done.
    package var fix: String?

    init(
        _ name: String,
        _ severity: Severity,
        at place: String,
        _ measured: String,
        _ meaning: String? = nil,
        fix: String? = nil
    ) {
        self.name = name
        self.severity = severity
        self.place = UntrustedText.escaped(place)
        self.measured = UntrustedText.escaped(measured, limit: 256)
        self.meaning = meaning
        self.fix = fix
    }

    /// The finding for people.
    package var text: String {
        var lines = ["\(self.severity.rawValue.uppercased().padding(8)) \(self.name.padding(26)) \(self.measured)"]
        if let meaning = self.meaning { lines.append("         \(meaning)") }
        if let fix = self.fix { lines.append("         Fix: \(fix)") }
        return lines.joined(separator: "\n")
    }
}
#endif
