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

/// XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM with nonces long enough to be random.
///
/// AES-GCM alone has nonces of 96 bits. Random ones are likely to repeat within 2^32 messages, and one repetition
/// reveals the authentication key. Here half of a 192-bit nonce derives a key for the one message, by a standard
/// derivation (NIST SP 800-108 with AES-CMAC) that costs two AES blocks. 2^80 messages are safe, and it takes a
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
            // Doubles that value in the field of 2^128 elements.
            var mask = SIMD16<UInt8>()
            for index in 0..<16 {
                mask[index] = block[index] << 1 | (index < 15 ? block[index + 1] >> 7 : 0)
            }
            mask[15] ^= block[0] >> 7 &* 0b1000_0111
            return mask
        }
    }

    /// Encrypts and authenticates under a new random nonce.
    ///
    /// - Parameters:
    ///   - plaintext: The bytes to seal.
    ///   - additional: Additional authenticated data, which is not part of the result.
    ///   - random: The source of the nonce.
    ///   - sealed: The buffer to which the nonce, the ciphertext and the tag are appended.
    func seal(
        _ plaintext: [UInt8],
        authenticating additional: [UInt8],
        random: SessionRandom,
        into sealed: inout [UInt8]
    ) throws {
        try random.withBytes(count: Self.nonceByteCount) { nonce in
            let (first, second) = Self.halves(of: nonce)
            let box = try AES.GCM.seal(
                plaintext,
                using: try self.messageKey(first),
                nonce: try AES.GCM.Nonce(data: second),
                authenticating: additional
            )
            // In one piece with the second half of the nonce, because that is faster than copying the parts.
            guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
            sealed.append(contentsOf: first)
            combined.withUnsafeBytes { sealed.append(contentsOf: $0) }
        }
    }

    /// Verifies and decrypts.
    ///
    /// - Parameters:
    ///   - sealed: The nonce, the ciphertext and the tag.
    ///   - additional: The additional authenticated data.
    /// - Returns: The plaintext, or nil if anything was changed.
    func open(_ sealed: UnsafeRawBufferPointer, authenticating additional: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.nonceByteCount + Self.tagByteCount else { return nil }
        let (first, rest) = Self.halves(of: sealed)
        guard
            let key = try? self.messageKey(first),
            let box = try? AES.GCM.SealedBox(combined: rest),
            let plaintext = try? AES.GCM.open(box, using: key, authenticating: additional)
        else { return nil }
        return plaintext.withUnsafeBytes { Array($0) }
    }

    /// The half of the nonce that derives the key, and the rest.
    private static func halves(of bytes: UnsafeRawBufferPointer) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
        (UnsafeRawBufferPointer(rebasing: bytes[..<12]), UnsafeRawBufferPointer(rebasing: bytes[12...]))
    }

    /// The key for one message, derived from the first 12 bytes of its nonce: `0 · number of the half · "X" · 0 ·
    /// nonce`, masked and encrypted, for both halves.
    private func messageKey(_ nonce: UnsafeRawBufferPointer) throws -> SymmetricKey {
        try withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { key in
            key.storeBytes(of: 0, as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: key[4..<16]).copyMemory(from: nonce)
            var block = key.load(as: SIMD16<UInt8>.self) ^ self.mask
            block[2] ^= UInt8(ascii: "X")
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
