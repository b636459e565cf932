//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides when a file of keys that has changed is believed. It reads no file and no clock.
///
/// A file that is written in place is seen while it is written: empty, cut off, or beginning with its new lines and
/// ending with its old ones. So a change counts when two looks in a row find the same.
struct KeyFileWatch: Sendable {
    /// What one look found: the digest of the contents and the mode; nil when the file could not be read.
    struct Look: Sendable, Equatable {
        var digest: [UInt8]
        var mode: UInt32
    }

    enum Verdict: Equatable {
        /// The file is what was judged last, whether that was good or bad.
        case unchanged
        /// It has changed since the last look, and may still be being written.
        case changing
        /// It has changed and is the same as at the last look: it is to be judged now.
        case settled
    }

    private var judged: Look?
    private var seen: Look?

    /// Begins with a file that was judged when the application started.
    init(judged: Look) {
        self.judged = judged
        self.seen = judged
    }

    mutating func verdict(on look: Look?) -> Verdict {
        let before = self.seen
        self.seen = look
        if look == self.judged { return .unchanged }
        guard look == before else { return .changing }
        self.judged = look
        return .settled
    }
}
