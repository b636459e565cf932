//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Dates as `JSON.stringify` writes them: ISO 8601 in UTC with milliseconds.
enum JavaScriptDate {
    /// The end of the year 9999: later years are written in another way.
    private static let last = Instant(millisecondsSince1970: 253_402_300_799_999)

    static func text(_ instant: Instant) -> String { min(instant, self.last).description }

    static func parse(_ text: String) -> Instant? {
        let styles = [true, false].map { Date.ISO8601FormatStyle(includingFractionalSeconds: $0) }
        return styles.lazy.compactMap { try? $0.parse(text) }.first.map { self.instant($0) }
    }

    /// The nearest millisecond, which a binary fraction may lie a hair below.
    static func instant(_ date: Date) -> Instant {
        Instant(date.addingTimeInterval(0.0005))
    }
}
