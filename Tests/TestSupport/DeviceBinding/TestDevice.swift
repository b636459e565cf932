//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
package import Crypto
import Foundation
import Sessions

/// A device of a test: a key, and proofs of any text.
package struct TestDevice: Sendable {
    package let key = P256.Signing.PrivateKey()

    package init() {}

    package var x: [UInt8] { Array(self.key.publicKey.rawRepresentation.prefix(32)) }
    package var y: [UInt8] { Array(self.key.publicKey.rawRepresentation.suffix(32)) }

    /// The public key as JSON.
    package var jwk: String { Self.jwk(self.x, self.y) }

    package static func jwk(_ x: [UInt8], _ y: [UInt8], kty: String = "EC", crv: String = "P-256", more: String = "")
        -> String
    {
        #"{"kty":"\#(kty)","crv":"\#(crv)","x":"\#(Base64URL.encode(x))","y":"\#(Base64URL.encode(y))"\#(more)}"#
    }

    /// A proof with a signature of this device.
    package func proof(header: String, payload: String) throws -> String {
        let signed = Self.signed(header, payload)
        let signature = try self.key.signature(for: Data(signed.utf8)).rawRepresentation
        return signed + "." + Base64URL.encode(signature)
    }

    /// A proof with any signature.
    package static func proof(header: String, payload: String, signature: [UInt8]) -> String {
        Self.signed(header, payload) + "." + Base64URL.encode(signature)
    }

    package static func signed(_ header: String, _ payload: String) -> String {
        Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
    }

    package func registration(_ challenge: String, authorization: String? = nil) throws -> String {
        let more = authorization.map { #","authorization":"\#($0)""# } ?? ""
        return try self.proof(
            header: #"{"alg":"ES256","typ":"dbsc+jwt","jwk":\#(self.jwk)}"#,
            payload: #"{"jti":"\#(challenge)"\#(more)}"#
        )
    }

    package func refresh(_ challenge: String) throws -> String {
        try self.proof(header: #"{"alg":"ES256","typ":"dbsc+jwt"}"#, payload: #"{"jti":"\#(challenge)"}"#)
    }
}
#endif
