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

/// The public key of a device: a point of P-256, for the algorithm ES256 (RFC 7518 section 3.4).
public struct DevicePublicKey: Sendable, Hashable {
    /// The coordinates x and y, 32 bytes each, big-endian.
    public let rawRepresentation: [UInt8]

    /// Creates a key from its coordinates x and y, 32 bytes each, or returns nil when they are not a point of the
    /// curve.
    public init?(rawRepresentation: some Collection<UInt8>) {
        let bytes = Array(rawRepresentation)
        guard (try? P256.Signing.PublicKey(rawRepresentation: bytes)) != nil else { return nil }
        self.rawRepresentation = bytes
    }

    /// Whether a signature is this key's for these bytes. A signature is r and s, 32 bytes each, and not DER.
    func isValid(signature: [UInt8], for bytes: [UInt8]) -> Bool {
        guard
            let key = try? P256.Signing.PublicKey(rawRepresentation: self.rawRepresentation),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: bytes)
    }
}
#endif
