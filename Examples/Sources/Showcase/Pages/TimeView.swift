//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A point in time, for people and for machines.
struct TimeView: Sendable {
    /// ISO 8601.
    let machine: String
    let text: String

    init(_ instant: SessionInstant) {
        let iso = instant.description
        self.machine = iso
        // 2026-01-31T09:30:00.000Z. An instant that is out of the range of dates is shown in milliseconds.
        let parts = iso.split(separator: "T")
        self.text = parts.count == 2 ? "\(parts[0]) \(parts[1].prefix(8)) UTC" : iso
    }
}

extension Duration {
    private static let units: [(name: String, seconds: Int64)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]

    /// The largest unit and the one below it, unless that is zero: `7 h 59 min`, `8 h`.
    var text: String {
        let seconds = self.components.seconds
        guard let largest = Self.units.firstIndex(where: { seconds >= $0.seconds }) else {
            return self > .zero ? "less than 1 s" : "nothing"
        }
        var rest = seconds
        var parts: [String] = []
        for unit in Self.units[largest...].prefix(2) {
            if rest >= unit.seconds { parts.append("\(rest / unit.seconds) \(unit.name)") }
            rest %= unit.seconds
        }
        return parts.joined(separator: " ")
    }
}
