//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Collections keep the additions and removals of parallel requests, if a request changes them in place:
/// `session[.cart].append("tea")`. An assignment, `session[.cart] = []`, replaces the whole.
extension SessionKey {
    /// Creates a key of an array.
    ///
    /// Elements that one request removes are removed, and elements that it inserts are inserted at their position, or
    /// at the end. If the changes are so many that a merge takes too long, the request's array replaces the other.
    public init<Element: Codable & Equatable & Sendable>(
        _ name: String,
        default defaultValue: [Element] = []
    ) where Value == [Element] {
        self.init(
            name: name, defaultValue: defaultValue, codec: .automatic,
            merge: .inPlace { CollectionMerge.merged($0, $1, $2) })
    }

    /// Creates a key of a set.
    public init<Element: Codable & Hashable & Sendable>(
        _ name: String,
        default defaultValue: Set<Element> = []
    ) where Value == Set<Element> {
        self.init(
            name: name, defaultValue: defaultValue, codec: .automatic,
            merge: .inPlace { base, mine, theirs in
                theirs.subtracting(base.subtracting(mine)).union(mine.subtracting(base))
            })
    }

    /// Creates a key of a dictionary, whose entries are merged one by one. Of two changes of one entry, the later one
    /// wins.
    public init<Name: Codable & Hashable & Sendable, Entry: Codable & Equatable & Sendable>(
        _ name: String,
        default defaultValue: [Name: Entry] = [:]
    ) where Value == [Name: Entry] {
        self.init(
            name: name, defaultValue: defaultValue, codec: .automatic,
            merge: .inPlace { base, mine, theirs in
                var merged = theirs
                for name in Set(base.keys).union(mine.keys) where base[name] != mine[name] {
                    merged[name] = mine[name]
                }
                return merged
            })
    }
}

/// Applies the changes of one array to another.
enum CollectionMerge {
    /// The maximum number of comparisons in a merge.
    private static let limit = 1_000_000

    /// - Returns: Nil if it would take too long.
    static func merged<Element: Equatable>(_ base: [Element], _ mine: [Element], _ theirs: [Element]) -> [Element]? {
        let start = zip(base, mine).prefix { $0 == $1 }.count
        let (oldTail, newTail) = (base[start...], mine[start...])
        let end = zip(oldTail.reversed(), newTail.reversed()).prefix { $0 == $1 }.count
        let (removed, inserted) = (oldTail.dropLast(end), newTail.dropLast(end))
        // Nearly every change is one insertion at the end.
        if removed.isEmpty, end == 0 { return theirs + inserted }
        guard
            removed.count * inserted.count <= self.limit,
            (removed.count + inserted.count) * (theirs.count + inserted.count) <= self.limit
        else { return nil }
        var merged = theirs
        for change in Array(inserted).difference(from: Array(removed)) {
            switch change {
            case .remove(_, let element, _):
                if let index = merged.firstIndex(of: element) { merged.remove(at: index) }
            case .insert(let offset, let element, _):
                let isAtEnd = end == 0 && start + offset >= mine.count - 1
                merged.insert(element, at: isAtEnd ? merged.count : min(start + offset, merged.count))
            }
        }
        return merged
    }
}
