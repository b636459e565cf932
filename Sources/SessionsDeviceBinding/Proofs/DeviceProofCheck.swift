//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Sessions

/// A condition that a proof must meet.
///
/// Each is needed: a test removes one at a time and finds a proof that only this one rejects.
struct DeviceProofCheck: Sendable {
    /// What a proof is checked against.
    struct Context {
        let purpose: DeviceChallenge.Purpose
        /// The key of the signature: the session's at a refresh, the proof's own at a registration.
        let key: DevicePublicKey?
        let challenges: DeviceChallenges
        let authorization: String?
        let now: SessionInstant
    }

    /// The code of the error when a proof does not meet the condition.
    let code: DeviceProofError.Code
    let name: String
    let passes: @Sendable (DeviceProof, Context) -> Bool

    private init(
        _ name: String,
        _ code: DeviceProofError.Code,
        _ passes: @escaping @Sendable (DeviceProof, Context) -> Bool
    ) {
        self.name = name
        self.code = code
        self.passes = passes
    }

    /// All conditions, in order. The signature comes before the challenge, so that nothing the client says is used
    /// before it is authentic.
    static let all: [DeviceProofCheck] = [
        DeviceProofCheck("the names of the header are unique", .duplicateName) { proof, _ in
            proof.header.hasUniqueNames
        },
        DeviceProofCheck("the names of the payload are unique", .duplicateName) { proof, _ in
            proof.payload.hasUniqueNames
        },
        DeviceProofCheck("the type is dbsc+jwt", .wrongType) { proof, _ in proof.header.string("typ") == "dbsc+jwt" },
        DeviceProofCheck("the algorithm is ES256", .wrongAlgorithm) { proof, _ in
            proof.header.string("alg") == "ES256"
        },
        // RFC 7515 section 4.1.11: what is critical and not understood makes the proof invalid.
        DeviceProofCheck("no extension is critical", .unsupportedParameter) { proof, _ in !proof.header.has("crit") },
        DeviceProofCheck("no key is elsewhere", .unsupportedParameter) { proof, _ in
            !["jku", "x5u", "x5c"].contains { proof.header.has($0) }
        },
        DeviceProofCheck("a refresh brings no key", .unexpectedKey) { proof, context in
            context.purpose == .registration || !proof.header.has("jwk")
        },
        DeviceProofCheck("the key is of an elliptic curve", .invalidKey) { proof, context in
            context.purpose == .refresh || proof.header.object("jwk")?.string("kty") == "EC"
        },
        DeviceProofCheck("the curve is P-256", .invalidKey) { proof, context in
            context.purpose == .refresh || proof.header.object("jwk")?.string("crv") == "P-256"
        },
        DeviceProofCheck("each coordinate has 32 bytes", .invalidKey) { proof, context in
            context.purpose == .refresh || proof.header.object("jwk")?.coordinate("x")?.count == 32
        },
        DeviceProofCheck("the key is public", .invalidKey) { proof, context in
            context.purpose == .refresh || proof.header.object("jwk")?.has("d") == false
        },
        DeviceProofCheck("the signature is the key's", .invalidSignature) { proof, context in
            context.key?.isValid(signature: proof.signature, for: proof.signedBytes) == true
        },
        DeviceProofCheck("the challenge is the session's", .unknownChallenge) { proof, context in
            proof.challenge.map { context.challenges.made($0) } == true
        },
        DeviceProofCheck("the challenge is for this purpose", .wrongPurpose) { proof, context in
            proof.challenge?.purpose == context.purpose
        },
        DeviceProofCheck("the challenge is young", .expiredChallenge) { proof, context in
            proof.challenge.map { context.now < $0.position + DeviceChallenges.lifetime } == true
        },
        DeviceProofCheck("the challenge was not used", .usedChallenge) { proof, context in
            proof.challenge.map { $0.position > context.challenges.floor } == true
        },
        DeviceProofCheck("the authorization is the one that was issued", .wrongAuthorization) { proof, context in
            guard let issued = context.authorization else { return true }
            return proof.payload.string("authorization").map { Array($0.utf8) } == Array(issued.utf8)
        },
    ]
}
#endif
