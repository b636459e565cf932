//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides when a changed key file is accepted. It reads no file and no clock.
///
/// A file that is written in place may be seen half written: empty, truncated, or with new lines first and old ones
/// last. So a change counts when two reads in a row find the same.
struct KeyFileWatch: Sendable {
    /// The result of one read: the digest of the contents and the mode; nil when the file could not be read.
    struct Snapshot: Sendable, Equatable {
        var digest: [UInt8]
        var mode: UInt32
    }

    enum Verdict: Equatable {
        /// The file is the one that was last judged, good or bad.
        case unchanged
        /// The file has changed since the last read, and may still be being written.
        case changing
        /// The file has changed, and is the same as at the last read: judge it now.
        case settled
    }

    private var judged: Snapshot?
    private var seen: Snapshot?

    /// Starts with the file that was judged when the application started.
    init(judged: Snapshot) {
        self.judged = judged
        self.seen = judged
    }

    mutating func verdict(on snapshot: Snapshot?) -> Verdict {
        let before = self.seen
        self.seen = snapshot
        if snapshot == self.judged { return .unchanged }
        guard snapshot == before else { return .changing }
        self.judged = snapshot
        return .settled
    }
}
