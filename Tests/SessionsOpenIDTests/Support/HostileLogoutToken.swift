//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import Crypto
import Foundation
import Sessions
import SessionsTesting
import Testing

@testable import SessionsOpenID

/// A logout token with one fault.
struct HostileLogoutToken: Sendable, CustomTestStringConvertible {
    let name: String
    let code: OpenIDLogoutError.Code
    /// Whether its identifier was used before.
    let isUsed: Bool
    private let make: @Sendable (TestProvider, SessionInstant) throws -> String

    private init(
        _ name: String,
        _ code: OpenIDLogoutError.Code,
        isUsed: Bool = false,
        _ make: @escaping @Sendable (TestProvider, SessionInstant) throws -> String
    ) {
        self.name = name
        self.code = code
        self.isUsed = isUsed
        self.make = make
    }

    var testDescription: String { self.name }

    func token(_ provider: TestProvider, now: SessionInstant) throws -> String { try self.make(provider, now) }

    /// A token whose claims differ from those of a valid one. An empty text removes a claim.
    private static func claims(
        _ name: String,
        _ code: OpenIDLogoutError.Code,
        _ changes: [String: String]
    ) -> HostileLogoutToken {
        HostileLogoutToken(name, code) { provider, now in
            var claims = provider.claims(now: now)
            for (name, value) in changes { claims[name] = value.isEmpty ? nil : value }
            return try provider.token(claims)
        }
    }

    /// A token whose times differ from those of a valid one, in seconds from now.
    private static func times(
        _ name: String,
        _ code: OpenIDLogoutError.Code,
        iat: Int64,
        exp: Int64
    ) -> HostileLogoutToken {
        HostileLogoutToken(name, code) { provider, now in
            var claims = provider.claims(now: now)
            claims["iat"] = "\(now.millisecondsSince1970 / 1_000 + iat)"
            claims["exp"] = "\(now.millisecondsSince1970 / 1_000 + exp)"
            return try provider.token(claims)
        }
    }

    private static func header(_ name: String, _ code: OpenIDLogoutError.Code, _ text: String) -> HostileLogoutToken {
        HostileLogoutToken(name, code) { provider, now in
            try provider.token(provider.claims(now: now), header: text)
        }
    }

    static let all: [HostileLogoutToken] = [
        .header("an access token", .wrongType, #"{"alg":"ES256","kid":"a","typ":"at+jwt"}"#),
        .header("a critical extension", .unsupportedExtension, #"{"alg":"ES256","kid":"a","crit":["b64"],"b64":true}"#),
        .header(
            "a signature with the key that claims another algorithm", .wrongAlgorithm, #"{"alg":"HS256","kid":"a"}"#),
        HostileLogoutToken("no signature", .wrongAlgorithm) { provider, now in
            "\(TestProvider.signedText(provider.claims(now: now), header: #"{"alg":"none"}"#))."
        },
        HostileLogoutToken("a public key as a shared secret", .wrongAlgorithm) { provider, now in
            let signed = TestProvider.signedText(provider.claims(now: now), header: #"{"alg":"HS256","kid":"a"}"#)
            let secret = SymmetricKey(data: provider.key.publicKey.rawRepresentation)
            let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: secret)
            return "\(signed).\(TestProvider.encode(Data(code)))"
        },
        HostileLogoutToken("the signature of another key", .invalidSignature) { provider, now in
            try provider.token(provider.claims(now: now), by: P256.Signing.PrivateKey())
        },
        HostileLogoutToken("an empty signature", .invalidSignature) { provider, now in
            "\(TestProvider.signedText(provider.claims(now: now), header: TestProvider.header))."
        },
        HostileLogoutToken("claims that were changed after the signature", .invalidSignature) { provider, now in
            let parts = try provider.token(provider.claims(now: now)).split(separator: ".")
            let other = TestProvider.signedText(provider.claims(sid: "s2", now: now), header: TestProvider.header)
            return "\(other).\(parts[2])"
        },
        .claims("another issuer", .wrongIssuer, ["iss": "\"https://id.example.evil\""]),
        .claims("no issuer", .wrongIssuer, ["iss": ""]),
        .claims("another audience", .wrongAudience, ["aud": "\"bank\""]),
        .claims("other audiences", .wrongAudience, ["aud": "[\"bank\",\"Shop\"]"]),
        .claims("no audience", .wrongAudience, ["aud": ""]),
        .times("a time in the future", .invalidTime, iat: 61, exp: 120),
        .claims("no time", .invalidTime, ["iat": ""]),
        .times("an end that has passed", .expired, iat: -200, exp: -60),
        .claims("no end", .expired, ["exp": ""]),
        .times("a life of more than a day", .expired, iat: 0, exp: 86_401),
        .claims("an end beyond all times", .expired, ["exp": "1e300"]),
        .claims("no identifier", .missingIdentifier, ["jti": ""]),
        .claims("an empty identifier", .missingIdentifier, ["jti": "\"\""]),
        .claims("a long identifier", .missingIdentifier, ["jti": "\"\(String(repeating: "x", count: 513))\""]),
        HostileLogoutToken("a token that was used", .replayed, isUsed: true) { provider, now in
            try provider.token(provider.claims(now: now))
        },
        .claims("no event", .missingEvent, ["events": ""]),
        .claims("another event", .missingEvent, ["events": #"{"http://schemas.openid.net/event/other":{}}"#]),
        .claims(
            "an event that is no object", .missingEvent,
            ["events": #"{"http://schemas.openid.net/event/backchannel-logout":true}"#]),
        .claims(
            "events that are a list", .missingEvent,
            ["events": #"["http://schemas.openid.net/event/backchannel-logout"]"#]),
        .claims("a nonce", .unexpectedNonce, ["nonce": "\"n\""]),
        .claims("a nonce that is null", .unexpectedNonce, ["nonce": "null"]),
        .claims("neither a session nor a user", .missingSubject, ["sid": "", "sub": ""]),
        .claims("an empty session and an empty user", .missingSubject, ["sid": "\"\"", "sub": "\"\""]),
    ]
}
#endif
