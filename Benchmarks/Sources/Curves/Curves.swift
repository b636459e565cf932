//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Foundation

/// Measures how costs grow and draws a chart of each, for the documentation.
@main
struct Curves: AsyncParsableCommand {
    @Argument(help: "The folder for the pictures.")
    var folder: String

    @Option(help: "The most sessions at once.")
    var sessions = 10_000_000

    func run() async throws {
        try await self.draw("curve-values", Measurement.byValues())
        try await self.draw("curve-size", Measurement.bySize())
        try await self.draw("curve-sessions", Measurement.bySessions(upTo: self.sessions))
        try await self.draw("curve-memory", Measurement.memory(upTo: min(self.sessions, 4_000_000)))
        try await self.draw("curve-concurrency", Measurement.byConcurrency())
    }

    private func draw(_ name: String, _ chart: Chart) throws {
        print("# \(chart.title)")
        for line in chart.lines {
            for (x, y) in line.points { print("\(line.name)\t\(x)\t\(y)") }
        }
        try Data(chart.svg.utf8).write(to: URL(filePath: "\(self.folder)/\(name).svg"))
    }
}
