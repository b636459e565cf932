//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// One argument of a ``RedisCommand``: a byte string. Text and numbers are encoded as one.
public struct RedisArgument: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The bytes are created when the argument is sent, so that creating an argument costs nothing.
    enum Content: Sendable {
        case text(String)
        case bytes([UInt8])
        case integer(Int64)
    }

    let content: Content

    /// An argument of text, sent as UTF-8.
    public init(_ text: String) { self.content = .text(text) }

    /// An argument of bytes.
    public init(_ bytes: [UInt8]) { self.content = .bytes(bytes) }

    /// An argument of a number, sent as decimal digits.
    public init(_ integer: Int64) { self.content = .integer(integer) }

    public init(stringLiteral text: String) { self.init(text) }

    public init(integerLiteral integer: Int64) { self.init(integer) }

    /// The bytes that are sent.
    public var bytes: [UInt8] {
        switch self.content {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        case .integer(let integer): Array(String(integer).utf8)
        }
    }
}

extension RedisArgument: CustomStringConvertible, CustomReflectable {
    /// The number of bytes. It does not show the bytes, because they contain session data.
    public var description: String { "\(self.bytes.count) bytes" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
