//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import JWTKit
import Sessions

/// A condition that a logout token must meet (OpenID Connect Back-Channel Logout 1.0, 2.6).
///
/// Each is needed: a test removes one at a time and finds a token that only this one rejects.
struct LogoutTokenCheck: Sendable {
    /// A token, and what it is checked against.
    struct Context: Sendable {
        let header: JWTHeader
        let claims: LogoutClaims
        let issuer: String
        let clientID: String
        /// Whether a key of the provider made the signature.
        let isSigned: Bool
        /// Whether a token with its identifier was used before.
        let isUsed: Bool
        let now: SessionInstant
    }

    /// How far the clocks of the provider and of this server may differ.
    static let leeway = Duration.seconds(60)
    /// The longest lifetime of a token, which bounds how long its identifier is kept.
    static let longestLife = Duration.seconds(86_400)

    let name: String
    /// The code of the error when a token does not meet the condition.
    let code: OpenIDLogoutError.Code
    let passes: @Sendable (Context) -> Bool

    private init(_ name: String, _ code: OpenIDLogoutError.Code, _ passes: @escaping @Sendable (Context) -> Bool) {
        self.name = name
        self.code = code
        self.passes = passes
    }

    /// All conditions, in order. The signature comes before the claims, so that errors tell strangers nothing.
    static let all: [LogoutTokenCheck] = [
        LogoutTokenCheck("the type is not that of another token", .wrongType) { token in
            // RFC 8725, 3.11. The type of a logout token is recommended and not required.
            guard let type = token.header.typ?.lowercased() else { return true }
            return ["logout+jwt", "application/logout+jwt", "jwt"].contains(type)
        },
        LogoutTokenCheck("no extension is critical", .unsupportedExtension) { token in
            token.header.fields["crit"] == nil
        },
        LogoutTokenCheck("the algorithm has a public key", .wrongAlgorithm) { token in
            Self.algorithms.contains(token.header.alg ?? "")
        },
        LogoutTokenCheck("the signature is the provider's", .invalidSignature) { $0.isSigned },
        LogoutTokenCheck("the issuer is the provider", .wrongIssuer) { token in
            token.claims.issuer.map { Array($0.utf8) == Array(token.issuer.utf8) } == true
        },
        LogoutTokenCheck("the audience is this client", .wrongAudience) { token in
            token.claims.audience.contains { Array($0.utf8) == Array(token.clientID.utf8) }
        },
        LogoutTokenCheck("the token has a time that is not in the future", .invalidTime) { token in
            token.claims.time.map { SessionInstant(secondsSince1970: $0) <= token.now + Self.leeway } == true
        },
        LogoutTokenCheck("the token has not expired", .expired) { token in
            token.claims.end.map { token.now < SessionInstant(secondsSince1970: $0) + Self.leeway } == true
        },
        LogoutTokenCheck("the token lives for a day at most", .expired) { token in
            guard let time = token.claims.time, let end = token.claims.end else { return true }
            return SessionInstant(secondsSince1970: end) - SessionInstant(secondsSince1970: time) <= Self.longestLife
        },
        LogoutTokenCheck("the token has an identifier", .missingIdentifier) { token in
            (1...512).contains(token.claims.identifier?.utf8.count ?? 0)
        },
        LogoutTokenCheck("the token was not used", .replayed) { !$0.isUsed },
        LogoutTokenCheck("the event is a logout", .missingEvent) { $0.claims.hasEvent },
        LogoutTokenCheck("there is no nonce", .unexpectedNonce) { !$0.claims.hasNonce },
        LogoutTokenCheck("the token names a session or a user", .missingSubject) { token in
            token.claims.session?.isEmpty == false || token.claims.subject?.isEmpty == false
        },
    ]

    /// The signatures with public keys (RFC 7518, 3.1, and RFC 8037).
    private static let algorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]
}

extension SessionInstant {
    /// A NumericDate of RFC 7519; those out of range are clamped.
    init(secondsSince1970 seconds: Double) {
        let milliseconds = (seconds * 1_000).rounded()
        if let exact = Int64(exactly: milliseconds) {
            self.init(millisecondsSince1970: exact)
        } else {
            self = milliseconds > 0 ? .distantFuture : .distantPast
        }
    }
}
#endif
