//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// A reply of a Redis or Valkey server: a value of its protocol, RESP2 or RESP3.
///
/// This is an enumeration because the protocol has a fixed set of types, and a new type would be a new version of the
/// protocol. The same command may reply with different types in the two versions (a map in one is an array in the
/// other). Code that does not care uses ``bytes``, ``integer`` and ``elements``.
public enum RedisReply: Sendable, Hashable {
    /// No value. In RESP2 both the null bulk string and the null array.
    case null
    /// A short text, such as `OK`.
    case simpleString(String)
    /// A byte string.
    case bulkString([UInt8])
    /// An integer.
    case integer(Int64)
    /// An array of replies.
    case array([RedisReply])
    /// An error of a part of the reply. An error of the command itself is thrown.
    indirect case error(RedisError)
    /// RESP3: alternating keys and values.
    case map([RedisReply])
    /// RESP3: an unordered collection of replies.
    case set([RedisReply])
    /// RESP3: true or false.
    case boolean(Bool)
    /// RESP3: a floating-point number, infinity, or NaN.
    case double(Double)
    /// RESP3: an integer of any size, in decimal digits.
    case bigNumber(String)
    /// RESP3: text with a format of three letters, such as `txt` or `mkd`.
    indirect case verbatimString(format: String, [UInt8])
    /// RESP3: an unsolicited message. It is never the reply to a command.
    case push([RedisReply])
}

extension RedisReply {
    /// Whether there is no value.
    public var isNull: Bool { self == .null }

    /// The bytes of a string of any kind. Nil for all other types.
    public var bytes: [UInt8]? {
        switch self {
        case .bulkString(let bytes), .verbatimString(_, let bytes): bytes
        case .simpleString(let text): Array(text.utf8)
        default: nil
        }
    }

    /// The text of a string of any kind. Nil for all other types, and for bytes that are not UTF-8.
    public var text: String? {
        switch self {
        case .simpleString(let text): text
        case .bulkString(let bytes), .verbatimString(_, let bytes): String(validating: bytes, as: UTF8.self)
        default: nil
        }
    }

    /// The number of an integer. Nil for all other types.
    public var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The replies in an array, a set or a map, with alternating keys and values. Nil for all other types.
    public var elements: [RedisReply]? {
        switch self {
        case .array(let elements), .set(let elements), .map(let elements): elements
        default: nil
        }
    }

    /// The bytes of each string in a list of strings. Nil for all other types, and for a list with anything else in it:
    /// without it the list would be too short.
    package var strings: [[UInt8]]? {
        guard let elements else { return nil }
        let strings = elements.compactMap(\.bytes)
        return strings.count == elements.count ? strings : nil
    }
}

extension RedisReply: CustomStringConvertible, CustomReflectable {
    /// The type and the size. It does not show the content, because it is session data.
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
