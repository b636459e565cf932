//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Reads `Cookie` fields (RFC 6265bis section 4.2) by their bytes.
///
/// Names are compared byte by byte: nothing is decoded, trimmed beyond blanks, or folded, or a look-alike such as
/// `%5F%5FHost-session` would pass for a prefixed cookie. Values are taken as they stand, quotation marks included.
/// A pair without `=` or without a name is nobody's. There may be several fields (HTTP/2 splits them). One pass, no
/// allocation, whatever the length.
enum CookieHeader {
    /// Calls the body with every value of a name, in order.
    static func forEachValue(
        of name: String,
        in fields: HTTPFields,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var name = name
        name.withUTF8 { name in
            for field in fields where field.name == .cookie {
                field.withUnsafeBytesOfValue { bytes in
                    self.forEachValue(of: UnsafeRawBufferPointer(name), in: UnsafeRawBufferPointer(bytes), body)
                }
            }
        }
    }

    static func forEachValue(
        of name: UnsafeRawBufferPointer,
        in bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
            let pair = self.trimmingBlanks(rest[..<end])
            rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let pairName = self.trimmingBlanks(pair[..<equals])
            guard !pairName.isEmpty, pairName.elementsEqual(name) else { continue }
            body(UnsafeRawBufferPointer(rebasing: self.trimmingBlanks(pair[(equals + 1)...])))
        }
    }

    /// Without the spaces and tabs at both ends, and nothing else that Unicode calls a space.
    private static func trimmingBlanks(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
