//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey
import NIOCore
import SessionsRedis
import Valkey

extension RedisReply {
    init(_ token: RESPToken) {
        self =
            switch token.value {
            case .null, .attribute: .null
            case .simpleString(let text): .simpleString(String(buffer: text))
            case .bulkString(let bytes): .bulkString(Array(bytes.readableBytesView))
            case .simpleError(let text), .bulkError(let text): .error(RedisError(reply: String(buffer: text)))
            case .verbatimString(let text): Self.verbatimString(text)
            case .number(let number): .integer(number)
            case .double(let double): .double(double)
            case .boolean(let boolean): .boolean(boolean)
            case .bigNumber(let digits): .bigNumber(String(buffer: digits))
            case .array(let tokens): .array(tokens.map { RedisReply($0) })
            case .set(let tokens): .set(tokens.map { RedisReply($0) })
            case .push(let tokens): .push(tokens.map { RedisReply($0) })
            case .map(let pairs): .map(pairs.flatMap { [RedisReply($0.key), RedisReply($0.value)] })
            }
    }

    /// The format is three letters, before a colon.
    private static func verbatimString(_ text: ByteBuffer) -> RedisReply {
        let bytes = Array(text.readableBytesView)
        return .verbatimString(
            format: String(decoding: bytes.prefix(3), as: UTF8.self), Array(bytes.dropFirst(4)))
    }
}
#endif
