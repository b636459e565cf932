//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

/// Parses `Cookie` fields (RFC 6265bis section 4.2) as bytes.
///
/// Names are compared byte by byte. They are not decoded, case-folded, or trimmed of anything but blanks, because
/// otherwise a look-alike such as `%5F%5FHost-session` would pass for a prefixed cookie. Values are kept as they are,
/// including quotation marks. A pair without `=` or without a name is ignored. There may be several fields (HTTP/2
/// splits them). Parsing takes one pass and no allocation for any length.
package enum CookieHeader {
    /// Calls the body with every value of a name, in order.
    package static func forEachValue(
        of name: String,
        in fields: HTTPFields,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var name = name
        name.withUTF8 { name in
            self.forEachField(in: fields) { self.forEachValue(of: name, in: $0, body) }
        }
    }

    static func forEachValue(
        of name: UnsafeBufferPointer<UInt8>,
        in bytes: UnsafeBufferPointer<UInt8>,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard !name.isEmpty else { return }
        self.forEachPair(in: bytes) { pairName, value in
            guard pairName.count == name.count, bytes.has(name, at: pairName.lowerBound) else { return }
            body(UnsafeBufferPointer(rebasing: bytes[self.trimmingBlanks(value, of: bytes)]))
        }
    }

    /// Whether there are any cookies.
    @inline(__always)  // "memory: counter"
    static func isPresent(in fields: HTTPFields) -> Bool {
        fields.indices.contains { fields[$0].name.isCookie }
    }

    /// Whether there is a cookie whose name has a prefix.
    static func hasName(beginningWith beginning: String, in fields: HTTPFields) -> Bool {
        var isPresent = false
        var beginning = beginning
        beginning.withUTF8 { beginning in
            self.forEachField(in: fields) { bytes in
                self.forEachPair(in: bytes) { name, _ in
                    isPresent =
                        isPresent || (name.count >= beginning.count && bytes.has(beginning, at: name.lowerBound))
                }
            }
        }
        return isPresent
    }

    /// Calls the body with the bytes of every `Cookie` field.
    @inline(__always)  // "memory: counter"
    private static func forEachField(in fields: HTTPFields, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        // By index: iterating over the fields would copy each.
        for index in fields.indices where fields[index].name.isCookie {
            fields[index].withUnsafeBytesOfValue(body)
        }
    }

    /// Calls the body with the ranges of every name and value.
    private static func forEachPair(
        in bytes: UnsafeBufferPointer<UInt8>,
        _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void
    ) {
        var start = 0
        while start < bytes.count {
            let end = bytes.firstIndex(of: UInt8(ascii: ";"), in: start..<bytes.count) ?? bytes.count
            if let equals = bytes.firstIndex(of: UInt8(ascii: "="), in: start..<end) {
                body(self.trimmingBlanks(start..<equals, of: bytes), (equals + 1)..<end)
            }
            start = end + 1
        }
    }

    /// Trims spaces and tabs at both ends, and no other Unicode white space.
    private static func trimmingBlanks(_ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}

extension HTTPField.Name {
    /// Most names differ in length, which is known without comparing letters.
    fileprivate var isCookie: Bool { self.canonicalName.utf8.count == 6 && self == .cookie }
}
