//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A session's id and secret, which travel in a cookie or header.
///
/// The 16 bytes of ``SessionID`` and the 32 bytes of the secret are 64 characters of canonical unpadded base64url. Only
/// the engine makes tokens: an invented one can be parsed, but it is not found, and never adopted.
///
/// A token prints as `SessionToken(<redacted>)`. Only ``text`` returns the credential, for delivery to the client.
public struct SessionToken: Sendable {
    /// The public half.
    public let id: SessionID
    let secret: SessionSecret
    /// The hash of the secret, computed once: every request needs it, some several times.
    let secretHash: SecretHash

    static let byteCount = 48
    static let textLength = 64

    @inline(__always)  // "memory: counter"
    init(id: SessionID, secret: SessionSecret) {
        self.init(id: id, secret: secret, secretHash: secret.hash)
    }

    private init(id: SessionID, secret: SessionSecret, secretHash: SecretHash) {
        self.id = id
        self.secret = secret
        self.secretHash = secretHash
    }

    /// A placeholder for a session without a token; it opens nothing.
    static func placeholder(_ id: SessionID) -> SessionToken {
        SessionToken(id: id, secret: .none, secretHash: .none)
    }

    init(random: SessionRandom) {
        self.init(id: SessionID(random: random), secret: SessionSecret(random: random))
    }

    /// Parses a token, or returns nil when the input is not exactly 64 characters of canonical base64url.
    public init?(_ text: some Collection<UInt8>) {
        guard text.count == Self.textLength else { return nil }
        let token = withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { bytes -> SessionToken? in
            guard Base64URL.decode(text, into: bytes) else { return nil }
            return SessionToken(bytes: UnsafeRawBufferPointer(bytes))
        }
        guard let token else { return nil }
        self = token
    }

    /// Parses a token, or returns nil when the input is not exactly 64 characters of canonical base64url.
    public init?(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    @inline(__always)  // "memory: counter"
    private init(bytes: UnsafeRawBufferPointer) {
        self.init(
            id: SessionID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            ),
            secret: SessionSecret(words: Bytes32(copying: UnsafeRawBufferPointer(rebasing: bytes[16..<48])))
        )
    }

    /// The 64 characters of the credential. Anyone who has them can act as the visitor: send them only to the client.
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
