//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What travels in a cookie or header: a session's id and its secret.
///
/// 16 bytes of ``SessionID`` and 32 bytes of secret are 48 bytes, 64 characters of canonical unpadded base64url. Tokens
/// are made by the engine only; one that a client made up is parsed, not found, and never adopted.
///
/// A token prints as `SessionToken(<redacted>)`; its text is had from ``text`` alone, for whatever carries it to the
/// client.
public struct SessionToken: Sendable {
    /// The public half.
    public let id: SessionID
    let secret: SessionSecret
    /// The hash of the secret, made once: every request needs it, some several times.
    let secretHash: SecretHash

    static let byteCount = 48
    static let textLength = 64

    @inline(__always)
    init(id: SessionID, secret: SessionSecret) {
        self.init(id: id, secret: secret, secretHash: secret.hash)
    }

    private init(id: SessionID, secret: SessionSecret, secretHash: SecretHash) {
        self.id = id
        self.secret = secret
        self.secretHash = secretHash
    }

    /// In place of a token where a session has none; it opens nothing.
    static func ofNobody(_ id: SessionID) -> SessionToken {
        SessionToken(id: id, secret: .none, secretHash: .none)
    }

    init(random: SessionRandom) {
        self.init(id: SessionID(random: random), secret: SessionSecret(random: random))
    }

    /// Parses the text of a token, or answers nil when it is not exactly 64 characters of canonical base64url.
    public init?(_ text: some Collection<UInt8>) {
        guard text.count == Self.textLength else { return nil }
        let token = withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { bytes -> SessionToken? in
            guard Base64URL.decode(text, into: bytes) else { return nil }
            return SessionToken(bytes: UnsafeRawBufferPointer(bytes))
        }
        guard let token else { return nil }
        self = token
    }

    /// Parses the text of a token, or answers nil when it is not exactly 64 characters of canonical base64url.
    public init?(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    @inline(__always)
    private init(bytes: UnsafeRawBufferPointer) {
        self.init(
            id: SessionID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            ),
            secret: SessionSecret(words: Bytes32(copying: UnsafeRawBufferPointer(rebasing: bytes[16..<48])))
        )
    }

    /// The 64 characters that travel. Whoever has them is the visitor: give them to the client and to nobody else.
    public var text: String {
        self.secret.withUnsafeBytes { Base64URL.encode(self.id.bytes + $0) }
    }

    /// Whether both halves are equal; the secrets are compared in constant time, by their hashes.
    func matches(_ other: SessionToken) -> Bool {
        self.id == other.id && self.secretHash == other.secretHash
    }
}

extension SessionToken: CustomStringConvertible, CustomReflectable {
    /// Never the token.
    public var description: String { "SessionToken(<redacted>)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
