//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The SHA-256 of a session's secret. Stores keep only the hash, so that a dump of the store opens no session.
///
/// Equality is in constant time.
public struct SecretHash: Sendable {
    let words: Bytes32

    init(words: Bytes32) {
        self.words = words
    }

    /// The hash of ``SessionSecret/none``.
    package static let none = SessionSecret.none.hash

    /// Creates a hash from its 32 bytes, or nil when there are not 32.
    public init?(bytes: some Collection<UInt8>) {
        guard let words = Bytes32(bytes: bytes) else { return nil }
        self.words = words
    }

    /// The 32 bytes of this hash.
    public var bytes: [UInt8] { self.words.withUnsafeBytes { Array($0) } }
}

extension SecretHash: Equatable {
    public static func == (left: SecretHash, right: SecretHash) -> Bool { left.words == right.words }
}

extension SecretHash: CustomStringConvertible, CustomReflectable {
    /// A constant: even the hash of a secret must not be in a log.
    public var description: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
