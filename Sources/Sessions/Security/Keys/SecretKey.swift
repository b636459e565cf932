//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// A key of a ``SecretKeyring``: at least 32 random bytes, which nothing prints.
///
/// This command makes one:
///
/// ```
/// openssl rand -base64 32 | tr '+/' '-_' | tr -d '='
/// ```
///
/// A key that is short, that is no random bytes as far as can be seen, or that stands in somebody's documentation is
/// refused.
///
/// - Warning: Whoever has a key can make sessions and read sealed ones. Keep it out of source code and of images.
public struct SecretKey: Sendable {
    let id: KeyID
    private let material: SymmetricKey

    /// Creates a key from its bytes.
    ///
    /// - Throws: ``SessionError`` with the code `configuration` when there are fewer than 32 bytes, or when they are
    ///   not random; its message says what was measured, and the command that makes a good key.
    public init(bytes: some Collection<UInt8>) throws(SessionError) {
        let bytes = Array(bytes)
        if let problem = Self.problem(of: bytes) { throw .refusedKey("A secret key", problem) }
        self.init(checked: bytes)
    }

    /// Creates a key from its text: canonical unpadded base64url (RFC 4648 section 5) of its bytes.
    ///
    /// - Throws: ``SessionError`` with the code `configuration`, as ``init(bytes:)``, and for a text of another form.
    public init(_ text: some StringProtocol) throws(SessionError) {
        try self.init(Substring(text), place: "A secret key")
    }

    /// Creates a key from its text; the place is how an error begins.
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

    /// A new key of 32 bytes, which lives as long as the process holds it.
    ///
    /// - Parameter random: Where the bytes come from. The default is the system's secure generator; others are for
    ///   tests.
    public static func generated(using random: SessionRandom = .system) -> SecretKey {
        SecretKey(checked: random.bytes(count: 32))
    }

    /// Whether another key is the same, compared in constant time.
    func isSame(as other: SecretKey) -> Bool { self.material == other.material }

    /// The key for a purpose, by HKDF-SHA256 (RFC 5869). It costs several microseconds: once for each use of a ring,
    /// not for each request.
    func derived(for purpose: KeyPurpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: self.material,
            info: Array("swift-sessions 1 \(purpose.label)".utf8),
            outputByteCount: 32
        )
    }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    /// The short id of the key, which reveals nothing of it, and never the key.
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
