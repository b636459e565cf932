//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Crypto
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Sessions

/// Proofs as a browser makes them: compact JWS for ES256.
enum DeviceTestProof {
    private struct Key: Encodable {
        let kty = "EC"
        let crv = "P-256"
        let x: String
        let y: String

        init(_ key: P256.Signing.PublicKey) {
            self.x = Base64URL.encode(Array(key.rawRepresentation.prefix(32)))
            self.y = Base64URL.encode(Array(key.rawRepresentation.suffix(32)))
        }
    }

    private struct Header: Encodable {
        let alg = "ES256"
        let typ = "dbsc+jwt"
        var jwk: Key?
    }

    private struct Payload: Encodable {
        let jti: String?
        let authorization: String?
    }

    static func registration(
        _ challenge: String?,
        authorization: String?,
        by key: P256.Signing.PrivateKey
    ) throws -> String {
        try self.proof(Header(jwk: Key(key.publicKey)), Payload(jti: challenge, authorization: authorization), key)
    }

    static func refresh(_ challenge: String, by key: P256.Signing.PrivateKey) throws -> String {
        try self.proof(Header(), Payload(jti: challenge, authorization: nil), key)
    }

    private static func proof(_ header: Header, _ payload: Payload, _ key: P256.Signing.PrivateKey) throws -> String {
        let encoder = JSONEncoder()
        let signed = Base64URL.encode(try encoder.encode(header)) + "." + Base64URL.encode(try encoder.encode(payload))
        return signed + "." + Base64URL.encode(try key.signature(for: Data(signed.utf8)).rawRepresentation)
    }
}
#endif
