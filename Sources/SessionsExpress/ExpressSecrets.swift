//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Sessions

/// The secrets with which an Express application signs its session cookies: its `secret` option.
///
/// The first one signs and all verify, as with an array in the Express application. To rotate, put a new one first on
/// both sides, and remove the old one when no cookie with its signature remains.
///
/// - Warning: A short secret can be guessed from a single cookie. An attacker who has it can sign cookies, and then
///   needs only the id of a session. Express accepts a secret of any length. A weak one is rejected here unless
///   ``Strength/any`` allows it. Use 32 random bytes or more, as `SecretKeyring` requires for the keys of other
///   backends.
public struct ExpressSecrets: Sendable {
    /// The required strength of secrets.
    public struct Strength: Sendable, Hashable {
        let minimumByteCount: Int
        let minimumDistinctCount: Int

        /// At least 16 bytes, with at least 8 distinct values. This is the default.
        public static let standard = Strength(minimumByteCount: 16, minimumDistinctCount: 8)

        /// Any secret that is not empty. Use it only while the Express application has a weak secret.
        ///
        /// - Warning: An attacker with one cookie of the site quickly guesses a weak secret, and can then sign any
        ///   cookie.
        public static let any = Strength(minimumByteCount: 1, minimumDistinctCount: 1)
    }

    private let keys: [SymmetricKey]
    /// The number of bytes of the shortest secret.
    public let weakest: Int

    /// Creates secrets from texts, as `secret: ["newest", "older"]` in Express.
    ///
    /// - Parameters:
    ///   - secrets: The secrets, the newest first.
    ///   - strength: The required strength. The default rejects weak secrets.
    /// - Throws: `SessionError` with the code `configuration` when there is no secret, or a weak one.
    public init(_ secrets: [String], strength: Strength = .standard) throws {
        try self.init(bytes: secrets.map { Array($0.utf8) }, strength: strength)
    }

    /// Creates a single secret from a text, as `secret: "text"` in Express.
    ///
    /// - Parameters:
    ///   - secret: The secret.
    ///   - strength: The required strength. The default rejects weak secrets.
    /// - Throws: `SessionError` with the code `configuration` when it is weak.
    public init(_ secret: String, strength: Strength = .standard) throws {
        try self.init([secret], strength: strength)
    }

    /// Creates secrets from bytes, which are buffers in Express.
    ///
    /// - Parameters:
    ///   - secrets: The secrets, the newest first.
    ///   - strength: The required strength. The default rejects weak secrets.
    /// - Throws: `SessionError` with the code `configuration` when there is no secret, or a weak one.
    public init(bytes secrets: [[UInt8]], strength: Strength = .standard) throws {
        guard let weakest = secrets.map(\.count).min(), weakest > 0 else {
            throw SessionError.refused(["ExpressSecrets needs at least one secret, and none that is empty."])
        }
        let problems = secrets.enumerated().compactMap { index, secret in
            strength.accepts(secret) ? nil : strength.problem(of: secret, at: index)
        }
        guard problems.isEmpty else { throw SessionError.refused(problems) }
        self.keys = secrets.map { SymmetricKey(data: $0) }
        self.weakest = weakest
    }

    /// Signs a value with the first secret: `value.signature`, as `sign` of cookie-signature.
    ///
    /// The signature is the HMAC-SHA256 of the value in base64 without padding.
    public func sign(_ value: String) -> String {
        "\(value).\(Self.signature(of: Array(value.utf8), self.keys[0]))"
    }

    /// The value of a signed text if one of the secrets signed it, or nil, as `unsign` of cookie-signature.
    ///
    /// Signatures are compared in constant time.
    package func unsign(_ signed: String) -> String? { self.verify(signed)?.value }

    /// The value, and whether another secret than the first signed it.
    func verify(_ signed: String) -> (value: String, isOutdated: Bool)? {
        let bytes = Array(signed.utf8)
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let (value, signature) = (Array(bytes[..<dot]), bytes[(dot + 1)...])
        // All secrets are compared, so that the time does not reveal which one matched.
        let matches = self.keys.map { Self.isEqual(signature, Array(Self.signature(of: value, $0).utf8)) }
        guard let index = matches.firstIndex(of: true) else { return nil }
        return (String(decoding: value, as: UTF8.self), index > 0)
    }

    private static func signature(of value: [UInt8], _ key: SymmetricKey) -> String {
        Base64Text.encode(Array(HMAC<SHA256>.authenticationCode(for: value, using: key)))
    }

    private static func isEqual(_ one: ArraySlice<UInt8>, _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension ExpressSecrets: CustomStringConvertible, CustomReflectable {
    /// The number of secrets. It does not show them.
    public var description: String { "ExpressSecrets(\(self.keys.count), <redacted>)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ExpressSecrets.Strength {
    fileprivate func accepts(_ secret: [UInt8]) -> Bool {
        secret.count >= self.minimumByteCount && Set(secret).count >= self.minimumDistinctCount
    }

    fileprivate func problem(of secret: [UInt8], at index: Int) -> String {
        """
        Secret \(index + 1) has \(secret.count) bytes, and \(Set(secret).count) of them differ; at least \
        \(self.minimumByteCount) bytes, \(self.minimumDistinctCount) of them different, are required: give 32 random bytes on \
        both sides, or strength: .any until the Express application has them.
        """
    }
}
