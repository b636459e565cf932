//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Ids by due time, the earliest first: a binary heap.
///
/// An entry is not moved when its id becomes due later, because every touch would pay for it. It is corrected when it
/// comes to the front, and dropped there when its id is gone.
struct ExpiryQueue {
    private struct Entry {
        var due: SessionInstant
        var id: SessionID
    }

    private var entries: [Entry] = []

    var count: Int { self.entries.count }

    /// A time before which nothing is due; nil for an empty queue. Reading it does not check the ids.
    var earliest: SessionInstant? { self.entries.first?.due }

    mutating func insert(_ id: SessionID, due: SessionInstant) {
        self.entries.append(Entry(due: due, id: id))
        self.moveUp(self.entries.count - 1)
    }

    /// The id that is due first, and when.
    ///
    /// - Parameters:
    ///   - skipped: An id to skip.
    ///   - due: When an id is due, or nil when it is gone.
    mutating func first(
        skipping skipped: SessionID? = nil,
        due: (SessionID) -> SessionInstant?
    ) -> (id: SessionID, due: SessionInstant)? {
        var passedOver: Entry?
        defer { if let passedOver { self.insert(passedOver.id, due: passedOver.due) } }
        while let entry = self.entries.first {
            let current = due(entry.id)
            if current == entry.due {
                guard entry.id == skipped else { return (entry.id, entry.due) }
                passedOver = entry
            }
            self.removeFirst()
            // An id that is due earlier than this entry has another entry with the earlier time.
            if let current, current > entry.due { self.insert(entry.id, due: current) }
        }
        return nil
    }

    private mutating func removeFirst() {
        let last = self.entries.removeLast()
        guard !self.entries.isEmpty else { return }
        self.entries[0] = last
        self.moveDown(0)
    }

    private mutating func moveUp(_ start: Int) {
        var index = start
        while index > 0, self.entries[index].due < self.entries[(index - 1) / 2].due {
            self.entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func moveDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < self.entries.count {
                if self.entries[child].due < self.entries[least].due { least = child }
            }
            guard least != index else { return }
            self.entries.swapAt(index, least)
            index = least
        }
    }
}
