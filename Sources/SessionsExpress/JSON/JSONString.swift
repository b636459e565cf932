//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// JSON strings.
enum JSONString {
    /// Decodes a string literal with its quotation marks. Nil for an unpaired surrogate, which JavaScript writes as an
    /// escape and Swift strings cannot represent.
    static func decode(_ literal: [UInt8]) -> String? {
        let bytes = literal.dropFirst().dropLast()
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(validating: bytes, as: UTF8.self) }
        var text = ""
        var rest = bytes
        while !rest.isEmpty {
            let plain = rest.prefix { $0 != UInt8(ascii: "\\") }
            rest = rest[plain.endIndex...]
            var escaped: [UInt16] = []
            while let unit = self.popEscape(from: &rest) { escaped.append(unit) }
            guard
                let decoded = String(validating: plain, as: UTF8.self),
                let unescaped = String(validating: escaped, as: UTF16.self),
                !plain.isEmpty || !escaped.isEmpty
            else { return nil }
            text += decoded
            text += unescaped
        }
        return text
    }

    /// Removes an escape sequence from the start of the bytes, if there is one, and returns its code unit.
    private static func popEscape(from bytes: inout ArraySlice<UInt8>) -> UInt16? {
        guard bytes.count >= 2, bytes.first == UInt8(ascii: "\\") else { return nil }
        let kind = bytes[bytes.startIndex + 1]
        guard kind == UInt8(ascii: "u") else {
            bytes = bytes.dropFirst(2)
            return self.shortEscapes[kind] ?? UInt16(kind)
        }
        let digits = bytes.dropFirst(2).prefix(4).compactMap(Hexadecimal.value(of:))
        guard digits.count == 4 else { return nil }
        bytes = bytes.dropFirst(6)
        return digits.reduce(0) { $0 << 4 | UInt16($1) }
    }

    private static let shortEscapes: [UInt8: UInt16] = [
        UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
}
