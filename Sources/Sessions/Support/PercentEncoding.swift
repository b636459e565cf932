//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Percent-encoding (RFC 3986 section 2.1), decoded as in browsers: a percent sign that begins no code is literal.
enum PercentEncoding {
    /// Decodes bytes, or returns nil when nothing is encoded.
    ///
    /// - Parameter plusIsSpace: Whether a plus sign is a space, as in forms. The default is false.
    static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var isEncoded = false
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = self.byte(ofCode: rest.prefix(2)) {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
                isEncoded = true
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
                isEncoded = true
            } else {
                bytes.append(byte)
            }
        }
        return isEncoded ? bytes : nil
    }

    private static func byte(ofCode digits: some Collection<UInt8>) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var byte: UInt8 = 0
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { return nil }
            byte = byte << 4 | UInt8(value)
        }
        return byte
    }
}
