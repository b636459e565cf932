//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Charts
import Foundation

/// Measures the cost of a user with many sessions, and of many revocations of sealed sessions: for this user, for
/// another user, and for the caller that ends them all. Draws a chart of each for the documentation.
@main
struct Volume: AsyncParsableCommand {
    @Argument(help: "The folder for the pictures.")
    var folder: String

    @Option(help: "The most sessions of one user, and the most revocations.")
    var sessions = 1_000_000

    @Option(
        help:
            "The stores: memory, sqlite, redis, postgres. Servers need a variable, as Benchmarks/Scripts/parts sets it."
    )
    var stores = ["memory", "sqlite", "redis", "postgres"]

    @Option(help: "What to measure: stores, and near-cache. The default is all. Only what has points is drawn.")
    var measuring: [String] = []

    @Option(help: "The output of an interrupted run, whose measurements are drawn with those of this one.")
    var measured: String?

    func run() async throws {
        let counts = sequence(first: 100) { $0 * 10 }.prefix { $0 <= self.sessions }
        var (volume, revocations) = (VolumeCharts(stores: self.stores), RevocationCharts(stores: self.stores))
        for (line, name) in self.stores.enumerated()
        where self.isMeasured(name) {
            for count in counts {
                for isOfOne in [true, false] {
                    try await VolumeStore.with(name) { store in
                        try await volume.measure(store, name, count: count, line: line, isOfOne: isOfOne)
                    }
                }
                try await VolumeStore.with(name) { store in
                    try await revocations.measure(store, name, count: count, line: line)
                }
                FileHandle.standardError.write(Data("\(name): \(count) measured\n".utf8))
            }
        }
        var nearCache = NearCacheCharts()
        if self.isMeasured("near-cache") { try await nearCache.measure() }
        let printed = try self.measured.map { try String(contentsOf: URL(filePath: $0), encoding: .utf8) } ?? ""
        for (name, var chart) in volume.all + revocations.all + nearCache.all {
            chart.add(printed: printed)
            guard chart.lines.contains(where: { !$0.points.isEmpty }) else { continue }
            try chart.draw(name, in: self.folder)
        }
    }

    private func isMeasured(_ name: String) -> Bool { self.measuring.isEmpty || self.measuring.contains(name) }
}
