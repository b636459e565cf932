//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// A duration as text: an integer and a unit.
enum DurationArgument {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    static func parse(_ text: String) throws -> Duration {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let unit = self.units.first(where: { $0.name == text.dropFirst(digits.count) }) else {
            throw ValidationError("Give a whole number and a unit: 500ms, 30s, 20m, 8h or 14d.")
        }
        // A limit that silently became another value could end every session at once, or none ever.
        guard
            let count = Int64(digits),
            case let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds), !overflow
        else { throw ValidationError("That is too long: the most is \(Int64.max)ms.") }
        return .milliseconds(milliseconds)
    }
}
