//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// The sessions of a ``MemorySessionStore`` by subject.
///
/// A shard of the store changes the index while it holds its own lock, never the other way round, so index and records
/// agree whenever no operation is in progress. Subjects are compared as bytes, because Swift strings treat different
/// Unicode normalizations as equal. They are distributed over several locks by a hash that is keyed for this process.
final class MemorySubjectIndex: Sendable {
    private final class Part: Sendable {
        let ids = Mutex<[[UInt8]: SortedSessionIDs]>([:])
    }

    private let parts = (0..<64).map { _ in Part() }

    /// The ids of a subject after a given one, in order.
    func ids(of subject: String, after last: SessionID?, limit: Int) -> [SessionID] {
        let key = Array(subject.utf8)
        return self.part(of: key).ids.withLock { $0[key]?.ids(after: last, limit: limit) ?? [] }
    }

    func add(_ id: SessionID, to subject: String) {
        let key = Array(subject.utf8)
        self.part(of: key).ids.withLock { $0[key, default: SortedSessionIDs()].insert(id) }
    }

    func remove(_ id: SessionID, from subject: String) {
        let key = Array(subject.utf8)
        self.part(of: key).ids.withLock { ids in
            ids[key]?.remove(id)
            if ids[key]?.isEmpty == true { ids[key] = nil }
        }
    }

    private func part(of key: [UInt8]) -> Part {
        self.parts[Int(UInt(bitPattern: key.hashValue) % UInt(self.parts.count))]
    }
}
