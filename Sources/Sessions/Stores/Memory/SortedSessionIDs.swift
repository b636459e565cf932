//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A sorted set of ids. Adding, removing, and reading on from any id takes no longer for many ids than for few.
///
/// The ids are in a list of sorted arrays with at most a few hundred each.
struct SortedSessionIDs {
    private static let maximumChunkCount = 256

    /// None of them is empty.
    private var chunks: [[SessionID]] = []

    var isEmpty: Bool { self.chunks.isEmpty }

    mutating func insert(_ id: SessionID) {
        guard !self.chunks.isEmpty else {
            self.chunks = [[id]]
            return
        }
        let chunk = self.chunk(of: id)
        let place = self.chunks[chunk].firstIndex(notBefore: id)
        guard place == self.chunks[chunk].count || self.chunks[chunk][place] != id else { return }
        self.chunks[chunk].insert(id, at: place)
        guard self.chunks[chunk].count > Self.maximumChunkCount else { return }
        let half = Array(self.chunks[chunk][(Self.maximumChunkCount / 2)...])
        self.chunks[chunk].removeLast(half.count)
        self.chunks.insert(half, at: chunk + 1)
    }

    mutating func remove(_ id: SessionID) {
        guard !self.chunks.isEmpty else { return }
        let chunk = self.chunk(of: id)
        let place = self.chunks[chunk].firstIndex(notBefore: id)
        guard place < self.chunks[chunk].count, self.chunks[chunk][place] == id else { return }
        self.chunks[chunk].remove(at: place)
        if self.chunks[chunk].isEmpty { self.chunks.remove(at: chunk) }
    }

    /// The ids after a given one.
    ///
    /// - Parameters:
    ///   - last: The id to continue after, or nil to begin with the first.
    ///   - limit: The maximum number to return.
    func ids(after last: SessionID?, limit: Int) -> [SessionID] {
        guard !self.chunks.isEmpty else { return [] }
        var ids: [SessionID] = []
        var chunk = last.map { self.chunk(of: $0) } ?? 0
        while chunk < self.chunks.count, ids.count < limit {
            let following = self.chunks[chunk].drop { id in last.map { id <= $0 } ?? false }
            ids += following.prefix(limit - ids.count)
            chunk += 1
        }
        return ids
    }

    /// The index of the chunk that contains an id, or would. There must be a chunk.
    private func chunk(of id: SessionID) -> Int {
        var (low, high) = (0, self.chunks.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if self.chunks[middle][0] <= id { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

extension [SessionID] {
    /// The first index of a sorted array whose id is not less than another; the count if there is none.
    fileprivate func firstIndex(notBefore id: SessionID) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
