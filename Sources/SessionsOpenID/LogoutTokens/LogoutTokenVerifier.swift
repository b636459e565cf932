//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import Foundation
import JWTKit
import Sessions

/// Checks logout tokens of a provider.
struct LogoutTokenVerifier: Sendable {
    private struct KeySet: Decodable {
        /// A key that this library knows. A provider may have others (RFC 7517, 5).
        struct Key: Decodable {
            let jwk: JWK?

            init(from decoder: any Decoder) { self.jwk = try? JWK(from: decoder) }
        }

        let keys: [Key]
    }

    private let provider: OpenIDProvider
    private let checks: [LogoutTokenCheck]

    init(_ provider: OpenIDProvider, checks: [LogoutTokenCheck] = LogoutTokenCheck.all) {
        self.provider = provider
        self.checks = checks
    }

    /// The claims of a valid token.
    ///
    /// - Parameter isUsed: Whether a token with an identifier was used before. It is asked only about a token with the
    ///   provider's signature.
    /// - Throws: ``OpenIDLogoutError``, and what the keys of the provider and `isUsed` throw.
    func verify(
        _ token: String,
        now: SessionInstant,
        isUsed: (String) async throws -> Bool
    ) async throws -> LogoutClaims {
        let bytes = Array(token.utf8)
        guard bytes.count <= 16_384, let parsed = try? DefaultJWTParser().parse(bytes, as: LogoutClaims.self) else {
            throw OpenIDLogoutError(.malformed, "The logout token is no JSON Web Token of at most 16,384 bytes.")
        }
        let keys = try await self.keys()
        let isSigned = (try? await keys.verify(bytes, as: LogoutClaims.self, iteratingKeys: true)) != nil
        var wasUsed = false
        if isSigned, let identifier = parsed.payload.identifier { wasUsed = try await isUsed(identifier) }
        let context = LogoutTokenCheck.Context(
            header: parsed.header,
            claims: parsed.payload,
            issuer: self.provider.issuer,
            clientID: self.provider.clientID,
            isSigned: isSigned,
            isUsed: wasUsed,
            now: now
        )
        for check in self.checks where !check.passes(context) {
            throw OpenIDLogoutError(check.code, "Of the logout token it must hold that \(check.name).")
        }
        return parsed.payload
    }

    private func keys() async throws -> JWTKeyCollection {
        let document = Data(try await self.provider.keys().utf8)
        let keys = JWTKeyCollection()
        for (index, key) in try JSONDecoder().decode(KeySet.self, from: document).keys.enumerated() {
            guard var jwk = key.jwk else { continue }
            // The collection wants names, and a provider with one key may give none.
            if jwk.keyIdentifier == nil { jwk.keyIdentifier = JWKIdentifier(string: "key \(index)") }
            _ = try? await keys.add(jwk: jwk)
        }
        return keys
    }
}
#endif
