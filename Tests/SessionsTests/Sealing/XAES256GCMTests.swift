//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import SessionsTesting
import Testing

@testable import Sessions

/// The published vectors of https://c2sp.org/XAES-256-GCM.
@Suite("XAES-256-GCM")
struct XAES256GCMTests {
    private static let nonce = Array("ABCDEFGHIJKLMNOPQRSTUVWX".utf8)
    private static let nonceByteCount = 24

    private func cipher(_ byte: UInt8) throws -> XAES256GCM {
        try XAES256GCM(key: SymmetricKey(data: [UInt8](repeating: byte, count: 32)))
    }

    @Test(
        "the two published messages are sealed as published, whatever the first bit of the key's block",
        arguments: [
            (1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
            (3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
        ] as [(UInt8, String, String)]
    )
    func published(_ key: UInt8, _ additional: String, _ expected: String) throws {
        let cipher = try self.cipher(key)
        let plaintext = Array("XAES-256-GCM".utf8)
        let additional = Array(additional.utf8)
        let sealed = try cipher.sealed(plaintext, nonce: Self.nonce, authenticating: additional)
        #expect(sealed.starts(with: Self.nonce))
        #expect(Array(sealed.dropFirst(Self.nonceByteCount)).hexadecimal == expected)
        #expect(cipher.opened(sealed, authenticating: additional) == plaintext)
    }

    @Test("10,000 messages of all lengths are sealed as published")
    func accumulated() throws {
        var source = Shake128()
        var hash = Shake128()
        #expect(Shake128.firstBytes.hexadecimal == "7f9c2ba4e88f827d616045507605853e")
        for _ in 0..<10_000 {
            let key = source.squeeze(32)
            let nonce = source.squeeze(24)
            let plaintext = source.squeeze(Int(source.squeeze(1)[0]))
            let additional = source.squeeze(Int(source.squeeze(1)[0]))
            let cipher = try XAES256GCM(key: SymmetricKey(data: key))
            let sealed = try cipher.sealed(plaintext, nonce: nonce, authenticating: additional)
            #expect(cipher.opened(sealed, authenticating: additional) == plaintext)
            hash.absorb(Array(sealed.dropFirst(Self.nonceByteCount)))
        }
        #expect(hash.squeeze(32).hexadecimal == "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939")
    }

    @Test("what is too short for a nonce and a tag does not open")
    func short() throws {
        let cipher = try self.cipher(1)
        for count in 0..<40 { #expect(cipher.opened(Array(repeating: 0, count: count), authenticating: []) == nil) }
    }

    @Test("a key of another size than 32 bytes is an error")
    func keySize() {
        for size in [128, 192, 512] {
            #expect(throws: CryptoKitError.self) { try XAES256GCM(key: SymmetricKey(size: .init(bitCount: size))) }
        }
    }
}

extension XAES256GCM {
    fileprivate func sealed(
        _ plaintext: [UInt8],
        nonce: [UInt8],
        authenticating additional: [UInt8]
    ) throws -> [UInt8] {
        let words = nonce.withUnsafeBytes { bytes in
            [0, 8, 16].map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)) }
        }
        var sealed: [UInt8] = []
        try self.seal(
            plaintext,
            authenticating: additional,
            random: DeterministicRandom.repeating(words[0], words[1], words[2]),
            into: &sealed
        )
        return sealed
    }

    fileprivate func opened(_ sealed: [UInt8], authenticating additional: [UInt8]) -> [UInt8]? {
        sealed.withUnsafeBytes { self.open($0, authenticating: additional) }
    }
}

extension Shake128 {
    fileprivate static var firstBytes: [UInt8] {
        var source = Shake128()
        return source.squeeze(16)
    }
}
