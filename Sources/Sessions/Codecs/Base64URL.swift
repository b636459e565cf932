//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Base64url without padding (RFC 4648 section 5), canonical form only.
///
/// Two spellings of one token would be two keys of one lock, so text that pads, or whose unused last bits are not zero,
/// is refused.
package enum Base64URL {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The value of each byte as a digit; 0xFF for what is not one.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// The text of some bytes.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        self.digits.withUnsafeBufferPointer { digits in
            String(unsafeUninitializedCapacity: (bytes.count * 8 + 5) / 6) { text in
                var (pending, bits, count) = (UInt32(0), UInt32(0), 0)
                func emit(_ digit: UInt32) {
                    text[count] = digits[Int(digit & 0x3F)]
                    count &+= 1
                }
                for byte in bytes {
                    pending = pending << 8 | UInt32(byte)
                    bits &+= 8
                    while bits >= 6 {
                        bits &-= 6
                        emit(pending >> bits)
                    }
                }
                if bits > 0 { emit(pending << (6 - bits)) }
                return count
            }
        }
    }

    /// The bytes of a text, or nil when it is not the canonical text of any.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var isText = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + text.count % 4) { bytes, count in
            isText = self.decode(text) { byte in
                bytes[count] = byte
                count &+= 1
            }
        }
        return isText ? bytes : nil
    }

    /// Fills a buffer from a text of exactly its size, without an allocation.
    ///
    /// - Returns: False when the text is not the canonical text of that many bytes.
    static func decode(_ text: some Collection<UInt8>, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard text.count == (bytes.count * 8 + 5) / 6 else { return false }
        var next = 0
        return self.decode(text) { byte in
            bytes[next] = byte
            next += 1
        }
    }

    @inline(__always)
    private static func decode(_ text: some Collection<UInt8>, emit: (UInt8) -> Void) -> Bool {
        var pending: UInt32 = 0
        var bits = 0
        // Looked up once: a static is behind a lock.
        let isText = self.values.withUnsafeBufferPointer { values in
            for digit in text {
                let value = values[Int(digit)]
                guard value != 0xFF else { return false }
                pending = pending << 6 | UInt32(value)
                bits &+= 6
                if bits >= 8 {
                    bits &-= 8
                    emit(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
                }
            }
            return true
        }
        // Six left-over bits are a digit that carries no byte; two or four must be zero.
        return isText && bits < 6 && pending & (1 << UInt32(bits) - 1) == 0
    }
}
