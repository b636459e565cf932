//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// One argument of a ``RedisCommand``: a string of bytes, which text and numbers are written as.
public struct RedisArgument: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// Bytes are made of it as they are sent, so that an argument costs nothing before.
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

    /// An argument that is a number, sent in decimal digits.
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
    /// The number of bytes, and none of them: they hold what sessions hold.
    public var description: String { "\(self.bytes.count) bytes" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
