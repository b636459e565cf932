//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Crypto
import Foundation
import Sessions
package import SessionsDeviceBinding

/// A proof that must be rejected. The number is that of the attack in the article *Security*.
package struct HostileProof: Sendable, CustomStringConvertible {
    package let attack: Int
    package let name: String
    package let purpose: DeviceChallenge.Purpose
    package let code: DeviceProofError.Code
    package let make: @Sendable (BoundSession) throws -> String
    /// How long ago the last challenge of the session was made that was used.
    private let floorAge: Duration

    package var description: String { "\(self.attack): \(self.name)" }

    private init(
        _ attack: Int,
        _ name: String,
        _ purpose: DeviceChallenge.Purpose,
        _ code: DeviceProofError.Code,
        floorAge: Duration = .seconds(60),
        _ make: @escaping @Sendable (BoundSession) throws -> String
    ) {
        (self.attack, self.name, self.purpose, self.code, self.make) = (attack, name, purpose, code, make)
        self.floorAge = floorAge
    }

    /// A new session, and the proof for it.
    package func prepare() throws -> (session: BoundSession, proof: String) {
        let session = try BoundSession(floorAge: self.floorAge)
        return (session, try self.make(session))
    }

    /// A refresh with a header and a payload of any text, signed by the session's device. `$` is a good challenge.
    private static func refresh(
        _ attack: Int,
        _ name: String,
        _ code: DeviceProofError.Code,
        header: String = #"{"alg":"ES256","typ":"dbsc+jwt"}"#,
        payload: String = #"{"jti":"$"}"#
    ) -> HostileProof {
        HostileProof(attack, name, .refresh, code) { session in
            let challenge = session.challenge(for: .refresh)
            return try session.device.proof(
                header: header,
                payload: payload.replacingOccurrences(of: "$", with: challenge)
            )
        }
    }

    /// A registration with any key, signed by the session's device.
    private static func registration(
        _ name: String,
        _ code: DeviceProofError.Code = .invalidKey,
        jwk: @escaping @Sendable (TestDevice) -> String
    ) -> HostileProof {
        HostileProof(32, name, .registration, code) { session in
            try session.device.proof(
                header: #"{"alg":"ES256","typ":"dbsc+jwt","jwk":\#(jwk(session.device))}"#,
                payload:
                    #"{"jti":"\#(session.challenge(for: .registration))","authorization":"\#(BoundSession.authorization)"}"#
            )
        }
    }

    /// A good refresh whose signature is changed.
    private static func signature(
        _ name: String,
        _ code: DeviceProofError.Code = .invalidSignature,
        _ change: @escaping @Sendable (P256.Signing.ECDSASignature) -> [UInt8]
    ) -> HostileProof {
        HostileProof(32, name, .refresh, code) { session in
            let header = #"{"alg":"ES256","typ":"dbsc+jwt"}"#
            let payload = #"{"jti":"\#(session.challenge(for: .refresh))"}"#
            let signed = Data(TestDevice.signed(header, payload).utf8)
            return TestDevice.proof(
                header: header,
                payload: payload,
                signature: change(try session.device.key.signature(for: signed))
            )
        }
    }

    /// A good refresh whose text is changed.
    private static func text(_ name: String, _ change: @escaping @Sendable (String) -> String) -> HostileProof {
        HostileProof(32, name, .refresh, .malformed) { session in
            change(try session.device.refresh(session.challenge(for: .refresh)))
        }
    }

    /// Each breaks one rule alone.
    package static let all: [HostileProof] = keys + challenges + forms + signatures + texts

    private static let keys: [HostileProof] = [
        HostileProof(30, "a refresh with another device's key, signed by it", .refresh, .unexpectedKey) { session in
            let thief = TestDevice()
            return try thief.proof(
                header: #"{"alg":"ES256","typ":"dbsc+jwt","jwk":\#(thief.jwk)}"#,
                payload: #"{"jti":"\#(session.challenge(for: .refresh))"}"#
            )
        },
        HostileProof(30, "a refresh with the session's own key", .refresh, .unexpectedKey) { session in
            try session.device.proof(
                header: #"{"alg":"ES256","typ":"dbsc+jwt","jwk":\#(session.device.jwk)}"#,
                payload: #"{"jti":"\#(session.challenge(for: .refresh))"}"#
            )
        },
        HostileProof(30, "a refresh by another device", .refresh, .invalidSignature) { session in
            try TestDevice().refresh(session.challenge(for: .refresh))
        },
        HostileProof(32, "a registration without a key", .registration, .invalidKey) { session in
            try session.device.proof(
                header: #"{"alg":"ES256","typ":"dbsc+jwt"}"#,
                payload:
                    #"{"jti":"\#(session.challenge(for: .registration))","authorization":"\#(BoundSession.authorization)"}"#
            )
        },
        HostileProof(32, "a registration with the key in the payload", .registration, .invalidKey) { session in
            try session.device.proof(
                header: #"{"alg":"ES256","typ":"dbsc+jwt"}"#,
                payload: #"{"jti":"\#(session.challenge(for: .registration))","jwk":\#(session.device.jwk)}"#
            )
        },
        HostileProof(32, "a registration by another key than it brings", .registration, .invalidSignature) { session in
            try TestDevice().proof(
                header: #"{"alg":"ES256","typ":"dbsc+jwt","jwk":\#(session.device.jwk)}"#,
                payload:
                    #"{"jti":"\#(session.challenge(for: .registration))","authorization":"\#(BoundSession.authorization)"}"#
            )
        },
        registration("a key that is none of an elliptic curve") { TestDevice.jwk($0.x, $0.y, kty: "OKP") },
        registration("a key of another curve") { TestDevice.jwk($0.x, $0.y, crv: "P-384") },
        registration("coordinates of 31 and 33 bytes") { device in
            TestDevice.jwk(Array(device.x.dropLast()), [device.x[31]] + device.y)
        },
        registration("an x of 31 bytes") { TestDevice.jwk(Array($0.x.dropLast()), $0.y) },
        registration("a private key") { TestDevice.jwk($0.x, $0.y, more: #","d":"AA""#) },
        registration("a point off the curve", .invalidSignature) { device in
            TestDevice.jwk(device.x, device.y.dropLast() + [device.y[31] ^ 1])
        },
        registration("a coordinate above the field", .invalidSignature) { device in
            TestDevice.jwk([UInt8](repeating: 0xFF, count: 32), device.y)
        },
        registration("the point at infinity", .invalidSignature) { _ in
            TestDevice.jwk([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))
        },
        registration("a coordinate with padding") { device in
            TestDevice.jwk(device.x, device.y).replacingOccurrences(of: #"","y""#, with: #"=","y""#)
        },
        registration("an RSA key") { _ in #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"# },
        registration("a key with a name twice", .duplicateName) { TestDevice.jwk($0.x, $0.y, more: #","kty":"EC""#) },
        HostileProof(32, "another authorization", .registration, .wrongAuthorization) { session in
            try session.device.registration(session.challenge(for: .registration), authorization: "another")
        },
        HostileProof(32, "no authorization", .registration, .wrongAuthorization) { session in
            try session.device.registration(session.challenge(for: .registration))
        },
    ]

    private static let challenges: [HostileProof] = [
        HostileProof(31, "a registration's challenge at a refresh", .refresh, .wrongPurpose) { session in
            try session.device.refresh(session.challenge(for: .registration))
        },
        HostileProof(31, "a registration's proof at a refresh", .refresh, .unexpectedKey) { session in
            try session.device.registration(session.challenge(for: .registration))
        },
        HostileProof(31, "a refresh's challenge at a registration", .registration, .wrongPurpose) { session in
            try session.device.registration(
                session.challenge(for: .refresh),
                authorization: BoundSession.authorization
            )
        },
        HostileProof(31, "another session's challenge", .refresh, .unknownChallenge) { session in
            let other = try BoundSession(id: SessionID(high: 3, low: 4))
            return try session.device.refresh(other.challenge(for: .refresh))
        },
        HostileProof(31, "a challenge of a key from before", .refresh, .unknownChallenge) { session in
            try session.device.refresh(BoundSession(id: session.id, key: 8).challenge(for: .refresh))
        },
        HostileProof(31, "a stale challenge", .refresh, .expiredChallenge, floorAge: .seconds(3_600)) { session in
            let challenges = try session.challenges(floor: .distantPast)
            let time = session.now - DeviceChallenges.lifetime
            return try session.device.refresh(challenges.next(for: .refresh, now: time))
        },
        HostileProof(31, "a used challenge", .refresh, .usedChallenge) { session in
            let challenges = try session.challenges(floor: .distantPast)
            return try session.device.refresh(challenges.next(for: .refresh, now: session.floor))
        },
        HostileProof(31, "a challenge with another time", .refresh, .unknownChallenge) { session in
            guard var bytes = Base64URL.decode(Array(session.challenge(for: .refresh).utf8)) else { return "" }
            bytes[8] ^= 1
            return try session.device.refresh(Base64URL.encode(bytes))
        },
        refresh(31, "no challenge", .unknownChallenge, payload: "{}"),
        refresh(31, "a challenge that is a number", .unknownChallenge, payload: #"{"jti":7}"#),
        refresh(31, "a challenge that is not ours", .unknownChallenge, payload: #"{"jti":"c1"}"#),
    ]

    private static let forms: [HostileProof] = [
        refresh(
            32,
            "a name twice in the header",
            .duplicateName,
            header: #"{"alg":"ES256","alg":"ES256","typ":"dbsc+jwt"}"#
        ),
        refresh(
            32,
            "a name twice, once escaped",
            .duplicateName,
            header: #"{"alg":"ES256","\u0061lg":"ES256","typ":"dbsc+jwt"}"#
        ),
        refresh(32, "a name twice in the payload", .duplicateName, payload: #"{"jti":"$","jti":"$"}"#),
        refresh(
            32,
            "a name twice in an array of the payload",
            .duplicateName,
            payload: #"{"jti":"$","a":[{"b":1,"b":2}]}"#
        ),
        refresh(32, "the type of the first trial", .wrongType, header: #"{"alg":"ES256","typ":"jwt"}"#),
        refresh(32, "no type", .wrongType, header: #"{"alg":"ES256"}"#),
        refresh(32, "RS256 where ES256 was offered", .wrongAlgorithm, header: #"{"alg":"RS256","typ":"dbsc+jwt"}"#),
        refresh(32, "HS256", .wrongAlgorithm, header: #"{"alg":"HS256","typ":"dbsc+jwt"}"#),
        refresh(32, "the algorithm in lower case", .wrongAlgorithm, header: #"{"alg":"es256","typ":"dbsc+jwt"}"#),
        refresh(32, "no algorithm", .wrongAlgorithm, header: #"{"typ":"dbsc+jwt"}"#),
        refresh(
            32,
            "a critical extension",
            .unsupportedParameter,
            header: #"{"alg":"ES256","typ":"dbsc+jwt","crit":["exp"],"exp":1}"#
        ),
        refresh(
            32,
            "a set of keys elsewhere",
            .unsupportedParameter,
            header: #"{"alg":"ES256","typ":"dbsc+jwt","jku":"https://thief.example/keys"}"#
        ),
        refresh(
            32,
            "a certificate elsewhere",
            .unsupportedParameter,
            header: #"{"alg":"ES256","typ":"dbsc+jwt","x5u":"https://thief.example/key"}"#
        ),
        refresh(32, "a header that is an array", .malformed, header: "[]"),
        refresh(32, "a payload that is a string", .malformed, payload: #""$""#),
        refresh(32, "a payload that is no JSON", .malformed, payload: #"{"jti":"$""#),
        refresh(32, "a payload that is deeply nested", .malformed, payload: #"{"jti":"$","a":[[[[[[]]]]]]}"#),
        refresh(32, "a payload that is not ASCII", .malformed, payload: #"{"jti":"$","a":"é"}"#),
        HostileProof(32, "no algorithm and no signature", .refresh, .wrongAlgorithm) { session in
            TestDevice.proof(
                header: #"{"alg":"none","typ":"dbsc+jwt"}"#,
                payload: #"{"jti":"\#(session.challenge(for: .refresh))"}"#,
                signature: []
            )
        },
    ]

    /// The order of P-256, big-endian.
    private static let order: [UInt8] =
        [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8) + [
            0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
    private static let zero = [UInt8](repeating: 0, count: 32)
    private static let largest = [UInt8](repeating: 0xFF, count: 32)

    private static let signatures: [HostileProof] = [
        signature("a DER signature") { Array($0.derRepresentation) },
        signature("an r of 0") { zero + $0.rawRepresentation.suffix(32) },
        signature("an s of 0") { $0.rawRepresentation.prefix(32) + zero },
        signature("r and s of 0") { _ in zero + zero },
        signature("an r of n") { order + $0.rawRepresentation.suffix(32) },
        signature("an s of n") { $0.rawRepresentation.prefix(32) + order },
        signature("an r above n") { largest + $0.rawRepresentation.suffix(32) },
        signature("an s above n") { $0.rawRepresentation.prefix(32) + largest },
        signature("a signature of 63 bytes") { $0.rawRepresentation.dropLast() },
        signature("a signature of 65 bytes") { $0.rawRepresentation + [0] },
        signature("a signature of 65 bytes with a leading zero") { [0] + $0.rawRepresentation },
        signature("no signature") { _ in [] },
        signature("one bit of the signature") { signature in
            var bytes = Array(signature.rawRepresentation)
            bytes[40] ^= 1
            return bytes
        },
    ]

    private static let texts: [HostileProof] = [
        text("two parts") { $0.split(separator: ".").dropLast().joined(separator: ".") },
        text("four parts") { $0 + ".AA" },
        text("unused bits of the signature") { proof in
            let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            let last = digits.firstIndex(of: proof.last ?? "A") ?? 0
            return proof.dropLast() + String(digits[last ^ 1])
        },
        text("an empty header") { "." + $0.split(separator: ".").dropFirst().joined(separator: ".") },
        text("only dots") { _ in ".." },
    ]
}
#endif
