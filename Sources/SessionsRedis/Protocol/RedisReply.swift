//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// What a Redis or Valkey server replies: a value of its protocol, RESP2 or RESP3.
///
/// This is an enumeration because the protocol is one: its types are all there are, and a new one would be a new
/// version of the protocol. One question has different types of answers in the two versions (a map in one is an array
/// in the other), so code that does not care asks for ``bytes``, ``integer`` and ``elements``.
public enum RedisReply: Sendable, Hashable {
    /// There is nothing. Of RESP2 both the null bulk string and the null array.
    case null
    /// A short text such as `OK`.
    case simpleString(String)
    /// A string of bytes.
    case bulkString([UInt8])
    /// A whole number.
    case integer(Int64)
    /// Several replies.
    case array([RedisReply])
    /// What went wrong with a part of the whole. What goes wrong with a command itself is thrown.
    indirect case error(RedisError)
    /// RESP3: keys and values in turn.
    case map([RedisReply])
    /// RESP3: several replies without an order.
    case set([RedisReply])
    /// RESP3: true or false.
    case boolean(Bool)
    /// RESP3: a number with a fraction, infinite, or not a number.
    case double(Double)
    /// RESP3: a whole number of any size, in decimal digits.
    case bigNumber(String)
    /// RESP3: text with its format in three letters, such as `txt` or `mkd`.
    indirect case verbatimString(format: String, [UInt8])
    /// RESP3: what a server says unasked. It is never the reply to a command.
    case push([RedisReply])
}

extension RedisReply {
    /// Whether there is nothing.
    public var isNull: Bool { self == .null }

    /// The bytes of a string, of whichever kind; nil for everything else.
    public var bytes: [UInt8]? {
        switch self {
        case .bulkString(let bytes), .verbatimString(_, let bytes): bytes
        case .simpleString(let text): Array(text.utf8)
        default: nil
        }
    }

    /// The text of a string, of whichever kind; nil for everything else, and for bytes that are not UTF-8.
    public var text: String? {
        switch self {
        case .simpleString(let text): text
        case .bulkString(let bytes), .verbatimString(_, let bytes): String(validating: bytes, as: UTF8.self)
        default: nil
        }
    }

    /// The number of an integer; nil for everything else.
    public var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The replies in an array, a set or a map, of which keys and values come in turn; nil for everything else.
    public var elements: [RedisReply]? {
        switch self {
        case .array(let elements), .set(let elements), .map(let elements): elements
        default: nil
        }
    }
}

extension RedisReply: CustomStringConvertible, CustomReflectable {
    /// The type and the size, and nothing of what it holds: it holds what sessions hold.
    public var description: String {
        switch self {
        case .null: "null"
        case .simpleString(let text): "a simple string of \(text.utf8.count) bytes"
        case .bulkString(let bytes): "a string of \(bytes.count) bytes"
        case .integer: "an integer"
        case .array(let elements): "an array of \(elements.count)"
        case .error(let error): "an error, \(error.code)"
        case .map(let elements): "a map of \(elements.count / 2)"
        case .set(let elements): "a set of \(elements.count)"
        case .boolean: "a boolean"
        case .double: "a double"
        case .bigNumber: "a big number"
        case .verbatimString(_, let bytes): "a verbatim string of \(bytes.count) bytes"
        case .push(let elements): "a push of \(elements.count)"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
