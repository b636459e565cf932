//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A small set of distinct elements. It allocates an array only for more than one element.
struct TinyArray<Element> {
    private(set) var first: Element?
    private var further: [Element] = []

    var isEmpty: Bool { self.first == nil }

    /// The element, if it is the only one.
    var single: Element? { self.further.isEmpty ? self.first : nil }

    /// Removes the element and returns it, if it is the only one. It is not copied.
    mutating func takeSingle() -> Element? { self.further.isEmpty ? self.first.take() : nil }

    /// Adds an element, unless it is already present.
    ///
    /// - Returns: False when the limit is reached.
    @inline(__always)  // "memory: untouched"
    @discardableResult
    mutating func add(_ element: Element, upTo limit: Int, isSame: (Element, Element) -> Bool) -> Bool {
        guard let first = self.first else {
            self.first = element
            return true
        }
        if isSame(first, element) || self.further.contains(where: { isSame($0, element) }) { return true }
        guard 1 + self.further.count < limit else { return false }
        self.further.append(element)
        return true
    }

    /// Adds an element, or keeps the better one if it is already present.
    mutating func keep(
        _ element: Element,
        isSame: (Element, Element) -> Bool,
        isBetter: (Element, Element) -> Bool
    ) {
        guard let first = self.first else { return self.first = element }
        if isSame(first, element) {
            if isBetter(element, first) { self.first = element }
        } else if let index = self.further.firstIndex(where: { isSame($0, element) }) {
            if isBetter(element, self.further[index]) { self.further[index] = element }
        } else {
            self.further.append(element)
        }
    }
}

extension TinyArray: Sequence {
    struct Iterator: IteratorProtocol {
        fileprivate var first: Element?
        fileprivate var further: IndexingIterator<[Element]>

        mutating func next() -> Element? {
            guard let first = self.first else { return self.further.next() }
            self.first = nil
            return first
        }
    }

    func makeIterator() -> Iterator {
        Iterator(first: self.first, further: self.further.makeIterator())
    }
}

extension TinyArray: Sendable where Element: Sendable {}
