//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Sessions

/// A proof of a device, parsed and not checked: a compact JWS (RFC 7515 section 7.1).
struct DeviceProof {
    let header: ProofObject
    let payload: ProofObject
    let signature: [UInt8]
    /// The bytes under the signature.
    let signedBytes: [UInt8]
    /// The challenge of the payload; nil if there is none.
    let challenge: DeviceChallenges.Unverified?

    /// Parses a proof.
    ///
    /// - Throws: ``DeviceProofError`` with the code `malformed`.
    init(_ text: String) throws(DeviceProofError) {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bytes.count <= DeviceBindingField.maximumByteCount, parts.count == 3,
            let header = Base64URL.decode(parts[0]).flatMap({ ProofObject($0) }),
            let payload = Base64URL.decode(parts[1]).flatMap({ ProofObject($0) }),
            let signature = Base64URL.decode(parts[2])
        else { throw DeviceProofError(.malformed) }
        self.header = header
        self.payload = payload
        self.signature = signature
        self.signedBytes = Array(bytes[..<(parts[2].startIndex - 1)])
        self.challenge = payload.string("jti").flatMap { DeviceChallenges.Unverified($0) }
    }

    /// The key that a registration brings, or nil if it is no point of P-256.
    var key: DevicePublicKey? {
        guard let key = self.header.object("jwk"), let x = key.coordinate("x"), let y = key.coordinate("y") else {
            return nil
        }
        return DevicePublicKey(rawRepresentation: x + y)
    }
}

extension ProofObject {
    /// The bytes of a coordinate of a key.
    func coordinate(_ name: String) -> [UInt8]? {
        self.string(name).flatMap { Base64URL.decode(Array($0.utf8)) }
    }
}
#endif
