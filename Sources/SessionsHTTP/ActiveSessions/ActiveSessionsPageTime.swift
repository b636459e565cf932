//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A point in time as a page shows it: `<time datetime="{machine}">{text}</time>`.
public struct ActiveSessionsPageTime: Sendable, Hashable {
    /// ISO 8601 in UTC.
    public let machine: String
    /// The text for people, not yet escaped.
    public let text: String

    init(_ instant: SessionInstant, _ format: (SessionInstant) -> String) {
        self.machine = instant.description
        self.text = format(instant)
    }

    /// "21 Nov 2026, 18:13 UTC". An instant that is out of the range of dates is shown in milliseconds.
    static func text(of instant: SessionInstant) -> String {
        let iso = instant.description
        // 2026-11-21T18:13:28.000Z
        let parts = iso.split { "-T".contains($0) }
        guard
            parts.count == 4, let day = Int(parts[2]), let month = Int(parts[1]),
            self.months.indices.contains(month - 1)
        else { return iso }
        return "\(day) \(self.months[month - 1]) \(parts[0]), \(parts[3].prefix(5)) UTC"
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
