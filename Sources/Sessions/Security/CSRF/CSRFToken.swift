//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// A CSRF token, which only pages made for a session have.
///
/// ```
/// token = base64url( mask (32 bytes) · code ⊕ mask (32) )    86 characters
/// code  = HMAC-SHA256 of  counted "csrf" · id (16) · authenticated at (8)
/// ```
///
/// Each token has a new random mask, so that the length of a compressed page does not reveal the token to an attacker
/// who can add text to the page (BREACH). The key is that of the session, which a renewal of its secret changes, or
/// that of a keyring.
struct CSRFToken {
    static let textLength = 86
    private static let codeByteCount = 32

    private let message: [UInt8]

    init(of record: SessionRecord) {
        var writer = ByteWriter()
        writer.write(counted: KeyPurpose.csrf.label)
        writer.write(record.id.bytes)
        writer.write(word: UInt64(bitPattern: record.authenticatedAt?.millisecondsSince1970 ?? 0))
        self.message = writer.bytes
    }

    /// Encodes the token with a new mask.
    func text(_ key: SymmetricKey, random: SessionRandom) -> String {
        let mask = random.bytes(count: Self.codeByteCount)
        let code = HMAC<SHA256>.authenticationCode(for: self.message, using: key)
        return Base64URL.encode(mask + zip(code, mask).map { $0 ^ $1 })
    }

    /// Whether a string is this token, under one of the keys. The codes are compared in constant time.
    func matches(_ text: [UInt8], _ keys: [SymmetricKey]) -> Bool {
        guard text.count == Self.textLength, let bytes = Base64URL.decode(text) else { return false }
        let code = zip(bytes, bytes.dropFirst(Self.codeByteCount)).map { $0 ^ $1 }
        return keys.contains { HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: self.message, using: $0) }
    }
}

extension SecretHash {
    /// The key of a session's CSRF tokens: the hash of its secret is known wherever the session is, and changes with
    /// the secret.
    var csrfKey: SymmetricKey { SymmetricKey(data: self.bytes) }
}
