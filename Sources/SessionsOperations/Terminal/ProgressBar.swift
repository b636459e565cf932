//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import Synchronization

/// Shows progress on standard error: a bar on a terminal, and a line for each tenth elsewhere, if asked.
public final class ProgressBar: Sendable {
    private static let width = 40
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let reportsTenths: Bool
    private let tenths = Mutex(-1)

    /// Creates a bar.
    ///
    /// - Parameter reportsTenths: Whether a line is written for each tenth where there is no terminal. The default is
    ///   true.
    public init(reportsTenths: Bool = true) {
        self.reportsTenths = reportsTenths
    }

    /// Whether anything is shown, so that a total need not be counted for nothing.
    package var isShown: Bool { self.isTerminal || self.reportsTenths }

    /// Shows a number of a total, which may be an estimate.
    public func show(_ count: Int, of total: Int) {
        // The count may exceed the total, because sessions may be added.
        let share = total > 0 ? min(1, Double(count) / Double(total)) : 1
        let text = "\(Int(share * 100)) %, \(count) of \(max(count, total))"
        if self.isTerminal {
            let filled = Int(share * Double(Self.width))
            let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
            self.write("\r[\(bar)] \(text) ")
        } else if self.reportsTenths, self.isNews(Int(share * 10)) {
            self.write("\(text)\n")
        }
    }

    /// Ends the line of the bar.
    public func clear() {
        if self.isTerminal { self.write("\r\u{1B}[K") }
    }

    /// Prints the result on a separate line.
    public func end(with text: String) {
        self.write(self.isTerminal ? "\n\(text)\n" : "\(text)\n")
    }

    private func isNews(_ tenth: Int) -> Bool {
        self.tenths.withLock { last in
            defer { last = max(last, tenth) }
            return tenth > last
        }
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
#endif
