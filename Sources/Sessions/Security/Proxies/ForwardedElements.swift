//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The elements of a `Forwarded` field (RFC 7239 section 4): `for=192.0.2.60;proto=https, for="[2001:db8::17]:4711"`.
struct ForwardedElements {
    private let bytes: [UInt8]
    private var place = 0
    /// Whether the input violates the grammar. The elements before the error must then not be trusted either.
    private(set) var isMalformed = false

    init(_ text: some Sequence<UInt8>) {
        self.bytes = Array(text)
    }

    /// Returns the parameters of the next element, keyed by lowercase name; nil at the end, and if the input is
    /// malformed.
    mutating func next() -> [String: String]? {
        // Empty elements are ignored (RFC 9110 section 5.6.1.2).
        repeat { self.skipBlanks() } while self.take(UInt8(ascii: ","))
        guard !self.isMalformed, self.place < self.bytes.count else { return nil }
        var element: [String: String] = [:]
        while true {
            // Empty parameters are ignored.
            repeat { self.skipBlanks() } while self.take(UInt8(ascii: ";"))
            if self.place == self.bytes.count || self.take(UInt8(ascii: ",")) { return element }
            guard
                let name = self.token()?.lowercased(), self.take(UInt8(ascii: "=")),
                let value = self.take(UInt8(ascii: "\"")) ? self.quotedRest() : self.token(),
                element.updateValue(value, forKey: name) == nil
            else { return self.fail() }
            self.skipBlanks()
            if self.take(UInt8(ascii: ";")) { continue }
            guard self.place == self.bytes.count || self.take(UInt8(ascii: ",")) else { return self.fail() }
            return element
        }
    }

    private mutating func fail() -> [String: String]? {
        self.isMalformed = true
        return nil
    }

    private mutating func skipBlanks() {
        while self.place < self.bytes.count, [0x20, 0x09].contains(self.bytes[self.place]) { self.place += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.place < self.bytes.count, self.bytes[self.place] == byte else { return false }
        self.place += 1
        return true
    }

    /// A token (RFC 9110 section 5.6.2). Addresses with a colon must be quoted, but are accepted without quotation
    /// marks.
    private mutating func token() -> String? {
        let rest = self.bytes[self.place...]
        let token = rest.prefix { $0 > 0x20 && $0 < 0x7F && !Self.delimiters.contains($0) }
        guard !token.isEmpty else { return nil }
        self.place += token.count
        return String(decoding: token, as: UTF8.self)
    }

    private static let delimiters = Set("\"(),/;<=>?@\\{}".utf8)

    /// The rest of a quoted string, without its closing quotation mark.
    private mutating func quotedRest() -> String? {
        var text: [UInt8] = []
        while self.place < self.bytes.count {
            var byte = self.bytes[self.place]
            self.place += 1
            if byte == UInt8(ascii: "\"") { return String(validating: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                guard self.place < self.bytes.count else { return nil }
                byte = self.bytes[self.place]
                self.place += 1
            }
            text.append(byte)
        }
        return nil
    }
}
