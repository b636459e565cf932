//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Which sessions of a ``MemorySessionStore`` belong to which subject.
///
/// A shard changes the index while it holds its own lock, never the other way round, so that index and records agree
/// whenever nothing is under way. Subjects are compared as bytes, not as Swift compares strings, which takes different
/// spellings of a letter for the same.
final class MemorySubjectIndex: Sendable {
    private let ids = Mutex<[[UInt8]: Set<SessionID>]>([:])

    func ids(of subject: String) -> Set<SessionID> {
        self.ids.withLock { $0[Array(subject.utf8)] ?? [] }
    }

    func add(_ id: SessionID, to subject: String) {
        self.ids.withLock { _ = $0[Array(subject.utf8), default: []].insert(id) }
    }

    func remove(_ id: SessionID, from subject: String) {
        self.ids.withLock { ids in
            let key = Array(subject.utf8)
            ids[key]?.remove(id)
            if ids[key]?.isEmpty == true { ids[key] = nil }
        }
    }
}
