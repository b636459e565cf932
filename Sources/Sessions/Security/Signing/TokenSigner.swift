//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// Signs tokens under the keys of a keyring, so that an invented one is rejected before anything is looked up.
///
/// ```
/// signed = token (64 characters) "." base64url( HMAC-SHA256 ) (43 characters)
/// ```
///
/// Releases before this format had an empty context. Their codes are verified as long as ``FormerTokens`` allows, after
/// those of this format, and never made.
///
/// Authenticated are `counted purpose · counted context · counted name · token`, where counted means a base-128 varint
/// of the length before the bytes. The code is not truncated: 128 bits would be enough (ASVS 5.0, 11.2.3) and save 21
/// characters. Codes are compared in constant time, as words: the comparison of the cryptography library looks up its
/// generic types each time ("signed: counter").
///
/// There is no key id. All keys are tried, which are two or three.
struct TokenSigner: Sendable {
    /// The length of a signed token.
    static let textLength = SessionToken.textLength + 1 + codeLength
    private static let codeLength = 43

    /// The beginning of the code under a key, which is the same for every token.
    private struct SigningKey {
        var code: HMAC<SHA256>
        /// The beginning for earlier releases.
        var formerCode: HMAC<SHA256>

        init(_ key: SecretKey, context: String) {
            let key = key.derived(for: .signing)
            self.code = Self.begin(key, context)
            self.formerCode = Self.begin(key, "")
        }

        private static func begin(_ key: SymmetricKey, _ context: String) -> HMAC<SHA256> {
            var writer = ByteWriter()
            writer.write(counted: KeyPurpose.signing.label)
            writer.write(counted: context)
            var code = HMAC<SHA256>(key: key)
            code.update(data: writer.bytes)
            return code
        }
    }

    private let keys: PreparedKeys<SigningKey>
    private let former: FormerTokens

    /// Creates a signer.
    ///
    /// - Parameters:
    ///   - keyring: The keys.
    ///   - context: The audience of tokens, from a ``KeyAudience``.
    ///   - former: Whether codes of earlier releases are accepted. The default is that they are not.
    init(_ keyring: SecretKeyring, context: String, former: FormerTokens = .refused) throws {
        self.keys = try PreparedKeys(keyring) { SigningKey($0, context: context) }
        self.former = former
    }

    /// The token with a code of the newest key. The name, such as that of a cookie, is needed again to verify it.
    func sign(_ token: SessionToken, for name: String) throws -> String {
        let text = token.text
        let code = Self.finish(try self.keys.derived.newest.code, name: name, token: text.utf8)
        return "\(text).\(code.withUnsafeBytes { Base64URL.encode($0) })"
    }

    /// A token with a valid code.
    struct Verified {
        var token: SessionToken
        /// Whether the code is of a key that is not the newest, or of an earlier release, and the token must be signed
        /// again.
        var isOutdated: Bool
    }

    /// The token of a signed credential, or nil if this keyring did not sign it for this name.
    func verify(_ credential: some Collection<UInt8>, for name: String) -> Verified? {
        guard credential.count == Self.textLength else { return nil }
        let token = credential.prefix(SessionToken.textLength)
        let rest = credential.dropFirst(SessionToken.textLength)
        guard
            rest.first == UInt8(ascii: "."),
            let code = Bytes32(base64URL: rest.dropFirst()),
            let parsed = SessionToken(token),
            let keys = try? self.keys.derived.all
        else { return nil }
        if let index = keys.firstIndex(where: { Self.finish($0.code, name: name, token: token) == code }) {
            return Verified(token: parsed, isOutdated: index > 0)
        }
        guard
            self.former.areAccepted,
            keys.contains(where: { Self.finish($0.formerCode, name: name, token: token) == code })
        else { return nil }
        return Verified(token: parsed, isOutdated: true)
    }

    private static func finish(
        _ code: HMAC<SHA256>,
        name: String,
        token: some Collection<UInt8>
    ) -> Bytes32 {
        var writer = ByteWriter(capacity: SessionToken.textLength + name.utf8.count + 2)
        writer.write(counted: name)
        writer.write(token)
        var code = code
        code.update(data: writer.bytes)
        return Bytes32(digest: code.finalize())
    }
}
