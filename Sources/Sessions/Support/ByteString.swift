//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A string that is compared, ordered and hashed by its UTF-8 bytes.
///
/// `String` compares by canonical equivalence: `é` as one scalar and as two are equal there. Names of values, subjects
/// and keys of stores are bytes, so two of them may differ only in normalization. Use this type for such names in sets,
/// in dictionaries and in types whose equality is derived, and ``Swift/String/hasSameBytes(as:)`` for a single
/// comparison.
package struct ByteString: Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

extension ByteString: Hashable {
    package static func == (left: ByteString, right: ByteString) -> Bool { left.text.hasSameBytes(as: right.text) }

    package func hash(into hasher: inout Hasher) {
        var text = self.text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // UTF-8 never contains this byte. It separates strings that are hashed one after the other.
        hasher.combine(0xFF as UInt8)
    }
}

extension ByteString: Comparable {
    package static func < (left: ByteString, right: ByteString) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ByteString: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}

extension ByteString: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}

extension String {
    /// Whether another string has the same UTF-8 bytes, unlike `==`, which treats different Unicode normalizations as
    /// equal.
    package func hasSameBytes(as other: String) -> Bool {
        guard self.utf8.count == other.utf8.count else { return false }
        var (left, right) = (self, other)
        return left.withUTF8 { left in right.withUTF8 { left.elementsEqual($0) } }
    }
}
