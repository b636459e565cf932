//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import CoreMetrics
import Synchronization

/// The metrics of this process, in the text format of Prometheus.
///
/// An application takes swift-prometheus or OpenTelemetry instead. The Showcase builds with fewer packages.
final class PrometheusMetrics: MetricsFactory {
    private typealias Family = (kind: PrometheusSeries.Kind, series: [String: PrometheusSeries])

    private static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let bytes = [256.0, 512, 1_024, 2_048, 3_072, 4_096, 8_192]

    private let families = Mutex<[String: Family]>([:])

    /// The exposition format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
    var text: String {
        let families = self.families.withLock { $0 }.sorted { $0.key < $1.key }
        return families.map { name, family in
            let lines = family.series.sorted { $0.key < $1.key }.flatMap { $1.lines(name, labels: $0) }
            return (["# TYPE \(name) \(family.kind.name)"] + lines).joined(separator: "\n") + "\n"
        }.joined()
    }

    private func series(_ name: String, _ labels: [(String, String)], _ kind: PrometheusSeries.Kind) -> PrometheusSeries
    {
        let labels = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        return self.families.withLock { families in
            if let series = families[name]?.series[labels] { return series }
            let series = PrometheusSeries(kind)
            families[name, default: (kind, [:])].series[labels] = series
            return series
        }
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\", "\"": text += "\\\(character)"
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.series(label, dimensions, .counter)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.series(label, dimensions, aggregate ? .histogram(Self.bytes) : .gauge)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.series(label, dimensions, .histogram(Self.seconds))
    }

    // The metrics live as long as the process.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
