//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Reads the primitives of the binary format, in bounds for any bytes.
///
/// Every read returns nil when the bytes end early or are not canonical. Nothing here traps, or allocates more than the
/// bytes that are really there.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var offset: Int
    let end: Int

    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    init(_ bytes: [UInt8]) {
        self.init(bytes, in: 0..<bytes.count)
    }

    var isAtEnd: Bool { self.offset == self.end }

    mutating func readByte() -> UInt8? {
        guard self.offset < self.end else { return nil }
        defer { self.offset += 1 }
        return self.bytes[self.offset]
    }

    mutating func readWord() -> UInt64? {
        guard let range = self.readRange(count: 8) else { return nil }
        return self.bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
        }
    }

    /// Nearly all varints are lengths of one byte.
    @inline(__always)  // "codec: decode a record"
    mutating func readVarint() -> UInt64? {
        guard self.offset < self.end, self.bytes[self.offset] < 0x80 else { return self.readLongVarint() }
        defer { self.offset += 1 }
        return UInt64(self.bytes[self.offset])
    }

    private mutating func readLongVarint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = self.readByte() {
            // The tenth byte may have only one bit, and a last byte of zero would be a second encoding.
            guard shift < 63 || byte <= 1, byte != 0 || shift == 0 else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { return nil }
        }
        return nil
    }

    /// The range of the next `count` bytes.
    @inline(__always)  // "codec: decode a record"
    mutating func readRange(count: Int) -> Range<Int>? {
        guard count >= 0, count <= self.end - self.offset else { return nil }
        defer { self.offset += count }
        return self.offset..<self.offset + count
    }

    /// The range of the bytes after a varint with their length.
    @inline(__always)  // "codec: decode a record"
    mutating func readCounted() -> Range<Int>? {
        guard let length = self.readVarint(), let count = Int(exactly: length) else { return nil }
        return self.readRange(count: count)
    }

    /// Skips to an offset, which must not be past the end.
    mutating func skip(to offset: Int) {
        self.offset = min(offset, self.end)
    }

    /// Whether the bytes in a range are UTF-8.
    func isText(in range: Range<Int>) -> Bool {
        if self.bytes[range].allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: self.bytes[range], as: UTF8.self) != nil
    }

    /// Whether the bytes in one range sort before those in another, compared as numbers.
    func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        self.bytes[right].withUnsafeBufferPointer { self.order(of: left, to: $0) < 0 }
    }

    /// Compares the bytes in a range with others, as numbers: negative if they sort before, zero if they are equal,
    /// positive if they sort after.
    func order(of range: Range<Int>, to others: UnsafeBufferPointer<UInt8>) -> Int {
        self.bytes[range].withUnsafeBufferPointer { own in
            for index in 0..<min(own.count, others.count) where own[index] != others[index] {
                return Int(own[index]) - Int(others[index])
            }
            return own.count - others.count
        }
    }
}
