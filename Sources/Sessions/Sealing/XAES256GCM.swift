//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM with nonces so long that they can be drawn at random.
///
/// AES-GCM alone has nonces of 96 bits, which begin to repeat by chance within 2^32 messages, and one repetition gives
/// away the key of the authentication. Here half of a nonce of 192 bits makes a key for the one message, by a standard
/// derivation (NIST SP 800-108 with AES-CMAC) that costs two AES blocks: 2^80 messages are safe, and it takes a
/// twentieth of the time of HKDF.
struct XAES256GCM: Sendable {
    static let nonceByteCount = 24
    static let tagByteCount = 16

    private let key: SymmetricKey
    /// K1 of AES-CMAC, which depends on the key alone.
    private let mask: SIMD16<UInt8>

    /// Prepares a key of 32 bytes.
    init(key: SymmetricKey) throws {
        guard key.bitCount == 256 else { throw CryptoKitError.incorrectKeySize }
        self.key = key
        self.mask = try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { block in
            block.initialize(repeating: 0)
            var block = block
            try AES.permute(&block, key: key)
            // Twice that value in the field of 2^128 elements.
            var mask = SIMD16<UInt8>()
            for index in 0..<16 {
                mask[index] = block[index] << 1 | (index < 15 ? block[index + 1] >> 7 : 0)
            }
            mask[15] ^= block[0] >> 7 &* 0b1000_0111
            return mask
        }
    }

    /// Encrypts and authenticates.
    ///
    /// - Parameters:
    ///   - plaintext: What is to be sealed.
    ///   - nonce: 24 bytes that are never used twice with one key.
    ///   - additional: What is authenticated with it and is not part of the result.
    ///   - sealed: What the ciphertext and the tag are added to.
    func seal(
        _ plaintext: [UInt8],
        nonce: ArraySlice<UInt8>,
        authenticating additional: [UInt8],
        into sealed: inout [UInt8]
    ) throws {
        let box = try AES.GCM.seal(
            plaintext,
            using: try self.messageKey(nonce.prefix(12)),
            nonce: try AES.GCM.Nonce(data: nonce.dropFirst(12)),
            authenticating: additional
        )
        // The box has them behind its nonce, in one piece whose bytes are quicker had than those of its parts.
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        combined.withUnsafeBytes { sealed.append(contentsOf: $0.dropFirst(Self.nonceByteCount - 12)) }
    }

    /// Verifies and decrypts.
    ///
    /// - Parameters:
    ///   - sealed: The nonce, the ciphertext and the tag.
    ///   - additional: What was authenticated with it.
    /// - Returns: The plaintext, or nil when anything is not as it was.
    func open(_ sealed: ArraySlice<UInt8>, authenticating additional: [UInt8]) -> [UInt8]? {
        guard
            sealed.count >= Self.nonceByteCount + Self.tagByteCount,
            let key = try? self.messageKey(sealed.prefix(12)),
            let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(12)),
            let plaintext = try? AES.GCM.open(box, using: key, authenticating: additional)
        else { return nil }
        return plaintext.withUnsafeBytes { Array($0) }
    }

    /// The key for one message, by the first 12 bytes of its nonce: `0 · number of the half · "X" · 0 · nonce`, masked and
    /// encrypted, for both halves.
    private func messageKey(_ nonce: ArraySlice<UInt8>) throws -> SymmetricKey {
        var block = self.mask
        block[2] ^= UInt8(ascii: "X")
        for (index, byte) in nonce.enumerated() { block[4 + index] ^= byte }
        return try withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { key in
            for half in 0..<2 {
                var numbered = block
                numbered[1] ^= UInt8(half + 1)
                key.storeBytes(of: numbered, toByteOffset: half * 16, as: SIMD16<UInt8>.self)
                var bytes = UnsafeMutableRawBufferPointer(rebasing: key[half * 16..<half * 16 + 16])
                try AES.permute(&bytes, key: self.key)
            }
            return SymmetricKey(data: UnsafeRawBufferPointer(key))
        }
    }
}

extension XAES256GCM: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: []) }
}
