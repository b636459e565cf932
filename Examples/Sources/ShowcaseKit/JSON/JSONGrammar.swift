//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Checks bytes against the grammar of JSON (RFC 8259) without decoding values, which would round numbers.
struct JSONGrammar {
    /// The nesting limit of Foundation's decoder.
    private static let maximumDepth = 512

    private let bytes: [UInt8]
    private var offset = 0

    /// The range of the value in a JSON text, without the whitespace around it. Nil if it is not a JSON text.
    static func valueRange(in bytes: [UInt8]) -> Range<Int>? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var grammar = JSONGrammar(bytes: bytes)
        grammar.skipSpace()
        let start = grammar.offset
        guard grammar.readValue(depth: 0) else { return nil }
        let end = grammar.offset
        grammar.skipSpace()
        return grammar.offset == bytes.count ? start..<end : nil
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { self.offset < self.bytes.count ? self.bytes[self.offset] : nil }

    private mutating func skipSpace() {
        while let next, [0x20, 0x09, 0x0A, 0x0D].contains(next) { self.offset += 1 }
    }

    private mutating func read(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.offset += 1
        return true
    }

    private mutating func readWord(_ word: String) -> Bool {
        guard self.bytes[self.offset...].starts(with: word.utf8) else { return false }
        self.offset += word.utf8.count
        return true
    }

    private mutating func readValue(depth: Int) -> Bool {
        guard depth < Self.maximumDepth else { return false }
        switch self.next {
        case UInt8(ascii: "{"): return self.readObject(depth: depth)
        case UInt8(ascii: "["): return self.readArray(depth: depth)
        case UInt8(ascii: "\""): return self.readString()
        case UInt8(ascii: "t"): return self.readWord("true")
        case UInt8(ascii: "f"): return self.readWord("false")
        case UInt8(ascii: "n"): return self.readWord("null")
        default: return self.readNumber()
        }
    }

    private mutating func readObject(depth: Int) -> Bool {
        self.readItems(closedBy: "}") { grammar in
            guard grammar.readString() else { return false }
            grammar.skipSpace()
            guard grammar.read(":") else { return false }
            grammar.skipSpace()
            return grammar.readValue(depth: depth + 1)
        }
    }

    private mutating func readArray(depth: Int) -> Bool {
        self.readItems(closedBy: "]") { $0.readValue(depth: depth + 1) }
    }

    /// Reads an opening bracket, items separated by commas, and the closing bracket.
    private mutating func readItems(closedBy end: Unicode.Scalar, _ readItem: (inout JSONGrammar) -> Bool) -> Bool {
        self.offset += 1
        self.skipSpace()
        if self.read(end) { return true }
        while true {
            self.skipSpace()
            guard readItem(&self) else { return false }
            self.skipSpace()
            if self.read(end) { return true }
            guard self.read(",") else { return false }
        }
    }

    private mutating func readString() -> Bool {
        guard self.read("\"") else { return false }
        while let byte = self.next {
            self.offset += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard self.readEscape() else { return false }
            case ..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func readEscape() -> Bool {
        guard let byte = self.next else { return false }
        self.offset += 1
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        let digits = self.bytes[self.offset...].prefix(4)
        self.offset += digits.count
        return digits.count == 4 && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }

    private mutating func readNumber() -> Bool {
        _ = self.read("-")
        // Leading zeros are not allowed, except for a single zero.
        guard self.read("0") || self.readDigits() else { return false }
        if self.read(".") {
            guard self.readDigits() else { return false }
        }
        if self.read("e") || self.read("E") {
            _ = self.read("+") || self.read("-")
            return self.readDigits()
        }
        return true
    }

    private mutating func readDigits() -> Bool {
        let start = self.offset
        while let next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { self.offset += 1 }
        return self.offset > start
    }
}
