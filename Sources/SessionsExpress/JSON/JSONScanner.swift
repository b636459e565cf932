//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Finds the boundaries of the values in a JSON text (RFC 8259) without decoding them.
///
/// It accepts any bytes, handles any nesting depth without recursion, and returns false for invalid JSON.
struct JSONScanner {
    let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the bytes are exactly one JSON value.
    static func isValue(_ bytes: [UInt8]) -> Bool {
        var scanner = JSONScanner(bytes)
        guard scanner.skipValue() else { return false }
        scanner.skipBlanks()
        return scanner.isAtEnd && String(validating: bytes, as: UTF8.self) != nil
    }

    var isAtEnd: Bool { self.offset == self.bytes.count }

    private var next: UInt8? { self.isAtEnd ? nil : self.bytes[self.offset] }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.offset += 1
        return true
    }

    mutating func skipBlanks() {
        while let next = self.next, [0x20, 0x09, 0x0A, 0x0D].contains(next) { self.offset += 1 }
    }

    /// Skips a value and the whitespace before it.
    mutating func skipValue() -> Bool {
        var open: [UInt8] = []
        while true {
            self.skipBlanks()
            guard let first = self.next else { return false }
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                self.offset += 1
                self.skipBlanks()
                // In ASCII, each closing bracket is two code points after its opening one.
                guard self.next == first + 2 else {
                    open.append(first)
                    guard first == UInt8(ascii: "[") || self.skipName() else { return false }
                    continue
                }
                self.offset += 1
            } else {
                guard self.skipScalar(first) else { return false }
            }
            guard let isComplete = self.close(&open) else { return false }
            if isComplete { return true }
        }
    }

    /// Closes the containers that end after a value.
    ///
    /// - Returns: Whether the outermost value is complete. Nil for invalid JSON.
    private mutating func close(_ open: inout [UInt8]) -> Bool? {
        while let container = open.last {
            self.skipBlanks()
            if self.skip(",") {
                return container == UInt8(ascii: "[") || self.skipName() ? false : nil
            }
            guard self.next == container + 2 else { return nil }
            self.offset += 1
            open.removeLast()
        }
        return true
    }

    /// Skips the name of a member and the colon after it.
    private mutating func skipName() -> Bool {
        self.skipBlanks()
        guard self.skipString() else { return false }
        self.skipBlanks()
        return self.skip(":")
    }

    private mutating func skipScalar(_ first: UInt8) -> Bool {
        switch first {
        case UInt8(ascii: "\""): self.skipString()
        case UInt8(ascii: "t"): self.skipWord("true")
        case UInt8(ascii: "f"): self.skipWord("false")
        case UInt8(ascii: "n"): self.skipWord("null")
        default: self.skipNumber()
        }
    }

    private mutating func skipWord(_ word: String) -> Bool {
        guard self.bytes[self.offset...].starts(with: word.utf8) else { return false }
        self.offset += word.utf8.count
        return true
    }

    /// Skips a string, with its quotation marks.
    mutating func skipString() -> Bool {
        guard self.skip("\"") else { return false }
        while let byte = self.next {
            self.offset += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard self.skipEscape() else { return false }
            case ..<0x20: return false
            default: continue
            }
        }
        return false
    }

    private mutating func skipEscape() -> Bool {
        guard let kind = self.next else { return false }
        self.offset += 1
        guard kind == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(kind) }
        for _ in 0..<4 {
            guard let digit = self.next, Hexadecimal.value(of: digit) != nil else { return false }
            self.offset += 1
        }
        return true
    }

    private mutating func skipNumber() -> Bool {
        _ = self.skip("-")
        guard self.skip("0") || self.skipDigits() else { return false }
        if self.skip(".") { guard self.skipDigits() else { return false } }
        guard self.skip("e") || self.skip("E") else { return true }
        if !self.skip("+") { _ = self.skip("-") }
        return self.skipDigits()
    }

    private mutating func skipDigits() -> Bool {
        let start = self.offset
        while let next = self.next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { self.offset += 1 }
        return self.offset > start
    }
}
