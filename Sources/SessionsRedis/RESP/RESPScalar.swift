//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import NIOCore

/// Parses the values that contain no other values.
enum RESPScalar {
    /// Parses a value that is a line, without its first byte and its end.
    static func line(_ line: ByteBufferView, as type: RESPType) throws(RESPViolation) -> RedisReply {
        switch type {
        case .simpleString: return .simpleString(String(decoding: line, as: UTF8.self))
        case .simpleError: return .error(RedisError(reply: String(decoding: line, as: UTF8.self)))
        case .integer: return .integer(try self.integer(line))
        case .null where line.isEmpty: return .null
        case .boolean where line.elementsEqual("t".utf8): return .boolean(true)
        case .boolean where line.elementsEqual("f".utf8): return .boolean(false)
        case .double: return .double(try self.double(line))
        case .bigNumber:
            guard let first = line.first else { throw self.malformed("big number") }
            let digits = first == UInt8(ascii: "-") || first == UInt8(ascii: "+") ? line.dropFirst() : line
            guard !digits.isEmpty, digits.allSatisfy({ self.digit($0) != nil }) else {
                throw self.malformed("big number")
            }
            return .bigNumber(String(decoding: line, as: UTF8.self))
        default: throw self.malformed("null or a boolean")
        }
    }

    /// Parses a value that is a string with a length.
    static func string(_ body: ByteBufferView, as type: RESPType) throws(RESPViolation) -> RedisReply {
        switch type {
        case .blobError: return .error(RedisError(reply: String(decoding: body, as: UTF8.self)))
        case .verbatimString:
            let format = body.prefix(4)
            guard format.count == 4, format.last == UInt8(ascii: ":") else { throw self.malformed("verbatim string") }
            return .verbatimString(
                format: String(decoding: format.dropLast(), as: UTF8.self), Array(body.dropFirst(4)))
        default: return .bulkString(Array(body))
        }
    }

    static func digit(_ byte: UInt8) -> Int? {
        byte >= 0x30 && byte <= 0x39 ? Int(byte) - 0x30 : nil
    }

    private static func integer(_ line: ByteBufferView) throws(RESPViolation) -> Int64 {
        let isNegative = line.first == UInt8(ascii: "-")
        let digits = isNegative || line.first == UInt8(ascii: "+") ? line.dropFirst() : line
        var integer: Int64 = 0
        for byte in digits {
            guard let digit = self.digit(byte) else { throw self.malformed("integer") }
            let (product, isTooLarge) = integer.multipliedReportingOverflow(by: 10)
            let (sum, isOver) =
                isNegative
                ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            guard !isTooLarge, !isOver else { throw self.malformed("integer of 64 bits") }
            integer = sum
        }
        guard !digits.isEmpty else { throw self.malformed("integer") }
        return integer
    }

    private static func double(_ line: ByteBufferView) throws(RESPViolation) -> Double {
        let text = String(decoding: line, as: UTF8.self)
        switch text {
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default:
            // Swift accepts more than the protocol: hexadecimal numbers, and names for NaN.
            let isPlain = line.allSatisfy { self.digit($0) != nil || "+-.eE".utf8.contains($0) }
            guard isPlain, let double = Double(text) else { throw self.malformed("double") }
            return double
        }
    }

    private static func malformed(_ name: String) -> RESPViolation {
        RESPViolation("a value is not the \(name) that it says it is")
    }
}
#endif
