//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// How many bytes of memory the shards of a ``MemorySessionStore`` use together, and how many they may use.
///
/// The bytes are counted, not measured: the bytes of a record, plus a measured overhead for tables, indexes and
/// allocations. With 200,000 small records, the process used 196 bytes more than their own for each, and 387 more for
/// each with a subject.
final class MemoryBudget: Sendable {
    /// The overhead of a record, beside its own bytes.
    private static let recordOverhead = 208
    /// The overhead of the subject index for an authenticated record.
    private static let subjectOverhead = 192
    /// The size of the tombstone of an ended session.
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

    /// Reserves bytes if that many are available.
    func reserve(_ byteCount: Int) -> Bool {
        let after = self.used.add(byteCount, ordering: .relaxed).newValue
        guard after > self.maximum else { return true }
        self.release(byteCount)
        return false
    }

    /// Reserves bytes even over the maximum.
    func take(_ byteCount: Int) {
        self.used.add(byteCount, ordering: .relaxed)
    }

    /// Releases bytes.
    func release(_ byteCount: Int) {
        self.used.subtract(byteCount, ordering: .relaxed)
    }
}
