//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// The secret half of a token: 256 bits. Never printed, never stored; stores hold its ``SecretHash``.
struct SessionSecret: Sendable {
    private let words: Bytes32

    init(random: SessionRandom) {
        self.words = random.words(count: 4) { Bytes32($0[0], $0[1], $0[2], $0[3]) }
    }

    init(words: Bytes32) {
        self.words = words
    }

    /// A placeholder where there is no secret: it opens nothing, because nothing is looked up by it.
    static let none = SessionSecret(words: Bytes32(0, 0, 0, 0))

    /// The hash that stores keep instead of this secret.
    ///
    /// A plain fast hash is enough for a secret of 112 random bits or more (ASVS 5.0, 6.5.2).
    var hash: SecretHash {
        self.withUnsafeBytes { SecretHash(words: Bytes32(digest: SHA256.hash(data: $0))) }
    }

    /// The secret that follows this one in a timed renewal.
    ///
    /// It is computed from this secret and a nonce of the record, so that parallel responses, and a response after a
    /// lost one, can all deliver the same new secret. Neither a dump of the store nor an old cookie alone reveals it.
    func successor(nonce: UInt64) -> SessionSecret {
        self.withUnsafeBytes { key in
            var authentication = HMAC<SHA256>(key: SymmetricKey(data: key))
            authentication.update(data: Array("swift-sessions renewal 1".utf8))
            Swift.withUnsafeBytes(of: nonce.bigEndian) { authentication.update(data: $0) }
            return SessionSecret(words: Bytes32(digest: authentication.finalize()))
        }
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try self.words.withUnsafeBytes(body)
    }
}

extension SessionSecret: CustomStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
