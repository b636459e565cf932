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
public import Sessions

/// Makes the challenges of a session, and checks those that come back in proofs.
///
/// ```
/// challenge     = base64url( purpose (1 byte) · position (8, big-endian) · nonce (16) · tag (32) )
/// tag           = HMAC-SHA256( key, purpose · position · nonce · session id (16) )
/// ```
///
/// A proof has no time, no audience and no name of a session, so the challenge carries all of that. It needs no table:
/// the session keeps the key of its challenges, and the position of the last challenge that was used.
public struct DeviceChallenges: Sendable {
    /// How long a challenge is valid: 5 minutes.
    public static let lifetime: Duration = .seconds(5 * 60)
    /// The length of the key, in bytes: 32.
    public static let keyByteCount = 32

    private static let byteCount = 1 + 8 + 16 + 32
    private static let authenticatedByteCount = 1 + 8 + 16

    private let sessionID: SessionID
    private let key: SymmetricKey
    /// The position of the last challenge that was used. Challenges up to it are rejected.
    let floor: SessionInstant

    /// Creates the challenges of a session.
    ///
    /// - Parameters:
    ///   - sessionID: The session.
    ///   - key: Random bytes that the session keeps, ``keyByteCount`` of them. Returns nil for another number.
    ///   - floor: The position of the last challenge that was used; when the key was made, if none was.
    public init?(of sessionID: SessionID, key: [UInt8], floor: SessionInstant) {
        guard key.count == Self.keyByteCount else { return nil }
        self.sessionID = sessionID
        self.key = SymmetricKey(data: key)
        self.floor = floor
    }

    /// Makes a challenge. Several are valid at once, so that parallel tabs do not invalidate each other's.
    ///
    /// - Parameters:
    ///   - purpose: What it is for.
    ///   - now: The time.
    ///   - random: The source of the nonce. The default is the system's.
    /// - Returns: The challenge, of the characters of base64url.
    public func next(
        for purpose: DeviceChallenge.Purpose,
        now: SessionInstant,
        random: SessionRandom = .system
    ) -> String {
        // A clock that did not move since the last use would make a challenge that is already used.
        let position = max(now, self.floor + .milliseconds(1))
        let position64 = UInt64(bitPattern: position.millisecondsSince1970)
        var bytes = [purpose.byte] + (0..<8).map { UInt8(truncatingIfNeeded: position64 >> (56 - 8 * $0)) }
        for _ in 0..<2 {
            withUnsafeBytes(of: random.next()) { bytes += $0 }
        }
        bytes += self.tag(of: bytes)
        return Base64URL.encode(bytes)
    }

    /// A challenge as its text says, which is not checked yet.
    struct Unverified {
        let bytes: [UInt8]

        /// Returns nil for what is no challenge.
        init?(_ text: String) {
            guard let bytes = Base64URL.decode(Array(text.utf8)), bytes.count == DeviceChallenges.byteCount else {
                return nil
            }
            self.bytes = bytes
        }

        var purpose: DeviceChallenge.Purpose { .init(byte: self.bytes[0]) }

        var position: SessionInstant {
            let word = self.bytes[1..<9].reduce(0) { $0 << 8 | UInt64($1) }
            return SessionInstant(millisecondsSince1970: Int64(bitPattern: word))
        }
    }

    /// Whether these challenges include one, whatever its purpose and age. The comparison takes constant time.
    func made(_ challenge: Unverified) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            challenge.bytes[Self.authenticatedByteCount...],
            authenticating: self.authenticated(challenge.bytes),
            using: self.key
        )
    }

    private func tag(of bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: self.authenticated(bytes), using: self.key))
    }

    private func authenticated(_ bytes: [UInt8]) -> [UInt8] {
        bytes[..<Self.authenticatedByteCount] + self.sessionID.bytes
    }
}

extension DeviceChallenges: CustomStringConvertible, CustomReflectable {
    /// The session. The key is not printed.
    public var description: String { "DeviceChallenges(of: \(self.sessionID))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
