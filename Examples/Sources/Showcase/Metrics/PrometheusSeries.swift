//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import CoreMetrics
import Synchronization

/// The values of one metric with one set of labels.
final class PrometheusSeries: CounterHandler, RecorderHandler, TimerHandler {
    enum Kind {
        case counter
        case gauge
        /// The upper bounds of its buckets.
        case histogram([Double])

        var name: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Values {
        /// The count of a counter, the value of a gauge, or the sum of a histogram.
        var total = 0.0
        /// How many values a histogram has, for each bucket and above all of them.
        var counts: [Int]
    }

    private let kind: Kind
    private let values: Mutex<Values>

    init(_ kind: Kind) {
        self.kind = kind
        let bounds = if case .histogram(let bounds) = kind { bounds.count } else { 0 }
        self.values = Mutex(Values(counts: Array(repeating: 0, count: bounds + 1)))
    }

    func increment(by amount: Int64) { self.values.withLock { $0.total += Double(amount) } }
    func reset() { self.values.withLock { $0.total = 0 } }
    func record(_ value: Int64) { self.record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { self.record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        self.values.withLock { values in
            guard case .histogram(let bounds) = self.kind else { return values.total = value }
            values.total += value
            values.counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        }
    }

    /// The lines of the exposition format.
    func lines(_ name: String, labels: String) -> [String] {
        let values = self.values.withLock { $0 }
        let labelsInBraces = labels.isEmpty ? "" : "{\(labels)}"
        guard case .histogram(let bounds) = self.kind else { return ["\(name)\(labelsInBraces) \(values.total)"] }
        var count = 0
        let buckets = zip(bounds.map { "\($0)" } + ["+Inf"], values.counts).map { bound, more in
            count += more
            return "\(name)_bucket{\(labels)\(labels.isEmpty ? "" : ",")le=\"\(bound)\"} \(count)"
        }
        return buckets + ["\(name)_sum\(labelsInBraces) \(values.total)", "\(name)_count\(labelsInBraces) \(count)"]
    }
}
