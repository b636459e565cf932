//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import Crypto
import CryptoExtras
import Foundation
import Sessions
import SessionsTesting

/// An OpenID provider that makes tokens of any content. It uses no library for JSON Web Tokens, so that it shares no
/// mistake with the one that checks them.
struct TestProvider: Sendable {
    static let issuer = "https://id.example"
    static let clientID = "shop"
    static let event = #"{"http://schemas.openid.net/event/backchannel-logout":{}}"#

    let key = P256.Signing.PrivateKey()
    let issuer: String

    init(issuer: String = Self.issuer) {
        self.issuer = issuer
    }

    /// The JWK set of the provider, with keys of kinds that no one knows.
    var keys: String {
        let point = [UInt8](self.key.publicKey.rawRepresentation)
        let (x, y) = (Self.encode(point.prefix(32)), Self.encode(point.suffix(32)))
        return """
            {"keys":[
              {"kty":"unknown","kid":"0"},
              {"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"a","x":"\(x)","y":"\(y)"}
            ]}
            """
    }

    /// The claims of a valid logout token, as JSON. Each has its text as a value.
    func claims(
        sid: String? = "s1",
        sub: String? = "u1",
        now: SessionInstant,
        identifier: String = UUID().uuidString
    ) -> [String: String] {
        let seconds = now.millisecondsSince1970 / 1_000
        var claims = [
            "iss": "\"\(self.issuer)\"", "aud": "\"\(Self.clientID)\"", "iat": "\(seconds)", "exp": "\(seconds + 120)",
            "jti": "\"\(identifier)\"", "events": Self.event,
        ]
        claims["sid"] = sid.map { "\"\($0)\"" }
        claims["sub"] = sub.map { "\"\($0)\"" }
        return claims
    }

    static let header = #"{"alg":"ES256","kid":"a","typ":"logout+jwt"}"#

    /// A token of these claims.
    func token(
        _ claims: [String: String],
        header: String = Self.header,
        by key: P256.Signing.PrivateKey? = nil
    ) throws -> String {
        let signed = Self.signedText(claims, header: header)
        let signature = try (key ?? self.key).signature(for: Data(signed.utf8)).rawRepresentation
        return "\(signed).\(Self.encode(signature))"
    }

    /// What a signature is made of.
    static func signedText(_ claims: [String: String], header: String) -> String {
        let members = claims.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return "\(self.encode(header.utf8)).\(self.encode("{\(members)}".utf8))"
    }

    static func encode(_ bytes: some Sequence<UInt8>) -> String { Base64URL.encode(Array(bytes)) }
}
#endif
