//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Base64url without padding (RFC 4648 section 5), canonical only.
///
/// Two encodings of one token would be two keys for one session, so padded input, and input whose unused last bits are
/// not zero, is rejected.
package enum Base64URL {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// A bit in the value of bytes that are no digits.
    private static let noDigit: UInt32 = 1 << 31

    /// The value of each byte as the first, second, third and fourth digit of a group, one after another: a group is
    /// the union of four entries ("memory: untouched").
    private static let values: [UInt32] = {
        var values = [UInt32](repeating: noDigit, count: 4 * 256)
        for (value, digit) in digits.enumerated() {
            for place in 0..<4 { values[place * 256 + Int(digit)] = UInt32(value) << (18 - 6 * UInt32(place)) }
        }
        return values
    }()

    /// Encodes bytes.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        self.withBytes(of: bytes) { bytes in
            self.digits.withUnsafeBufferPointer { digits in
                String(unsafeUninitializedCapacity: (bytes.count * 8 + 5) / 6) { text in
                    self.encode(bytes, digits, into: text)
                }
            }
        }
    }

    private static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ digits: UnsafeBufferPointer<UInt8>,
        into text: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var (next, count) = (0, 0)
        func emit(_ group: UInt32, digits emitted: Int) {
            for index in 0..<emitted {
                text[count &+ index] = digits[Int(group &>> UInt32(truncatingIfNeeded: 18 &- 6 &* index) & 0x3F)]
            }
            count &+= emitted
        }
        while next &+ 3 <= bytes.count {
            let group = UInt32(bytes[next]) << 16 | UInt32(bytes[next &+ 1]) << 8 | UInt32(bytes[next &+ 2])
            // Written out, because a loop costs twice as much ("sealed: counter").
            text[count] = digits[Int(group &>> 18)]
            text[count &+ 1] = digits[Int(group &>> 12 & 0x3F)]
            text[count &+ 2] = digits[Int(group &>> 6 & 0x3F)]
            text[count &+ 3] = digits[Int(group & 0x3F)]
            count &+= 4
            next &+= 3
        }
        switch bytes.count &- next {
        case 1: emit(UInt32(bytes[next]) << 16, digits: 2)
        case 2: emit(UInt32(bytes[next]) << 16 | UInt32(bytes[next &+ 1]) << 8, digits: 3)
        default: break
        }
        return count
    }

    /// Decodes bytes, or returns nil when the input is not canonical.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        self.withBytes(of: text) { text in
            var isText = false
            let count = text.count / 4 * 3 + text.count % 4 * 3 / 4
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, initializedCount in
                isText = self.decode(text, into: UnsafeMutableRawBufferPointer(bytes))
                initializedCount = isText ? count : 0
            }
            return isText ? bytes : nil
        }
    }

    /// Decodes into a buffer of the exact size, without an allocation.
    ///
    /// - Returns: False when the input is not the canonical encoding of that many bytes.
    static func decode(_ text: some Collection<UInt8>, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        self.withBytes(of: text) { self.decode($0, into: bytes) }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard text.count == (bytes.count * 8 + 5) / 6 else { return false }
        return self.values.withUnsafeBufferPointer { values in
            var (read, written) = (0, 0)
            var seen: UInt32 = 0
            func digit(_ place: Int) -> UInt32 { values[place &* 256 &+ Int(text[read &+ place])] }
            while written &+ 3 <= bytes.count {
                let group = digit(0) | digit(1) | digit(2) | digit(3)
                seen |= group
                bytes[written] = UInt8(truncatingIfNeeded: group >> 16)
                bytes[written &+ 1] = UInt8(truncatingIfNeeded: group >> 8)
                bytes[written &+ 2] = UInt8(truncatingIfNeeded: group)
                read &+= 4
                written &+= 3
            }
            // Some bits of the last digit belong to no byte: they must be zero.
            var surplus: UInt32 = 0
            switch bytes.count &- written {
            case 1:
                let group = digit(0) | digit(1)
                seen |= group
                bytes[written] = UInt8(truncatingIfNeeded: group >> 16)
                surplus = group & 0xFFFF
            case 2:
                let group = digit(0) | digit(1) | digit(2)
                seen |= group
                bytes[written] = UInt8(truncatingIfNeeded: group >> 16)
                bytes[written &+ 1] = UInt8(truncatingIfNeeded: group >> 8)
                surplus = group & 0xFF
            default:
                break
            }
            return seen & self.noDigit == 0 && surplus == 0
        }
    }

    private static func withBytes<Result>(
        of collection: some Collection<UInt8>,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        collection.withContiguousStorageIfAvailable(body) ?? Array(collection).withUnsafeBufferPointer(body)
    }
}
