//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Charts

/// Measures how costs grow, and draws a chart of each for the documentation.
@main
struct Scaling: AsyncParsableCommand {
    @Argument(help: "The folder for the pictures.")
    var folder: String

    @Option(help: "The most sessions at once.")
    var sessions = 10_000_000

    func run() async throws {
        try await Measurement.byValues().draw("scaling-values", in: self.folder)
        try await Measurement.bySize().draw("scaling-size", in: self.folder)
        try await Measurement.bySessions(upTo: self.sessions).draw("scaling-sessions", in: self.folder)
        try await Measurement.memory(upTo: min(self.sessions, 4_000_000)).draw("scaling-memory", in: self.folder)
        try await Measurement.byConcurrency().draw("scaling-concurrency", in: self.folder)
    }
}
