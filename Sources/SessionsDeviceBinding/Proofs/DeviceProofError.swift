//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
/// Why a proof of a device is rejected.
///
/// It is for logs and metrics. A client gets the same answer for every code, and never the message.
public struct DeviceProofError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of a rejection.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The header field occurs several times, is too long, or is neither a string nor a bare value.
        public static let malformedField = Code("malformed_field")
        /// The proof is no compact JWS of two JSON objects (RFC 7515 section 7.1).
        public static let malformed = Code("malformed")
        /// A JSON object of the proof has a name twice.
        public static let duplicateName = Code("duplicate_name")
        /// The header is not of the type `dbsc+jwt`.
        public static let wrongType = Code("wrong_type")
        /// The algorithm is not ES256.
        public static let wrongAlgorithm = Code("wrong_algorithm")
        /// The header demands an extension, or names keys elsewhere.
        public static let unsupportedParameter = Code("unsupported_parameter")
        /// The key of a registration is missing, or is no public key of P-256.
        public static let invalidKey = Code("invalid_key")
        /// A refresh brings a key. The key of a session never changes.
        public static let unexpectedKey = Code("unexpected_key")
        /// The signature is not the key's.
        public static let invalidSignature = Code("invalid_signature")
        /// The challenge was not made for this session.
        public static let unknownChallenge = Code("unknown_challenge")
        /// The challenge was made for another purpose.
        public static let wrongPurpose = Code("wrong_purpose")
        /// The challenge is too old.
        public static let expiredChallenge = Code("expired_challenge")
        /// The challenge, or a later one, was used before.
        public static let usedChallenge = Code("used_challenge")
        /// The authorization is not the one that was issued.
        public static let wrongAuthorization = Code("wrong_authorization")
    }

    /// The kind of the rejection.
    public let code: Code

    init(_ code: Code) { self.code = code }

    public var description: String { "The proof of a device is rejected: \(self.code)" }
}
#endif
