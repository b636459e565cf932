//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Finds the values of a record, which does not change meanwhile: with a dictionary, built once linear searches become
/// slow.
struct ValueIndex {
    private var index: [ByteString: SessionValue]?
    private var searchCount = 0

    mutating func value(of name: String, in values: SessionValues) -> SessionValue? {
        if let index = self.index { return index[ByteString(name)] }
        guard values.count > 16, self.searchCount >= 16 else {
            self.searchCount += 1
            return values[name]
        }
        let pairs = values.map { (ByteString($0.name), $0.value) }
        let index = Dictionary(pairs) { first, _ in first }
        self.index = index
        return index[ByteString(name)]
    }
}
