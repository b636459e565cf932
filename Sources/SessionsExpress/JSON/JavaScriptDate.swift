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

/// Dates in the format of `JSON.stringify`: ISO 8601 in UTC with milliseconds. A year that does not fit in four digits
/// has a sign and six digits (ECMA-262 section 21.4.1.32).
enum JavaScriptDate {
    /// The range of a JavaScript date in milliseconds since 1970.
    private static let range = -8_640_000_000_000_000...8_640_000_000_000_000 as ClosedRange<Int64>
    /// 400 years of the Gregorian calendar, after which it repeats.
    private static let era: (years: Int64, milliseconds: Int64) = (400, 146_097 * 86_400_000)
    /// The years 1970 to 9999, which need no era arithmetic.
    private static let plainRange = 0...253_402_300_799_999 as ClosedRange<Int64>

    /// The text of an instant. Out of range, it is the nearest valid date.
    static func text(_ instant: SessionInstant) -> String {
        let milliseconds = min(max(instant.millisecondsSince1970, self.range.lowerBound), self.range.upperBound)
        guard !self.plainRange.contains(milliseconds) else {
            return SessionInstant(millisecondsSince1970: milliseconds).description
        }
        // The corresponding day in a year from 2000 to 2399.
        let eraCount = (milliseconds - 946_684_800_000).floored(by: self.era.milliseconds)
        let plain = SessionInstant(millisecondsSince1970: milliseconds - eraCount * self.era.milliseconds).description
        guard let year = Int64(plain.prefix(4)) else { return plain }
        return self.text(ofYear: year + eraCount * self.era.years) + plain.dropFirst(4)
    }

    private static func text(ofYear year: Int64) -> String {
        let isPlain = (0...9_999).contains(year)
        let digits = String(year.magnitude)
        let zeros = String(repeating: "0", count: max(0, (isPlain ? 4 : 6) - digits.count))
        return (isPlain ? "" : year < 0 ? "-" : "+") + zeros + digits
    }

    static func parse(_ text: String) -> SessionInstant? {
        let bytes = text.utf8
        let isNegative = bytes.first == UInt8(ascii: "-")
        let hasSign = isNegative || bytes.first == UInt8(ascii: "+")
        let digits = bytes.dropFirst(hasSign ? 1 : 0).prefix(hasSign ? 6 : 4)
        guard
            digits.count == (hasSign ? 6 : 4),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let magnitude = Int64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let year = isNegative ? -magnitude : magnitude
        let eraCount = (1_970...9_999).contains(year) ? 0 : (year - 2_000).floored(by: self.era.years)
        let rest = String(decoding: bytes.dropFirst(hasSign ? 7 : 4), as: UTF8.self)
        guard let plain = self.parsePlain("\(year - eraCount * self.era.years)\(rest)") else { return nil }
        let instant = plain.millisecondsSince1970 + eraCount * self.era.milliseconds
        return self.range.contains(instant) ? SessionInstant(millisecondsSince1970: instant) : nil
    }

    private static func parsePlain(_ text: String) -> SessionInstant? {
        let styles = [true, false].map { Date.ISO8601FormatStyle(includingFractionalSeconds: $0) }
        return styles.lazy.compactMap { try? $0.parse(text) }.first.map { self.instant($0) }
    }

    /// Rounds to the nearest millisecond, because a binary fraction may be slightly below it.
    static func instant(_ date: Date) -> SessionInstant {
        SessionInstant(date.addingTimeInterval(0.0005))
    }
}

extension Int64 {
    /// This number divided by another, rounded down.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
