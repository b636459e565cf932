//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// 256 bits stored inline: no allocation, no reference counting. The words are in memory order, not numbers.
struct Bytes32: Sendable {
    var first: UInt64
    var second: UInt64
    var third: UInt64
    var fourth: UInt64

    init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    /// Copies exactly 32 bytes. The caller has checked the count.
    init(copying bytes: UnsafeRawBufferPointer) {
        self.init(
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    /// Decodes canonical unpadded base64url of 32 bytes, or returns nil when the text is not that.
    init?(base64URL text: some Collection<UInt8>) {
        var decoded = Bytes32(0, 0, 0, 0)
        guard withUnsafeMutableBytes(of: &decoded, { Base64URL.decode(text, into: $0) }) else { return nil }
        self = decoded
    }

    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self = Array(bytes).withUnsafeBytes { Bytes32(copying: $0) }
    }

    /// The 32 bytes of a SHA-256 digest or an HMAC over it.
    init(digest: some Digest32) {
        self = digest.withUnsafeBytes { Bytes32(copying: $0) }
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Swift.withUnsafeBytes(of: self, body)
    }
}

extension Bytes32: Equatable {
    /// Compares in constant time.
    static func == (left: Bytes32, right: Bytes32) -> Bool {
        let difference =
            (left.first ^ right.first) | (left.second ^ right.second) | (left.third ^ right.third)
            | (left.fourth ^ right.fourth)
        return difference == 0
    }
}

/// The common interface of swift-crypto's 32-byte results, without importing Foundation.
protocol Digest32 {
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension SHA256.Digest: Digest32 {}
extension HMAC<SHA256>.MAC: Digest32 {}
