//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

@testable import SessionsRedis

/// Reads replies in the most obvious way: all bytes at once, one function for a value, itself again for what is inside.
struct PlainReader {
    struct More: Error {}

    let limits: RESPLimits
    let bytes: [UInt8]
    private(set) var position = 0
    private var start = 0
    private var valueCount = 0
    private var isOversized = false
    private var outermost: Character?

    init(_ bytes: [UInt8], limits: RESPLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// All replies, spelled out, and whether something that is not the protocol comes after them.
    mutating func readAll() -> (replies: [String], isViolated: Bool) {
        var replies: [String] = []
        while true {
            self.start = self.position
            self.valueCount = 0
            (self.isOversized, self.outermost) = (false, nil)
            do {
                let reply = try self.value(depth: 0)
                replies.append(self.isOversized ? self.tooLarge : reply)
            } catch {
                return (replies, error is RESPViolation)
            }
        }
    }

    private mutating func value(depth: Int) throws -> String {
        guard let type = self.bytes[self.position...].first.map({ Character(Unicode.Scalar($0)) }) else { throw More() }
        guard "+-:$*_#,(!=%~>|".contains(type) else { throw RESPViolation("type") }
        let line = try self.line()
        if depth == 0 { self.outermost = type }
        try self.note(0, type)
        switch type {
        case "$", "!", "=":
            if type == "$", line == "-1" { return try self.counted("null") }
            let length = try self.length(line)
            try self.note(length + 2, type)
            guard self.bytes.count - self.position >= length + 2 else { throw More() }
            let body = Array(self.bytes[self.position..<self.position + length])
            guard Array(self.bytes[self.position + length..<self.position + length + 2]) == [13, 10] else {
                throw RESPViolation("end")
            }
            guard self.isOversized || type != "=" || body.count > 3 && body[3] == UInt8(ascii: ":") else {
                throw RESPViolation("format")
            }
            self.position += length + 2
            return try self.counted(Self.spell(type, body))
        case "*", "%", "~", ">", "|":
            if type == "*", line == "-1" { return try self.counted("null") }
            let count = try self.length(line) * (type == "%" || type == "|" ? 2 : 1)
            guard depth < self.limits.depth, type != ">" || depth == 0 else { throw RESPViolation("depth") }
            if self.valueCount + count > self.limits.valueCount { try self.skip(type) }
            var text = try self.counted("\(type)[")
            for _ in 0..<count { text += try self.value(depth: depth + 1) + " " }
            return type == "|" ? try self.value(depth: depth) : text + "]"
        default:
            return try self.counted(try self.scalar(type, line))
        }
    }

    private func scalar(_ type: Character, _ line: String) throws -> String {
        let isNumber = !line.isEmpty && line.wholeMatch(of: /[+-]?[0-9]+/) != nil
        switch type {
        case "+": return "+\(line)"
        case "-": return "!\(Array(RedisError(reply: line).message.utf8))"
        case ":" where isNumber:
            guard let integer = Int64(line) else { break }
            return "\(integer)"
        case "(" where isNumber: return "(\(line)"
        case "_" where line.isEmpty: return "null"
        case "#" where line == "t" || line == "f": return "#\(line)"
        case "," where ["inf", "+inf", "-inf"].contains(line): return ",\(line.filter { $0 != "+" })"
        case "," where ["nan", "-nan"].contains(line): return ",nan"
        case "," where line.wholeMatch(of: /[0-9+\-.eE]+/) != nil:
            guard let double = Double(line) else { break }
            return ",\(double)"
        default: break
        }
        throw RESPViolation("scalar")
    }

    /// The rest of the line, as Latin letters: a byte each.
    private mutating func line() throws -> String {
        let rest = self.bytes[(self.position + 1)...]
        guard let end = rest.firstIndex(where: { $0 == 13 || $0 == 10 }) else {
            throw self.bytes.count - self.position > self.limits.lineLength ? RESPViolation("line") : More()
        }
        guard end - self.position <= self.limits.lineLength, self.bytes[end] == 13 else { throw RESPViolation("line") }
        guard end + 1 < self.bytes.count else { throw More() }
        guard self.bytes[end + 1] == 10 else { throw RESPViolation("line") }
        defer { self.position = end + 2 }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private func length(_ line: String) throws -> Int {
        guard line.wholeMatch(of: /[0-9]+/) != nil, let length = Int(line), length <= self.limits.length else {
            throw RESPViolation("length")
        }
        return length
    }

    private mutating func counted(_ text: String) throws -> String {
        self.valueCount += 1
        return text
    }

    /// Whether so many bytes more, and one value more, are too many.
    private mutating func note(_ byteCount: Int, _ type: Character) throws {
        let isTooLong = self.position - self.start + byteCount > self.limits.byteCount
        if isTooLong || self.valueCount >= self.limits.valueCount { try self.skip(type) }
    }

    private mutating func skip(_ type: Character) throws {
        guard !self.isOversized else { return }
        guard type != "|", type != ">", self.outermost != ">" else { throw RESPViolation("size") }
        self.isOversized = true
    }

    private var tooLarge: String {
        var parser = RESPParser(
            limits: RESPLimits(byteCount: self.limits.byteCount, valueCount: self.limits.valueCount))
        var buffer = ByteBuffer(string: "$\(self.limits.byteCount)\r\n")
        buffer.writeRepeatingByte(0, count: self.limits.byteCount)
        buffer.writeString("\r\n")
        return (try? parser.next(in: &buffer)).flatMap { $0 }.map { Self.spell($0) } ?? ""
    }

    private static func spell(_ type: Character, _ body: [UInt8]) -> String {
        switch type {
        case "!": "!\(Array(RedisError(reply: String(decoding: body, as: UTF8.self)).message.utf8))"
        case "=": "=\(Array(String(decoding: body.prefix(3), as: UTF8.self).utf8) + body.dropFirst(3))"
        default: "\(type)\(body)"
        }
    }

    /// A reply in the same spelling.
    static func spell(_ reply: RedisReply) -> String {
        func list(_ type: Character, _ elements: [RedisReply]) -> String {
            "\(type)[" + elements.map { self.spell($0) + " " }.joined() + "]"
        }
        return switch reply {
        case .null: "null"
        case .simpleString(let text): "+\(text)"
        case .bulkString(let bytes): "$\(bytes)"
        case .integer(let integer): "\(integer)"
        case .array(let elements): list("*", elements)
        case .error(let error): "!\(Array(error.message.utf8))"
        case .map(let elements): list("%", elements)
        case .set(let elements): list("~", elements)
        case .boolean(let boolean): boolean ? "#t" : "#f"
        case .double(let double): ",\(double)"
        case .bigNumber(let digits): "(\(digits)"
        case .verbatimString(let format, let bytes): "=\(Array(format.utf8) + [58] + bytes)"
        case .push(let elements): list(">", elements)
        }
    }
}
#endif
