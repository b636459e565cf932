//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Synchronization

/// Shows progress on standard error: a bar on a terminal, and a line for each tenth elsewhere.
final class ProgressBar: Sendable {
    private static let width = 40
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let tenths = Mutex(-1)

    func show(_ count: Int, of total: Int) {
        // The count may exceed the total, because sessions may be added.
        let share = total > 0 ? min(1, Double(count) / Double(total)) : 1
        let text = "\(Int(share * 100)) %, \(count) of \(max(count, total))"
        if self.isTerminal {
            let filled = Int(share * Double(Self.width))
            let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
            self.write("\r[\(bar)] \(text) ")
        } else if self.isNews(Int(share * 10)) {
            self.write("\(text)\n")
        }
    }

    /// Prints the result on a separate line.
    func end(with text: String) {
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
