//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension SessionInstant {
    /// Creates an instant from a `Date`, to the millisecond. Dates out of range are clamped.
    public init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded(.down)
        // `Int64(exactly:)` returns nil for values out of range and for NaN; `Int64(_:)` would trap.
        if let exact = Int64(exactly: milliseconds) {
            self.init(millisecondsSince1970: exact)
        } else {
            self = milliseconds < 0 ? .distantPast : .distantFuture
        }
    }

    /// This instant as a `Date`.
    public var date: Date {
        Date(timeIntervalSince1970: Double(self.millisecondsSince1970) / 1000)
    }
}

extension SessionInstant: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds, `2026-01-31T09:30:00.000Z`; outside the years 1 to 9999, the milliseconds.
    public var description: String {
        let writable = Int64(-62_135_596_800_000)...253_402_300_799_999
        guard writable.contains(self.millisecondsSince1970) else { return "\(self.millisecondsSince1970) ms" }
        // The style truncates, and a binary fraction may be slightly below its millisecond: the middle of the
        // millisecond is not.
        let middle = Date(timeIntervalSince1970: (Double(self.millisecondsSince1970) + 0.5) / 1000)
        return middle.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
