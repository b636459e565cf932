//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The data key of one session's values in a store. It is random, and stored only wrapped under the session's secret
/// (envelope encryption).
///
/// ```
/// sealed = version (1 byte, 1) · wrapped key (40) · nonce (24) · ciphertext (as long as the plaintext) · tag (16)
/// ```
///
/// The key is wrapped by AES (RFC 3394) under HMAC-SHA256 of `"swift-sessions at rest 1" · session id`, keyed by the
/// secret. The values are sealed by ``XAES256GCM`` under it, and `version · session id` is authenticated with them.
///
/// A store knows only the hash of the secret, so neither a dump of it nor the keys of the server open anything. A new
/// secret wraps the same key again, so that a request which began before the renewal can still write after it. After a
/// timed renewal the holder of the previous secret computes the new one (``SessionSecret/successor(nonce:)``), so no
/// wrap for the previous one is needed.
struct DataKey: Sendable {
    private static let version: UInt8 = 1
    private static let wrappedByteCount = 40

    private let key: SymmetricKey
    private let cipher: XAES256GCM
    private let wrapped: [UInt8]

    /// A new key, wrapped for the holder of a token.
    init(for token: SessionToken, random: SessionRandom) throws {
        try self.init(key: SymmetricKey(data: random.bytes(count: 32)), for: token)
    }

    private init(key: SymmetricKey, for token: SessionToken) throws {
        self.key = key
        self.cipher = try XAES256GCM(key: key)
        self.wrapped = Array(try AES.KeyWrap.wrap(key, using: Self.wrappingKey(of: token)))
    }

    private init(key: SymmetricKey, wrapped: [UInt8]) throws {
        self.key = key
        self.cipher = try XAES256GCM(key: key)
        self.wrapped = wrapped
    }

    /// The key in sealed values, for the holder of the token that it was wrapped for; nil for any other token.
    init?(in sealed: [UInt8], for token: SessionToken) {
        let wrapped = sealed.dropFirst().prefix(Self.wrappedByteCount)
        guard
            sealed.first == Self.version,
            let key = try? AES.KeyWrap.unwrap(wrapped, using: Self.wrappingKey(of: token))
        else { return nil }
        try? self.init(key: key, wrapped: Array(wrapped))
    }

    /// The same key, as wrapped in values that another request sealed; nil if they do not open with it.
    func rewrapped(as sealed: [UInt8]) -> DataKey? {
        try? DataKey(key: self.key, wrapped: Array(sealed.dropFirst().prefix(Self.wrappedByteCount)))
    }

    /// The same key, wrapped for another token of the session.
    func rewrapped(for token: SessionToken) throws -> DataKey {
        try DataKey(key: self.key, for: token)
    }

    func seal(_ plaintext: [UInt8], of id: SessionID, random: SessionRandom) throws -> [UInt8] {
        var sealed: [UInt8] = []
        sealed.reserveCapacity(
            1 + self.wrapped.count + XAES256GCM.nonceByteCount + plaintext.count + XAES256GCM.tagByteCount)
        sealed.append(Self.version)
        sealed += self.wrapped
        try self.cipher.seal(plaintext, authenticating: Self.additional(id), random: random, into: &sealed)
        return sealed
    }

    /// The plaintext, or nil if these bytes were not sealed under this key for this session.
    func open(_ sealed: [UInt8], of id: SessionID) -> [UInt8]? {
        guard sealed.first == Self.version, sealed.count > 1 + Self.wrappedByteCount else { return nil }
        return sealed.withUnsafeBytes {
            let message = UnsafeRawBufferPointer(rebasing: $0[(1 + Self.wrappedByteCount)...])
            return self.cipher.open(message, authenticating: Self.additional(id))
        }
    }

    private static func additional(_ id: SessionID) -> [UInt8] { [self.version] + id.bytes }

    private static func wrappingKey(of token: SessionToken) -> SymmetricKey {
        token.secret.withUnsafeBytes { secret in
            var code = HMAC<SHA256>(key: SymmetricKey(data: secret))
            // At once, because the cost of a call is that of a hundred bytes ("at rest: counter").
            code.update(data: Array("swift-sessions at rest 1".utf8) + token.id.bytes)
            return SymmetricKey(data: code.finalize())
        }
    }
}

extension DataKey: Equatable, CustomStringConvertible, CustomReflectable {
    /// Compares the wrapped keys, because each determines its key.
    static func == (left: DataKey, right: DataKey) -> Bool { left.wrapped == right.wrapped }

    var description: String { "<redacted>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
