//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// A dictionary that knows which of its keys was used least recently. Every operation takes constant time.
struct RecentlyUsed<Key: Hashable, Value> {
    private struct Node {
        var key: Key
        /// Nil in a node that is free.
        var value: Value?
        var older: Int
        var newer: Int
    }

    private static var none: Int { -1 }

    private var positions: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var free: [Int] = []
    private var oldest = Self.none
    private var newest = Self.none

    var count: Int { self.positions.count }

    /// The key that was inserted, replaced or used the longest time ago.
    var leastRecent: Key? { self.oldest == Self.none ? nil : self.nodes[self.oldest].key }

    /// The value of a key. This is not a use.
    subscript(key: Key) -> Value? {
        self.positions[key].flatMap { self.nodes[$0].value }
    }

    /// The value of a key, which becomes the one most recently used.
    mutating func use(_ key: Key) -> Value? {
        guard let position = self.positions[key] else { return nil }
        if position != self.newest {
            self.unlink(position)
            self.append(position)
        }
        return self.nodes[position].value
    }

    /// Inserts a key that is not there, as the one most recently used.
    mutating func insert(_ value: Value, for key: Key) {
        let node = Node(key: key, value: value, older: Self.none, newer: Self.none)
        let position: Int
        if let last = self.free.popLast() {
            position = last
            self.nodes[position] = node
        } else {
            position = self.nodes.count
            self.nodes.append(node)
        }
        self.positions[key] = position
        self.append(position)
    }

    /// Replaces the value of a key, which becomes the one most recently used. Does nothing if it is not there.
    mutating func replace(_ value: Value, for key: Key) {
        guard let position = self.positions[key] else { return }
        self.nodes[position].value = value
        self.unlink(position)
        self.append(position)
    }

    @discardableResult
    mutating func remove(_ key: Key) -> Value? {
        guard let position = self.positions.removeValue(forKey: key) else { return nil }
        self.unlink(position)
        self.free.append(position)
        return self.nodes[position].value.take()
    }

    private mutating func unlink(_ position: Int) {
        let (older, newer) = (self.nodes[position].older, self.nodes[position].newer)
        if older == Self.none { self.oldest = newer } else { self.nodes[older].newer = newer }
        if newer == Self.none { self.newest = older } else { self.nodes[newer].older = older }
    }

    private mutating func append(_ position: Int) {
        self.nodes[position].older = self.newest
        self.nodes[position].newer = Self.none
        if self.newest == Self.none { self.oldest = position } else { self.nodes[self.newest].newer = position }
        self.newest = position
    }
}
#endif
