//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Duration {
    /// A duration of whole minutes, saturating.
    package static func minutes(_ minutes: Int) -> Duration { .saturating(minutes, times: 60) }

    /// A duration of whole hours, saturating.
    package static func hours(_ hours: Int) -> Duration { .saturating(hours, times: 3_600) }

    /// A duration of whole days of 24 hours, saturating.
    package static func days(_ days: Int) -> Duration { .saturating(days, times: 86_400) }

    private static func saturating(_ count: Int, times seconds: Int) -> Duration {
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        return .seconds(overflow ? (count > 0 ? Int.max : Int.min) : product)
    }

    /// Whole milliseconds, rounded toward zero, clamped to `Int64`.
    ///
    /// It does not use `components`, which traps on a duration of more seconds than an `Int64` can count.
    package var wholeMilliseconds: Int64 {
        Int64(clamping: self.attoseconds / 1_000_000_000_000_000)
    }

    /// Whole seconds, rounded down, never below zero: the value of `Max-Age`.
    var wholeSeconds: Int64 {
        max(0, Int64(clamping: self.attoseconds / 1_000_000_000_000_000_000))
    }
}
