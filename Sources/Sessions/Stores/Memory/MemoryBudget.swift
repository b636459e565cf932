//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// How many bytes of memory the shards of a ``MemorySessionStore`` use together, and how many they may.
///
/// Counted and not measured: the bytes of a record, and beside them what the tables, indexes and blocks of memory of
/// one were measured to take. Of 200,000 small records the process held 196 bytes each beside theirs, and 387 with a
/// subject each.
final class MemoryBudget: Sendable {
    /// What a record takes beside its own bytes.
    private static let recordOverhead = 208
    /// What the index of subjects takes for a record of one that is logged in.
    private static let subjectOverhead = 192
    /// What the tombstone of an ended session takes.
    static let tombstoneByteCount = 144

    let maximum: Int
    private let used = Atomic(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    static func byteCount(ofRecord byteCount: Int, isAuthenticated: Bool) -> Int {
        byteCount + self.recordOverhead + (isAuthenticated ? self.subjectOverhead : 0)
    }

    var usedByteCount: Int { self.used.load(ordering: .relaxed) }

    func hasRoom(for byteCount: Int) -> Bool { self.usedByteCount <= self.maximum - byteCount }

    /// Takes bytes if there are as many.
    func reserve(_ byteCount: Int) -> Bool {
        let after = self.used.add(byteCount, ordering: .relaxed).newValue
        guard after > self.maximum else { return true }
        self.release(byteCount)
        return false
    }

    /// Takes bytes whether or not there are as many.
    func take(_ byteCount: Int) {
        self.used.add(byteCount, ordering: .relaxed)
    }

    /// Gives bytes back.
    func release(_ byteCount: Int) {
        self.used.subtract(byteCount, ordering: .relaxed)
    }
}
