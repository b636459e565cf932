//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes

/// Reads `Cookie` fields (RFC 6265bis section 4.2) by their bytes.
///
/// Names are compared byte by byte: nothing is decoded, trimmed beyond blanks, or folded, or a look-alike such as
/// `%5F%5FHost-session` would pass for a prefixed cookie. Values are taken as they stand, quotation marks included.
/// A pair without `=` or without a name is nobody's. There may be several fields (HTTP/2 splits them). One pass, no
/// allocation, whatever the length.
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
            guard pairName.count == name.count else { return }
            for index in 0..<name.count where bytes[pairName.lowerBound + index] != name[index] { return }
            body(UnsafeBufferPointer(rebasing: bytes[self.trimmingBlanks(value, of: bytes)]))
        }
    }

    /// Whether there is a cookie whose name begins in a certain way.
    static func hasName(beginningWith beginning: String, in fields: HTTPFields) -> Bool {
        var isThere = false
        self.forEachField(in: fields) { bytes in
            self.forEachPair(in: bytes) { name, _ in
                isThere = isThere || (name.count >= beginning.utf8.count && bytes[name].starts(with: beginning.utf8))
            }
        }
        return isThere
    }

    /// Calls the body with the bytes of every `Cookie` field.
    private static func forEachField(in fields: HTTPFields, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        // By their places: going through the fields themselves would copy each.
        for index in fields.indices where fields[index].name.isCookie {
            fields[index].withUnsafeBytesOfValue(body)
        }
    }

    /// Calls the body with the places of every name and value.
    private static func forEachPair(
        in bytes: UnsafeBufferPointer<UInt8>,
        _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void
    ) {
        var start = 0
        while start < bytes.count {
            var equals = start
            while equals < bytes.count, bytes[equals] != UInt8(ascii: "="), bytes[equals] != UInt8(ascii: ";") {
                equals += 1
            }
            var end = equals
            while end < bytes.count, bytes[end] != UInt8(ascii: ";") { end += 1 }
            if equals < end { body(self.trimmingBlanks(start..<equals, of: bytes), (equals + 1)..<end) }
            start = end + 1
        }
    }

    /// Without the spaces and tabs at both ends, and nothing else that Unicode calls a space.
    private static func trimmingBlanks(_ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}

extension HTTPField.Name {
    /// Most names differ from it in length, which is known without comparing letters.
    fileprivate var isCookie: Bool { self.canonicalName.utf8.count == 6 && self == .cookie }
}
