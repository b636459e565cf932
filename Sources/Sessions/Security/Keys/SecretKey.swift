//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// A key of a ``SecretKeyring``: at least 32 random bytes. It is never printed.
///
/// Generate one with this command:
///
/// ```
/// openssl rand -base64 32 | tr '+/' '-_' | tr -d '='
/// ```
///
/// A key is rejected if it is short, not random as far as can be detected, or a published example.
///
/// - Warning: Anyone who has a key can make sessions and read sealed ones. Keep it out of source code and container
///   images.
public struct SecretKey: Sendable {
    let id: KeyID
    private let material: SymmetricKey

    /// Creates a key from its bytes.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when there are fewer than 32 bytes, or when they are
    ///   not random. The message has the measured value and the command that generates a good key.
    public init(bytes: some Collection<UInt8>) throws(SessionError) {
        let bytes = Array(bytes)
        if let problem = Self.problem(of: bytes) { throw .refusedKey("A secret key", problem) }
        self.init(checked: bytes)
    }

    /// Creates a key from canonical unpadded base64url (RFC 4648 section 5).
    ///
    /// - Throws: ``SessionError`` with the code `configuration`, as ``init(bytes:)`` does, and for a string that is not
    ///   base64url.
    public init(_ text: some StringProtocol) throws(SessionError) {
        try self.init(Substring(text), place: "A secret key")
    }

    /// Creates a key from base64url. The place is the subject of an error message.
    init(_ text: Substring, place: String) throws(SessionError) {
        guard let bytes = Base64URL.decode(text.utf8) else {
            throw .refusedKey(
                place,
                "its \(text.utf8.count) characters are not canonical base64url without padding (A-Z a-z 0-9 - _)"
            )
        }
        if let problem = Self.problem(of: bytes) ?? Self.problem(ofText: text) { throw .refusedKey(place, problem) }
        self.init(checked: bytes)
    }

    private init(checked bytes: [UInt8]) {
        self.material = SymmetricKey(data: bytes)
        self.id = KeyID(of: self.material)
    }

    /// Generates a key of 32 bytes, which exists as long as the process keeps it.
    ///
    /// - Parameter random: The source of the bytes. The default is the system's secure generator; others are for tests.
    public static func generated(using random: SessionRandom = .system) -> SecretKey {
        SecretKey(checked: random.bytes(count: 32))
    }

    /// Whether another key is the same, compared in constant time.
    func isSame(as other: SecretKey) -> Bool { self.material == other.material }

    /// Derives the key for a purpose by HKDF-SHA256 (RFC 5869). It takes several microseconds, so it is done once for
    /// each use of a keyring, not for each request.
    func derived(for purpose: KeyPurpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: self.material,
            info: Array("swift-sessions 1 \(purpose.label)".utf8),
            outputByteCount: 32
        )
    }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    /// The short id of the key, which reveals nothing about it, and never the key.
    public var description: String { "SecretKey(\(self.id), <redacted>)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SessionError {
    static let emptyKeyring = refusedKey("A keyring", "it has 0 keys, and at least 1 is needed")

    static func refusedKey(_ place: String, _ problem: String) -> SessionError {
        SessionError(
            .configuration,
            "\(place) is refused: \(problem). Make a good one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='"
        )
    }
}
