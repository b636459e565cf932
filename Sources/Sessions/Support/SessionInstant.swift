//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Every limit of a session is computed with this type, and its arithmetic saturates: a hostile or wrong duration gives
/// the earliest or latest instant, and never traps.
public struct SessionInstant: Sendable, Hashable, Comparable {
    /// Whole milliseconds since 1970-01-01T00:00:00Z; negative before it.
    public var millisecondsSince1970: Int64

    /// Creates an instant from whole milliseconds since 1970-01-01T00:00:00Z.
    public init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    /// The earliest instant.
    public static let distantPast = SessionInstant(millisecondsSince1970: .min)

    /// The latest instant.
    public static let distantFuture = SessionInstant(millisecondsSince1970: .max)

    /// This instant moved by a duration, clamped to ``distantPast`` and ``distantFuture``.
    public func advanced(by duration: Duration) -> SessionInstant {
        self.advanced(byMilliseconds: duration.wholeMilliseconds)
    }

    /// This instant moved by whole milliseconds, saturating.
    func advanced(byMilliseconds milliseconds: Int64) -> SessionInstant {
        SessionInstant(millisecondsSince1970: self.millisecondsSince1970.addingSaturating(milliseconds))
    }

    /// The whole milliseconds from an earlier instant to this one, saturating.
    func milliseconds(since earlier: SessionInstant) -> Int64 {
        let (difference, overflow) = self.millisecondsSince1970
            .subtractingReportingOverflow(earlier.millisecondsSince1970)
        guard overflow else { return difference }
        return self > earlier ? .max : .min
    }

    /// The duration from this instant to another; negative when the other is earlier.
    public func duration(to other: SessionInstant) -> Duration {
        .milliseconds(other.milliseconds(since: self))
    }

    public static func < (left: SessionInstant, right: SessionInstant) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// `instant` moved later by `duration`, saturating.
    public static func + (instant: SessionInstant, duration: Duration) -> SessionInstant {
        instant.advanced(by: duration)
    }

    /// `instant` moved earlier by `duration`, saturating.
    public static func - (instant: SessionInstant, duration: Duration) -> SessionInstant {
        let milliseconds = duration.wholeMilliseconds
        let (difference, overflow) = instant.millisecondsSince1970.subtractingReportingOverflow(milliseconds)
        guard overflow else { return SessionInstant(millisecondsSince1970: difference) }
        return milliseconds < 0 ? .distantFuture : .distantPast
    }

    /// The duration from `right` to `left`, saturating.
    public static func - (left: SessionInstant, right: SessionInstant) -> Duration {
        right.duration(to: left)
    }
}
