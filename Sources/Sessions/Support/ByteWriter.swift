//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Appends the primitives of the binary format: little-endian words and base-128 varints.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: The initial capacity in bytes. The default is none.
    init(capacity: Int = 0) {
        if capacity > 0 { self.bytes.reserveCapacity(capacity) }
    }

    mutating func write(_ byte: UInt8) {
        self.bytes.append(byte)
    }

    mutating func write(_ other: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: other)
    }

    /// Appends a range of an array, without creating a slice.
    mutating func write(_ other: [UInt8], in range: Range<Int>) {
        other.withUnsafeBufferPointer { self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    mutating func write(word: UInt64) {
        self.write(inMemoryOrder: word.littleEndian)
    }

    /// Appends words that are already little-endian, all at once.
    mutating func write(inMemoryOrder words: some BitwiseCopyable) {
        withUnsafeBytes(of: words) { self.bytes.append(contentsOf: $0) }
    }

    mutating func write(varint: UInt64) {
        var rest = varint
        while rest >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// How many bytes a varint takes: one for each seven bits, and one for zero.
    static func byteCount(ofVarint value: UInt64) -> Int {
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    /// Appends a string in UTF-8.
    mutating func write(text: String) {
        var text = text
        text.withUTF8 { self.bytes.append(contentsOf: $0) }
    }

    /// Appends a length as varint, then the bytes.
    mutating func write(counted other: some Collection<UInt8>) {
        self.write(varint: UInt64(other.count))
        self.write(other)
    }

    /// Appends the UTF-8 length of a string as varint, then its bytes.
    mutating func write(counted text: String) {
        var text = text
        text.withUTF8 { self.write(counted: $0) }
    }
}
