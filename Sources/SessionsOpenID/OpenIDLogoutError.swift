//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
/// Why a logout token is rejected, or a login whose session at the provider has ended.
public struct OpenIDLogoutError: Error, Sendable, CustomStringConvertible {
    /// The kind of a failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The request is not a form with one logout token, or the token is no JSON Web Token.
        public static let malformed = Code("malformed")
        /// The header says that it is another kind of token.
        public static let wrongType = Code("wrong_type")
        /// The algorithm is not one with a public key, such as `none` or `HS256`.
        public static let wrongAlgorithm = Code("wrong_algorithm")
        /// A critical extension is not known (RFC 7515, 4.1.11).
        public static let unsupportedExtension = Code("unsupported_extension")
        /// No key of the provider made the signature.
        public static let invalidSignature = Code("invalid_signature")
        /// The token is of another issuer (`iss`).
        public static let wrongIssuer = Code("wrong_issuer")
        /// The token is for another client (`aud`).
        public static let wrongAudience = Code("wrong_audience")
        /// The time of the token (`iat`) is missing or in the future.
        public static let invalidTime = Code("invalid_time")
        /// The token has expired, or has no end (`exp`), or one that is more than a day after its time.
        public static let expired = Code("expired")
        /// The token has no identifier (`jti`) of 1 to 512 bytes.
        public static let missingIdentifier = Code("missing_identifier")
        /// The token was used before.
        public static let replayed = Code("replayed")
        /// The token has no event of a logout (`events`).
        public static let missingEvent = Code("missing_event")
        /// The token has a `nonce`, so it is an ID token.
        public static let unexpectedNonce = Code("unexpected_nonce")
        /// The token names neither a session (`sid`) nor a user (`sub`).
        public static let missingSubject = Code("missing_subject")
        /// The session at the provider ended while its user logged in here.
        public static let providerSessionEnded = Code("provider_session_ended")
    }

    /// The kind of the failure.
    public let code: Code
    /// What is wrong. It has nothing of the token.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(self.code): \(self.message)" }
}
#endif
