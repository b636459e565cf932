//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
/// Counts in classes with fixed bounds.
package struct Histogram: Sendable, Encodable, Equatable {
    /// A class: everything below its bound that is in no earlier class.
    package struct Bin: Sendable, Encodable, Equatable {
        package var label: String
        package var count: Int
    }

    package private(set) var bins: [Bin]
    private let bounds: [Int]

    /// - Parameters:
    ///   - bounds: The bounds, in ascending order, each with the label of its class.
    ///   - last: The label of everything else.
    package init(_ bounds: KeyValuePairs<Int, String>, last: String) {
        self.bounds = bounds.map(\.key)
        self.bins = bounds.map { Bin(label: $0.value, count: 0) } + [Bin(label: last, count: 0)]
    }

    package mutating func add(_ value: Int, count: Int = 1) {
        let index = self.bounds.firstIndex { value < $0 } ?? self.bounds.count
        self.bins[index].count += count
    }

    package func encode(to encoder: any Encoder) throws {
        try self.bins.encode(to: encoder)
    }

    /// The classes as lines with bars.
    ///
    /// - Parameter width: The width of the longest bar.
    package func plot(width: Int = 40) -> [String] {
        let (largest, total) = (self.bins.map(\.count).max() ?? 0, self.bins.map(\.count).reduce(0, +))
        let labelWidth = self.bins.map(\.label.count).max() ?? 0
        let countWidth = "\(largest)".count
        return self.bins.map { bin in
            // A class that is not empty has a bar.
            let length = largest == 0 ? 0 : max(bin.count > 0 ? 1 : 0, bin.count * width / largest)
            let share = total == 0 ? 0 : bin.count * 100 / total
            let bar = String(repeating: "#", count: length).padding(width)
            return "  \(bin.label.padding(labelWidth))  \(bar)  \("\(bin.count)".leftPadding(countWidth))  \(share) %"
        }
    }
}
#endif
